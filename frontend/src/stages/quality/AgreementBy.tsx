import { Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { AgreementByRow, AgreementsView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { decimal, integer } from "../../ui/format";
import { IntervalDots } from "../../ui/IntervalDots";
import { Loaded } from "../../ui/Loaded";
import { nameOf } from "./aspects";

const SPLITS = ["criterion", "segment", "guideline", "team", "week"] as const;
type Split = (typeof SPLITS)[number];
const DRAWN = ["gwet", "alpha", "fleiss", "agreement"] as const;
type Drawn = (typeof DRAWN)[number];
const COLOUR = "var(--mantine-color-anchor)";

const coefficientOf = (row: AgreementByRow, drawn: Drawn) => row.coefficients.find((one) => one.name.startsWith(drawn));

function useGroupName(split: Split) {
  const { t } = useTranslation();
  return (row: AgreementByRow) => {
    if (split === "criterion") return "";
    if (!row.group) return t("agreement.noGroup");
    return split === "guideline" ? t("agreement.version", { number: row.group }) : row.group_name;
  };
}

/** Every coefficient of every row side by side: one alone misleads. */
function Coefficients({ rows, split }: { rows: AgreementByRow[]; split: Split }) {
  const { t } = useTranslation();
  const groupOf = useGroupName(split);
  return (
    <DataTable
      caption={t("agreement.title")}
      rows={rows}
      keyOf={(row) => `${row.question_id} ${row.aspect} ${row.group}`}
      columns={[
        { head: t("agreement.ofWhat"), cell: (row) => <><Text size="sm">{nameOf(row)}</Text><Text size="xs" c="dimmed">{groupOf(row)}</Text></> },
        { head: t("agreement.items"), cell: (row) => <span className="lw-number">{integer(row.items)}</span>, align: "end", width: 70 },
        { head: t("agreement.raters"), cell: (row) => <span className="lw-number">{integer(row.raters)}</span>, align: "end", width: 70 },
        {
          head: t("agreement.title"),
          cell: (row) => row.coefficients.map((one) => (
            <Group key={one.name} gap={8} wrap="nowrap" justify="space-between">
              <Text size="xs" c="dimmed">{t(`agreement.names.${one.name as "fleiss"}`)}</Text>
              <Text size="sm" component="div"><EstimateText estimate={one.estimate} against={t("agreement.chance")} /></Text>
            </Group>
          )),
        },
      ]}
    />
  );
}

/** Agreement by criterion, segment, guideline version, team or week; the choice stands in the address. */
export function AgreementBy({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/p/$project/quality/$tab" });
  const navigate = useNavigate({ from: "/p/$project/quality/$tab" });
  const split = SPLITS.find((one) => one === search.by) ?? "criterion";
  const [drawn, setDrawn] = useState<Drawn>("gwet");
  const groupOf = useGroupName(split);
  const query = useQuery({ ...read<AgreementsView>(projectId, `/agreement?by=${split}`), placeholderData: keepPreviousData });
  const names: Record<Drawn, string> = { gwet: "Gwet AC1, AC2", alpha: "Krippendorff", fleiss: t("agreement.names.fleiss"), agreement: t("agreement.names.agreement") };
  const dotsOf = (rows: AgreementByRow[]) => rows.flatMap((row) => {
    const found = coefficientOf(row, drawn)?.estimate;
    if (!found || found.value === null || found.low === null || found.high === null) return [];
    const { value, low, high, n } = found;
    return [{ name: [nameOf(row), groupOf(row)].filter(Boolean).join(", "), colour: COLOUR, value, low, high, label: `${decimal(value)} [${decimal(low)} to ${decimal(high)}] n=${integer(n)}` }];
  });
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <SegmentedControl
          size="xs"
          aria-label={t("agreement.by.label")}
          value={split}
          onChange={(by) => void navigate({ search: (before) => ({ ...before, by }), replace: true })}
          data={SPLITS.map((value) => ({ value, label: t(`agreement.by.${value}`) }))}
          style={{ maxWidth: "100%", overflowX: "auto" }}
        />
        <Select
          size="xs"
          w={170}
          label={t("agreement.coefficient")}
          value={drawn}
          onChange={(value) => setDrawn(DRAWN.find((one) => one === value) ?? "gwet")}
          data={DRAWN.map((value) => ({ value, label: names[value] }))}
          allowDeselect={false}
        />
      </Group>
      <Loaded query={query}>
        {({ rows }) => {
          if (rows.length === 0) return <Text size="sm" c="dimmed">{split === "team" ? t("agreement.noRows.team") : t("agreement.nothing")}</Text>;
          const dots = dotsOf(rows);
          const table = <Coefficients rows={rows} split={split} />;
          return dots.length < 2 ? table : <IntervalDots caption={`${t("agreement.title")}, ${names[drawn]}`} zero={0} dots={dots} table={table} />;
        }}
      </Loaded>
    </Stack>
  );
}
