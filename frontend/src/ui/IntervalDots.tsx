import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { policyCss } from "./palette";

export interface Dot {
  name: string;
  value: number;
  low: number;
  high: number;
  label: string;
}

const WIDTH = 100;

/** Values with their intervals on one scale, named at the line's start; a table is one key away. */
export function IntervalDots({ dots, zero, caption, table }: { dots: Dot[]; zero?: number; caption: string; table: ReactNode }) {
  const { t } = useTranslation();
  const [view, setView] = useState("chart");
  const ends = [...dots.flatMap((dot) => [dot.low, dot.high]), ...(zero === undefined ? [] : [zero])];
  const from = Math.min(...ends);
  const span = Math.max(...ends) - from || 1;
  const place = (value: number) => `${(((value - from) / span) * WIDTH).toFixed(2)}%`;
  return (
    <Stack gap="xs">
      <Group justify="flex-end">
        <SegmentedControl
          size="xs"
          aria-label={t("chart.view")}
          value={view}
          onChange={setView}
          data={[{ value: "chart", label: t("chart.chart") }, { value: "table", label: t("chart.table") }]}
        />
      </Group>
      {view === "table" ? table : (
        <Stack gap={6} role="img" aria-label={`${caption}: ${dots.map((dot) => `${dot.name} ${dot.label}`).join("; ")}`}>
          {dots.map((dot) => (
            <div key={dot.name} style={{ display: "grid", gridTemplateColumns: "minmax(90px, 200px) 1fr minmax(110px, auto)", gap: 12, alignItems: "center" }}>
              <Text size="sm" truncate title={dot.name}>{dot.name}</Text>
              <div style={{ position: "relative", height: 16, margin: "0 6px", background: "linear-gradient(var(--lw-line), var(--lw-line)) center / 100% 1px no-repeat" }}>
                {zero !== undefined && <div style={{ position: "absolute", left: place(zero), top: -3, bottom: -3, borderLeft: "1px dashed var(--mantine-color-dimmed)" }} />}
                <div style={{ position: "absolute", left: place(dot.low), width: `${(((dot.high - dot.low) / span) * WIDTH).toFixed(2)}%`, top: 5, height: 6, borderRadius: 3, background: policyCss(dot.name), opacity: 0.4 }} />
                <div style={{ position: "absolute", left: place(dot.value), top: 3, width: 10, height: 10, marginLeft: -5, borderRadius: 5, background: policyCss(dot.name) }} />
              </div>
              <Text size="xs" c="dimmed" className="lw-number" ta="end">{dot.label}</Text>
            </div>
          ))}
        </Stack>
      )}
    </Stack>
  );
}
