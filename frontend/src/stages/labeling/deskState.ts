import type { ApiError } from "../../api/errors";
import type { Assignment, Progress } from "../../api/types";
import { begun, type Draft } from "./drafts";
import type { Refused } from "./outbox";
import type { Past } from "./past";

export interface DeskState {
  /** What this browser kept is on the desk. */
  opened: boolean;
  /** The server has said at least once what there is to judge. */
  answered: boolean;
  asking: boolean;
  /** Another tab works at this desk. */
  elsewhere: boolean;
  held: readonly Assignment[];
  drafts: Readonly<Record<string, Draft>>;
  /** Items on their way back: shown already, not yet taken back on the server. */
  returning: readonly string[];
  past: readonly Past[];
  progress: Progress | null;
  waiting: number;
  refused: readonly Refused[];
  signedOut: boolean;
  /** The server does not answer; what is done meanwhile waits here. */
  away: boolean;
  /** This browser keeps nothing: the tab must stay open until all is sent. */
  unkept: boolean;
  problem: ApiError | null;
  undoProblem: string | null;
}

export const START: DeskState = {
  opened: false, answered: false, asking: false, elsewhere: false, held: [], drafts: {}, returning: [], past: [], progress: null, waiting: 0, refused: [],
  signedOut: false, away: false, unkept: false, problem: null, undoProblem: null,
};

/** New items go behind those held; one that is held already gets its newest lease. */
export function withFresh(held: readonly Assignment[], fresh: readonly Assignment[]): Assignment[] {
  const newest = new Map(fresh.map((one) => [one.id, one]));
  const known = new Set(held.map((one) => one.id));
  return [...held.map((one) => newest.get(one.id) ?? one), ...fresh.filter((one) => !known.has(one.id))];
}

/** The counts after an answer was taken back; the server says them anew with the next one. */
export function withoutOne(progress: Progress | null): Progress | null {
  return progress && { ...progress, mine: Math.max(0, progress.mine - 1), today: Math.max(0, progress.today - 1) };
}

/** Of the items asked about, those that the server no longer holds for this person; not where something was chosen or typed. */
export function goneFrom(asked: readonly Assignment[], held: readonly Assignment[], { returning, drafts }: DeskState): Set<string> {
  const still = new Set(held.map((one) => one.id));
  const idle = (id: string) => !returning.includes(id) && !(drafts[id] && begun(drafts[id]));
  return new Set(asked.map((one) => one.id).filter((id) => !still.has(id) && idle(id)));
}
