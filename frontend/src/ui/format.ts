const LOCALE = "en";
const integers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "long" });

export const integer = (value: number) => integers.format(value);
export const percent = (value: number, digits = 0) => `${(value * 100).toFixed(digits)}%`;
export const decimal = (value: number, digits = 2) => value.toFixed(digits).replace("-", "\u2212");

const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumSignificantDigits: 3 });
const short = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

/** Three significant digits; powers of ten where that reads better. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && size < 0.001) return value.toExponential(1);
  return size >= 100_000 ? compact.format(value) : short.format(value);
}

export type NumberKind = "percent" | "decimal" | "integer";

export function figure(value: number, kind: NumberKind): string {
  if (kind === "percent") return percent(value);
  return kind === "integer" ? integer(value) : decimal(value);
}

/** A span of seconds in the largest fitting unit: "40 s", "12 min", "3.5 h", "2 d". */
export function seconds(value: number): string {
  if (value < 1) return `${Math.max(0, Math.round(value * 1000))} ms`;
  if (value < 90) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  if (value < 129600) return `${(value / 3600).toFixed(1)} h`;
  return `${Math.round(value / 86400)} d`;
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"], [3600, "minute"], [86400, "hour"], [2592000, "day"], [31536000, "month"], [Infinity, "year"],
];

/** Times from the server are Unix seconds. */
export function ago(at: number, now: number): string {
  const past = now - at;
  let size = 1;
  for (const [limit, unit] of STEPS) {
    if (Math.abs(past) < limit) return relative.format(-Math.round(past / size), unit);
    size = limit;
  }
  return exactTime(at);
}

export const exactTime = (at: number) => exact.format(new Date(at * 1000));

/** The last characters differ most in time-ordered ids; digests are told apart by their first. */
export function shortId(id: string): string {
  if (id.startsWith("sha256:")) return id.slice(7, 15);
  const cut = id.indexOf("_");
  return id.length > 14 && cut > 0 ? `${id.slice(0, cut)}\u2026${id.slice(-6)}` : id;
}
