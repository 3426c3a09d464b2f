import "@mantine/charts/styles.css";
import { CompositeChart } from "@mantine/charts";

export interface BandPoint {
  x: string;
  value: number;
  low: number;
  high: number;
}

interface BandChartProps {
  points: BandPoint[];
  name: string;
  reference?: { y: number; label: string };
  format: (value: number) => string;
  domain?: [number, number];
}

/** A line with its interval as a band, and what it is compared with as a named line. */
export default function BandChart({ points, name, reference, format, domain }: BandChartProps) {
  const data = points.map((point) => ({ x: point.x, value: point.value, band: [point.low, point.high] }));
  return (
    <CompositeChart
      h={220}
      data={data}
      dataKey="x"
      curveType="linear"
      withLegend={false}
      withTooltip={false}
      yAxisProps={{ domain, width: 48 }}
      valueFormatter={format}
      series={[
        { name: "band", color: "tide.4", type: "area" },
        { name: "value", label: name, color: "tide.6", type: "line" },
      ]}
      areaProps={{ fillOpacity: 0.25, strokeWidth: 0, isAnimationActive: false, activeDot: false, dot: false }}
      lineProps={{ isAnimationActive: false }}
      referenceLines={reference ? [{ y: reference.y, label: reference.label, labelPosition: "insideBottomRight", color: "gray.6" }] : []}
    />
  );
}
