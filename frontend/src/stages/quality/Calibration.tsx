import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { EarlyExitView } from "../../api/work";
import { ChartOrTable } from "../../ui/ChartOrTable";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { integer, percent } from "../../ui/format";

type Question = EarlyExitView["calibration"][number];
type Known = { stated: number; value: number; low: number; high: number; n: number };

const SIDE = 240;
const PAD = 34;

const known = (found: Question): Known[] =>
  found.bins.flatMap(({ stated, accuracy }) =>
    stated === null || accuracy.value === null || accuracy.low === null || accuracy.high === null ? [] : [{ stated, value: accuracy.value, low: accuracy.low, high: accuracy.high, n: accuracy.n }]);

const x = (share: number) => PAD + share * SIDE;
const y = (share: number) => PAD / 2 + (1 - share) * SIDE;

/** Stated probability across, share that came true up, each bin with its interval; the diagonal is a kept promise. */
function Diagram({ bins, stated, right }: { bins: Known[]; stated: string; right: string }) {
  const width = SIDE + PAD * 1.5;
  const height = SIDE + PAD * 1.5;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} style={{ width: "100%", maxWidth: 340, display: "block" }} aria-hidden>
      <rect x={x(0)} y={y(1)} width={SIDE} height={SIDE} fill="none" stroke="var(--lw-line)" />
      <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="var(--mantine-color-dimmed)" strokeDasharray="4 4" />
      {[0, 0.5, 1].map((share) => (
        <g key={share} fontSize={11} fill="var(--mantine-color-dimmed)">
          <text x={x(share)} y={y(0) + 14} textAnchor="middle">{percent(share)}</text>
          <text x={x(0) - 5} y={y(share) + 4} textAnchor="end">{share === 0 ? "" : percent(share)}</text>
        </g>
      ))}
      <text x={x(0.5)} y={height - 4} textAnchor="middle" fontSize={12} fill="currentColor">{stated}</text>
      <text x={x(0) + 6} y={y(1) + 15} fontSize={12} fill="currentColor">{right}</text>
      {bins.map((bin) => (
        <g key={bin.stated} stroke="var(--mantine-primary-color-filled)" fill="var(--mantine-primary-color-filled)">
          <line x1={x(bin.stated)} x2={x(bin.stated)} y1={y(bin.low)} y2={y(bin.high)} strokeWidth={3} opacity={0.45} />
          <circle cx={x(bin.stated)} cy={y(bin.value)} r={4.5} />
        </g>
      ))}
    </svg>
  );
}

function One({ found }: { found: Question }) {
  const { t } = useTranslation();
  const bins = known(found);
  const caption = t("saved.caption", { question: found.question_id });
  const summary = bins.map((bin) => t("saved.summary", { stated: percent(bin.stated), right: percent(bin.value), n: integer(bin.n) })).join("; ");
  const table = (
    <DataTable
      caption={caption}
      rows={found.bins.filter((bin) => bin.stated !== null)}
      keyOf={(bin) => String(bin.low)}
      columns={[
        { head: t("saved.range"), cell: (bin) => <span className="lw-number">{`${percent(bin.low)}\u2013${percent(bin.high)}`}</span> },
        { head: t("saved.stated"), cell: (bin) => <span className="lw-number">{percent(bin.stated ?? 0, 1)}</span>, align: "end" },
        { head: t("saved.right"), cell: (bin) => <EstimateText estimate={bin.accuracy} kind="percent" compact />, align: "end" },
        { head: t("saved.of"), cell: (bin) => <span className="lw-number">{integer(bin.accuracy.n)}</span>, align: "end" },
      ]}
    />
  );
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      <ChartOrTable title={<Text size="sm" fw={600}>{found.question_id}</Text>} caption={caption} summary={summary} table={table} chart={<Diagram bins={bins} stated={t("saved.stated")} right={t("saved.right")} />} />
      <Stack gap="sm" justify="center">
        <Figure label={t("saved.errorAfter")} note={t("saved.perfect")}><EstimateText estimate={found.error} /></Figure>
        <Figure label={t("saved.errorBefore")} note={t("saved.perfect")}><EstimateText estimate={found.error_before} /></Figure>
      </Stack>
    </SimpleGrid>
  );
}

/** Each question's reliability diagram with its table; what has too little gold says how much is lacking. */
export function Calibration({ found }: { found: Question[] }) {
  const { t } = useTranslation();
  if (found.length === 0) return <Text size="sm" c="dimmed">{t("saved.noCalibration")}</Text>;
  const ready = found.filter((one) => one.reason === null);
  return (
    <Stack gap="sm">
      {ready.map((one) => <One key={one.question_id} found={one} />)}
      {found.flatMap((one) => (one.reason === null ? [] : [<Text key={one.question_id} size="sm" c="dimmed">{t("saved.notYet", { question: one.question_id, reason: one.reason, n: integer(one.n) })}</Text>]))}
    </Stack>
  );
}
