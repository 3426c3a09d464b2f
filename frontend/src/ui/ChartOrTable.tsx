import { Group, SegmentedControl, Skeleton, Stack } from "@mantine/core";
import { type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

/** A drawing with its table beside it: one toggle, and a sentence that a screen reader gets instead of the drawing. */
export function ChartOrTable({ caption, summary, chart, table, title }: { title?: ReactNode; caption: string; summary: string; chart: ReactNode; table: ReactNode }) {
  const { t } = useTranslation();
  const [view, setView] = useState("chart");
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        {title ?? <span />}
        <SegmentedControl
          size="xs"
          aria-label={`${t("chart.view")}: ${caption}`}
          value={view}
          onChange={setView}
          data={[{ value: "chart", label: t("chart.chart") }, { value: "table", label: t("chart.table") }]}
        />
      </Group>
      {view === "table" ? table : (
        <div role="img" aria-label={`${caption}. ${summary}`}>
          <Suspense fallback={<Skeleton height={180} />}>{chart}</Suspense>
        </div>
      )}
    </Stack>
  );
}
