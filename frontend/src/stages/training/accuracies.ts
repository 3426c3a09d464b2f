import type { Estimate } from "../../api/types";

export interface Accuracy {
  name: string;
  estimate: Estimate;
}

const Z = 1.959964;

/** Wilson's score interval for a share of n pairs. */
function wilson(share: number, n: number): Pick<Estimate, "low" | "high"> {
  const spread = 1 + (Z * Z) / n;
  const middle = (share + (Z * Z) / (2 * n)) / spread;
  const half = (Z / spread) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { low: middle - half, high: middle + half };
}

function estimateOf(found: Record<string, unknown>): Estimate | null {
  if ("value" in found && "n" in found) return found as unknown as Estimate;
  if (!("accuracy" in found)) return null;
  const n = typeof found.n === "number" ? found.n : 0;
  if (typeof found.accuracy !== "number" || n === 0) return { value: null, low: null, high: null, n, method: "", reason: "no decided pairs in this set" };
  return { value: found.accuracy, ...wilson(found.accuracy, n), n, method: "share of decided pairs, Wilson interval" };
}

/** A reward model's accuracy per named set of pairs, each with its interval. */
export function accuraciesOf(metrics: Record<string, unknown>): Accuracy[] {
  const nested = metrics.sets ?? metrics.accuracies ?? metrics.accuracy;
  const sets = (typeof nested === "object" && nested !== null ? nested : metrics) as Record<string, unknown>;
  return Object.entries(sets).flatMap(([name, found]) => {
    const estimate = typeof found === "object" && found !== null ? estimateOf(found as Record<string, unknown>) : null;
    return estimate ? [{ name, estimate }] : [];
  });
}
