const ALLOWED = {
  read: ["owner", "lead", "engineer", "specialist", "annotator", "viewer"],
  results: ["owner", "lead", "engineer", "specialist", "viewer"],
  records: ["owner", "lead", "engineer", "viewer"],
  change: ["owner", "lead", "engineer"],
  cycle: ["owner", "lead", "engineer"],
  release: ["owner", "engineer"],
  people: ["owner", "lead"],
  webhooks: ["owner", "lead", "engineer"],
  judge: ["owner", "lead", "specialist", "annotator"],
} as const;

export type Need = keyof typeof ALLOWED;

/** Whether a role may do something, so that no button leads to a refusal; the server decides all the same. */
export function may(role: string | null | undefined, what: Need): boolean {
  return (ALLOWED[what] as readonly string[]).includes(role ?? "");
}
