import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Rating, Reliability } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { decimal, integer } from "../../ui/format";
import { IntervalDots } from "../../ui/IntervalDots";
import { usePolicyColour } from "../../ui/palette";
import { CopyId } from "../../ui/CopyId";

interface Known {
  row: Rating;
  rating: number;
  low: number;
  high: number;
}

const METHOD = "Bradley-Terry, interval clustered by annotator";

/** Policies with a rating as dots with intervals; all of them, with reasons where unknown, as a table. */
export function Ratings({ projectId, ratings }: { projectId: string; ratings: Rating[] }) {
  const { t } = useTranslation();
  const colourOf = usePolicyColour(projectId);
  const rows = [...ratings].sort((a, b) => (b.rating ?? -Infinity) - (a.rating ?? -Infinity));
  const known = rows.flatMap((row): Known[] => (row.rating !== null && row.low !== null && row.high !== null ? [{ row, rating: row.rating, low: row.low, high: row.high }] : []));
  const table = (
    <DataTable
      caption={t("quality.ratings")}
      rows={rows}
      keyOf={(row) => row.policy_version_id}
      columns={[
        { head: t("quality.policy"), cell: (row) => <Group gap={6} wrap="nowrap"><span aria-hidden style={{ width: 8, height: 8, borderRadius: 4, background: colourOf(row.source) }} />{row.source}</Group> },
        { head: t("quality.rating"), cell: (row) => <EstimateText estimate={{ value: row.rating, low: row.low, high: row.high, n: row.n, method: METHOD, reason: row.reason }} compact against={t("quality.mean")} /> },
        { head: t("quality.record"), cell: (row) => <span className="lw-number">{`${integer(row.wins)} / ${integer(row.ties)} / ${integer(row.losses)}`}</span>, align: "end" },
        { head: t("quality.count"), cell: (row) => <span className="lw-number">{integer(row.n)}</span>, align: "end" },
      ]}
    />
  );
  if (ratings.length < 2) return <Text size="sm" c="dimmed">{t("quality.noRatings")}</Text>;
  if (known.length < 2) return table;
  const said = ({ rating, low, high, row }: Known) => `${decimal(rating)} [${decimal(low)} to ${decimal(high)}] n=${integer(row.n)}`;
  return (
    <IntervalDots
      caption={t("quality.ratings")}
      zero={0}
      dots={known.map((one) => ({ name: one.row.source, colour: colourOf(one.row.source), value: one.rating, low: one.low, high: one.high, label: said(one) }))}
      table={table}
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
