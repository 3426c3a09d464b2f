import { Text } from "@mantine/core";
import type { Estimate } from "../api/types";
import { EstimateText } from "./Estimate";
import { decimal, integer } from "./format";

function isEstimate(value: unknown): value is Estimate {
  return typeof value === "object" && value !== null && "value" in value && "n" in value;
}

function shown(value: unknown) {
  if (isEstimate(value)) return <EstimateText estimate={value} />;
  if (typeof value === "number") return Number.isInteger(value) ? integer(value) : decimal(value, 3);
  if (value === null || value === undefined) return "\u2013";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Named figures as a definition list; an estimate among them shows its interval. */
export function KeyValues({ values }: { values: Record<string, unknown> }) {
  return (
    <dl className="lw-pairs">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">{name.replaceAll("_", " ")}</Text>
          <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>{shown(value)}</Text>
        </div>
      ))}
    </dl>
  );
}
