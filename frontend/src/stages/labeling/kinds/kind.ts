import type { ComponentType } from "react";
import type { TFunction } from "i18next";
import type { KindAnswer } from "../../../api/answers";
import type { Assignment } from "../../../api/types";
import type { KeyLine } from "../../../app/keys";
import type { Draft, Partly } from "../drafts";

export interface ScreenProps {
  assignment: Assignment;
  /** What is chosen so far. */
  answer: Partly;
  /** `revised` says whether something chosen was taken back; left out, the answer itself tells. */
  onAnswer: (answer: Partly, revised?: boolean) => void;
}

/** How one kind of question is answered. Everything else on the page is the same for all kinds. */
export interface Kind {
  /** Stands where the completions do; without it they are shown as they are. */
  Body?: ComponentType<ScreenProps>;
  /** The screen shows the item's picture by itself. */
  drawsPicture?: true;
  /** Stands in the bar, under the question. */
  Bar?: ComponentType<ScreenProps>;
  /** Side of the completion that the answer prefers. */
  chosenSide?: (answer: Partly) => string | null;
  /** What a click on a completion answers; null where it says too little. */
  choosingSide?: (assignment: Assignment, side: string) => Partly | null;
  keys: (assignment: Assignment, t: TFunction) => KeyLine[];
  /** What has still to be chosen, in words; null when the answer can be sent. */
  missing: (assignment: Assignment, answer: Partly, t: TFunction) => string | null;
  /** The kind's part of the answer, of a draft from which nothing is missing. */
  answerOf: (assignment: Assignment, answer: Partly) => KindAnswer;
}

/** The whole answer as it is sent. */
export function sealed(kind: Kind, assignment: Assignment, draft: Draft) {
  const flags = draft.flags.length > 0 ? { flags: [...draft.flags] } : {};
  return { ...kind.answerOf(assignment, draft.answer), reason: draft.reason.trim() || null, ...flags };
}
