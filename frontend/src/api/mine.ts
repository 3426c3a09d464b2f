import type { Signals } from "../stages/labeling/signals";

/** One's own judgments and days, with everything measured. */
export interface MyJudgment {
  id: string;
  item_id: string;
  question_id: string;
  kind: string;
  answer: Record<string, unknown>;
  created_at: number;
  undone: boolean;
  can_undo: boolean;
  active_ms: number | null;
  revisions: number | null;
  signals: Signals | null;
  note: string | null;
  guideline_number: number | null;
  prompt_start: string;
}

export interface MyJudgments {
  judgments: MyJudgment[];
  next: string | null;
}

export interface MyDay {
  day: string;
  judged: number;
  skipped: number;
  active_ms: number;
}
