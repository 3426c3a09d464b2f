import { Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Trend as TrendView } from "../../api/work";
import { ChartOrTable } from "../../ui/ChartOrTable";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { percent } from "../../ui/format";
import { StatusBadge } from "../../ui/Status";

const BandChart = lazy(() => import("../../ui/BandChart"));

/** Two weeks make no curve; before that the table says all. */
const CURVE_FROM = 3;

function Weeks({ trend }: { trend: TrendView }) {
  const { t } = useTranslation();
  const caption = t("coaching.overWeeks", { name: trend.name });
  const table = (
    <DataTable
      caption={caption}
      rows={trend.weeks}
      keyOf={(row) => row.week}
      columns={[
        { head: t("coaching.week"), cell: (row) => row.week, width: 120 },
        { head: t("coaching.right"), cell: (row) => <EstimateText estimate={row.right} kind="percent" /> },
      ]}
    />
  );
  if (trend.weeks.length < CURVE_FROM) return table;
  const points = trend.weeks.flatMap(({ week, right }) => (right.value === null || right.low === null || right.high === null ? [] : [{ x: week, value: right.value, low: right.low, high: right.high }]));
  const all = trend.everybody.value;
  const chart = (
    <Suspense fallback={<Skeleton height={220} />}>
      <BandChart points={points} name={caption} format={percent} domain={[0, 1]} reference={all === null ? undefined : { y: all, label: t("coaching.all") }} />
    </Suspense>
  );
  return <ChartOrTable caption={caption} summary={points.map((one) => `${one.x} ${percent(one.value)}`).join("; ")} table={table} chart={chart} />;
}

function Part({ label, children }: { label: string; children: React.ReactNode }) {
  return <div><Text size="xs" c="dimmed">{label}</Text>{children}</div>;
}

/** One aspect of what somebody judges: against all, against their own beginning, over the weeks. */
export function Trend({ trend }: { trend: TrendView }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" className="lw-nested" role="group" aria-label={trend.name}>
      <Group gap="xs">
        <Title order={3}>{trend.name}</Title>
        {trend.weak && <StatusBadge kind="held">{t("coaching.weak")}</StatusBadge>}
      </Group>
      <SimpleGrid type="container" cols={{ base: 1, "420px": 2, "860px": 4 }} spacing="sm">
        <Part label={t("coaching.right")}><EstimateText estimate={trend.right} kind="percent" against={`${t("coaching.all")} ${trend.everybody.value === null ? "" : percent(trend.everybody.value)}`} /></Part>
        <Part label={t("coaching.sinceStart")}><EstimateText estimate={trend.drift.baseline} kind="percent" /></Part>
        <Part label={t("coaching.latest")}><EstimateText estimate={trend.drift.latest} kind="percent" /></Part>
        <Part label={t("coaching.learning")}><EstimateText estimate={trend.slope} against={t("coaching.learningNote")} /></Part>
      </SimpleGrid>
      <Weeks trend={trend} />
    </Stack>
  );
}
