import { Text } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import type { WinRate } from "../../api/work";
import { ChartOrTable } from "../../ui/ChartOrTable";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { percent } from "../../ui/format";

const BandChart = lazy(() => import("../../ui/BandChart"));

/** Win rate per round with its band; the line at one half says what no preference would look like. */
export function WinRates({ rounds }: { rounds: WinRate[] }) {
  const { t } = useTranslation();
  const known = rounds.flatMap((one) => (one.value !== null && one.low !== null && one.high !== null ? [{ x: t("loop.round", { n: one.round }), value: one.value, low: one.low, high: one.high }] : []));
  const table = (
    <DataTable
      caption={t("loop.winRate")}
      rows={rounds}
      keyOf={(row) => `${row.round}-${row.policy}`}
      columns={[
        { head: t("loop.roundHead"), cell: (row) => row.round },
        { head: t("loop.policy"), cell: (row) => row.policy },
        { head: t("loop.value"), cell: (row) => <EstimateText estimate={row} kind="percent" against={t("loop.even")} /> },
      ]}
    />
  );
  if (rounds.length === 0) return <Text size="sm" c="dimmed">{t("loop.noWinRate")}</Text>;
  if (known.length < 2) return table;
  return (
    <ChartOrTable
      caption={t("loop.winRate")}
      summary={known.map((one) => `${one.x}: ${percent(one.value)} (${percent(one.low)} to ${percent(one.high)})`).join("; ")}
      chart={<BandChart points={known} name={t("loop.value")} format={(value) => percent(value)} domain={[0, 1]} reference={{ y: 0.5, label: t("loop.even") }} />}
      table={table}
    />
  );
}
