import { Text } from "@mantine/core";
import type { Estimate } from "../api/types";
import { EstimateText } from "./Estimate";
import { brief } from "./format";

type Named = Record<string, unknown>;

const isNamed = (value: unknown): value is Named => typeof value === "object" && value !== null && !Array.isArray(value);
const isEstimate = (value: unknown): value is Estimate => isNamed(value) && "value" in value && "n" in value;
const spoken = (name: string) => name.replaceAll("_", " ");

function shown(value: unknown) {
  if (isEstimate(value)) return <EstimateText estimate={value} />;
  if (typeof value === "number") return brief(value);
  if (value === null || value === undefined) return "\u2013";
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}

/** Named figures as a definition list; what is nested gets a list of its own below its name. */
export function KeyValues({ values }: { values: Named }) {
  const entries = Object.entries(values);
  const flat = entries.filter(([, value]) => !isNamed(value) || isEstimate(value));
  const nested = entries.flatMap(([name, value]) => (isNamed(value) && !isEstimate(value) ? [[name, value] as const] : []));
  return (
    <>
      {flat.length > 0 && (
        <dl className="lw-pairs">
          {flat.map(([name, value]) => (
            <div key={name}>
              <Text component="dt" size="xs" c="dimmed">{spoken(name)}</Text>
              <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>{shown(value)}</Text>
            </div>
          ))}
        </dl>
      )}
      {nested.map(([name, value]) => (
        <div key={name} className="lw-nested">
          <Text size="sm" fw={600}>{spoken(name)}</Text>
          <KeyValues values={value} />
        </div>
      ))}
    </>
  );
}
