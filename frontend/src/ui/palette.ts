const PALETTE = ["blue.7", "orange.8", "teal.8", "grape.7", "lime.9", "cyan.8", "pink.7", "indigo.6"] as const;

/** The same colour for the same policy on every page: a hash of its name, never its place in a list. */
export function policyColor(name: string): string {
  let hash = 2166136261;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return PALETTE[(hash >>> 0) % PALETTE.length] ?? PALETTE[0];
}

/** As a CSS value, for what Mantine does not draw. */
export const policyCss = (name: string) => `var(--mantine-color-${policyColor(name).replace(".", "-")})`;
