import type { RaisedFlag } from "../../api/answers";
import type { Seen } from "./signals";

/** What is chosen so far, in the form of its kind's answer; a part of it may still be missing. */
export type Partly = Readonly<Record<string, unknown>>;

/** What is chosen and typed for one item, before it is sent. */
export interface Draft {
  answer: Partly;
  reason: string;
  flags: readonly RaisedFlag[];
  note: string;
  revisions: number;
  activeMs: number;
  /** The first thing that was chosen, in a few words, and after how long. */
  firstChoice: string | null;
  firstChoiceMs: number | null;
  /** The parts of each text that were in view. */
  seen: Seen;
  /** Characters pasted into text fields. */
  pasted: number;
}

export const EMPTY: Draft = { answer: {}, reason: "", flags: [], note: "", revisions: 0, activeMs: 0, firstChoice: null, firstChoiceMs: null, seen: {}, pasted: 0 };

/** Whether anything was put into a draft. */
export const begun = (draft: Draft) => Object.keys(draft.answer).length > 0 || draft.reason !== "" || draft.note !== "" || draft.flags.length > 0;

/** A draft with another answer in it, which `said` says in words. Something that was chosen and is no longer so counts as a revision. */
export function withAnswer(draft: Draft, answer: Partly, said: string, revised = drops(draft.answer, answer)): Draft {
  const first = draft.firstChoice ?? (Object.keys(answer).length > 0 ? said.slice(0, 200) : null);
  return { ...draft, answer, revisions: draft.revisions + (revised ? 1 : 0), firstChoice: first };
}

function drops(before: unknown, after: unknown): boolean {
  if (before === null || before === undefined) return false;
  if (Array.isArray(before)) return Array.isArray(after) && before.some((one) => !after.includes(one));
  if (typeof before === "object") return Object.entries(before).some(([key, value]) => drops(value, (after as Partly | null | undefined)?.[key]));
  return before !== after;
}
