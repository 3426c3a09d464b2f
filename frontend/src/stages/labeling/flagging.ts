import { createContext, useContext, useMemo } from "react";
import type { PolicyFlag, RaisedFlag } from "../../api/answers";
import type { Assignment } from "../../api/types";
import { type Located, type Mark, unitOf } from "../../ui/located";

/** The side that is the conversation; it counts as its turns, one below the other. */
export const PROMPT = "prompt";
export const IMAGE = "image";

/** The text of a side as the server counts in it. */
export function textOf(assignment: Assignment, side: string | null): string {
  if (side === PROMPT) return assignment.prompt.map((message) => message.content).join("\n");
  return assignment.completions.find((completion) => completion.side === side)?.text ?? "";
}

export const sidesOf = (assignment: Assignment): string[] => [
  ...assignment.completions.map((completion) => completion.side),
  ...(assignment.image ? [IMAGE] : []),
  ...(assignment.prompt.length > 0 ? [PROMPT] : []),
];

export const policiesOf = (assignment: Assignment): readonly PolicyFlag[] => assignment.guideline?.flags ?? [];

export const nameOf = (policies: readonly PolicyFlag[], flag: RaisedFlag) => `${policies.find((one) => one.id === flag.flag)?.name ?? flag.flag}, ${flag.severity}`;

/** The same flag raised twice at one place is one flag. */
export const sameFlag = (one: RaisedFlag, other: RaisedFlag) =>
  one.flag === other.flag && one.side === other.side && one.start === other.start && one.end === other.end;

/** Marks by side. */
export function marksOf(assignment: Assignment, flags: readonly RaisedFlag[]): Record<string, Mark[]> {
  const marks: Record<string, Mark[]> = {};
  for (const flag of flags) {
    if (flag.side === null || flag.start === null || flag.end === null) continue;
    const text = textOf(assignment, flag.side);
    (marks[flag.side] ??= []).push({ start: unitOf(text, flag.start), end: unitOf(text, flag.end), title: nameOf(policiesOf(assignment), flag) });
  }
  return marks;
}

/** Marks of the item in view; null where its guideline has no flags, and nothing has to be found in a text. */
export const Flagged = createContext<Record<string, Mark[]> | null>(null);

const NONE: Mark[] = [];

/** How a side's text, or the turn of it that begins at `base`, is shown so that words in it can be flagged. */
export function useLocated(side: string, base = 0): Located | undefined {
  const flagged = useContext(Flagged);
  const marks = flagged?.[side] ?? NONE;
  const on = flagged !== null;
  return useMemo(() => (on ? { base, marks } : undefined), [on, base, marks]);
}
