import type { Draft } from "./drafts";
import type { Sealed } from "./outbox";

/** An answer or skip that left the desk, and what is needed to bring it back. */
export interface Past {
  entry: Sealed;
  draft: Draft;
  /** Known once the server has it. */
  judgmentId: string | null;
  sent: boolean;
  /** Who wrote which side, where the project tells it afterwards. */
  revealed?: Record<string, string> | null;
}

/** As many as one looks back over. */
export const REMEMBERED = 20;

/** A skip that was sent is final: the item went to somebody else. So is an answer after which one was told who wrote what. */
export const mayUndo = (past: Past) => !past.sent || (past.entry.skipReason === null && !past.revealed);

export const remember = (before: readonly Past[], past: Past) => [...before, past].slice(-REMEMBERED);

export const lastToUndo = (all: readonly Past[]) => all.findLast(mayUndo);

export const inOrder = (all: readonly Past[]) => [...all].sort((a, b) => a.entry.at - b.entry.at);
