const ALLOWED = {
  cycle: ["owner", "lead", "engineer"],
  release: ["owner", "engineer"],
  people: ["owner", "lead"],
  judge: ["owner", "lead", "specialist", "annotator"],
} as const;

/** Whether a role may do something, so that no button leads to a refusal; the server decides all the same. */
export function may(role: string | null | undefined, what: keyof typeof ALLOWED): boolean {
  return (ALLOWED[what] as readonly string[]).includes(role ?? "");
}
