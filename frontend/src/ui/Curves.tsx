import "@mantine/charts/styles.css";
import { LineChart } from "@mantine/charts";

export interface CurvePoint {
  step: number;
  value: number;
}

/** One measured quantity over the steps of a run. */
export default function Curves({ points, name, format }: { points: CurvePoint[]; name: string; format: (value: number) => string }) {
  return (
    <LineChart
      h={150}
      data={points}
      dataKey="step"
      series={[{ name: "value", label: name, color: "tide.6" }]}
      curveType="linear"
      withDots={points.length < 30}
      valueFormatter={format}
      lineProps={{ isAnimationActive: false }}
      yAxisProps={{ width: 56, domain: ["auto", "auto"] }}
    />
  );
}
