const words = (value: unknown): string => {
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" ? words((one as { label?: unknown }).label) : words(one))).join(", ") || "none";
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([key, one]) => `${key} ${words(one)}`).join(", ");
  return value === null || value === undefined ? "" : String(value);
};

/** An answer of any kind in a few plain words: "left, 2", "safe", "helpful 4, tone 3". */
export function inWords(answer: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(answer).filter(([key]) => key !== "reason" && key !== "flags");
  return said.map(([, value]) => words(value)).filter(Boolean).join(", ");
}
