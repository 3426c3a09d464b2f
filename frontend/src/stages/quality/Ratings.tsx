import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Rating, Reliability } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { decimal, integer } from "../../ui/format";
import { IntervalDots } from "../../ui/IntervalDots";
import { usePolicyColour } from "../../ui/palette";
import { CopyId } from "../../ui/CopyId";

export function Ratings({ projectId, ratings }: { projectId: string; ratings: Rating[] }) {
  const { t } = useTranslation();
  const colourOf = usePolicyColour(projectId);
  if (ratings.length < 2) return <Text size="sm" c="dimmed">{t("quality.noRatings")}</Text>;
  const rows = [...ratings].sort((a, b) => b.rating - a.rating);
  const interval = (row: Rating) => `${decimal(row.low)} to ${decimal(row.high)}`;
  return (
    <IntervalDots
      caption={t("quality.ratings")}
      zero={0}
      dots={rows.map((row) => ({ name: row.source, colour: colourOf(row.source), value: row.rating, low: row.low, high: row.high, label: `${decimal(row.rating)} [${interval(row)}] n=${integer(row.n)}` }))}
      table={
        <DataTable
          caption={t("quality.ratings")}
          rows={rows}
          keyOf={(row) => row.policy_version_id || row.source}
          columns={[
            { head: t("quality.policy"), cell: (row) => <Group gap={6} wrap="nowrap"><span aria-hidden style={{ width: 8, height: 8, borderRadius: 4, background: colourOf(row.source) }} />{row.source}</Group> },
            { head: t("quality.rating"), cell: (row) => <span className="lw-number">{decimal(row.rating)}</span>, align: "end" },
            { head: t("quality.interval"), cell: (row) => <span className="lw-number">{interval(row)}</span>, align: "end" },
            { head: t("quality.count"), cell: (row) => <span className="lw-number">{integer(row.n)}</span>, align: "end" },
          ]}
        />
      }
    />
  );
}

const SHOWN = 50;

export function ReliabilityTable({ rows }: { rows: Reliability[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Text size="sm" c="dimmed">{t("quality.noReliability")}</Text>;
  const sorted = [...rows].sort((a, b) => b.n - a.n).slice(0, SHOWN);
  return (
    <div style={{ maxHeight: 340, overflowY: "auto" }}>
      <DataTable
        caption={t("quality.reliability")}
        rows={sorted}
        keyOf={(row) => row.rater}
        columns={[
          { head: t("quality.rater"), cell: (row) => <CopyId id={row.rater} /> },
          { head: t("quality.value"), cell: (row) => <EstimateText estimate={{ ...row, method: "" }} kind="percent" compact /> },
          { head: t("quality.count"), cell: (row) => <span className="lw-number">{integer(row.n)}</span>, align: "end" },
        ]}
      />
    </div>
  );
}
