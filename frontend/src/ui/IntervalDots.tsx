import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ChartOrTable } from "./ChartOrTable";

export interface Dot {
  name: string;
  colour: string;
  value: number;
  low: number;
  high: number;
  label: string;
}

interface IntervalDotsProps {
  dots: Dot[];
  zero?: number;
  caption: string;
  table: ReactNode;
}

/** Values with their intervals on one scale, named at the line's start; a dashed line marks what they are compared with. */
export function IntervalDots({ dots, zero, caption, table }: IntervalDotsProps) {
  const ends = [...dots.flatMap((dot) => [dot.low, dot.high]), ...(zero === undefined ? [] : [zero])];
  const from = Math.min(...ends);
  const span = Math.max(...ends) - from || 1;
  const place = (value: number) => `${(((value - from) / span) * 100).toFixed(2)}%`;
  const rows = dots.map((dot) => (
    <div key={dot.name} className="lw-dots-row">
      <Text size="sm" truncate title={dot.name}>{dot.name}</Text>
      <div className="lw-track">
        {zero !== undefined && <div className="lw-zero" style={{ left: place(zero) }} />}
        <div className="lw-interval" style={{ left: place(dot.low), width: `${(((dot.high - dot.low) / span) * 100).toFixed(2)}%`, background: dot.colour }} />
        <div className="lw-dot" style={{ left: place(dot.value), background: dot.colour }} />
      </div>
      <Text size="xs" c="dimmed" className="lw-number" ta="end">{dot.label}</Text>
    </div>
  ));
  const summary = dots.map((dot) => `${dot.name} ${dot.label}`).join("; ");
  return <ChartOrTable caption={caption} summary={summary} table={table} chart={<div className="lw-dots">{rows}</div>} />;
}
