import { createStore, del, entries, get, set, type UseStore } from "idb-keyval";
import { asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import type { Answer, Assignment, JudgmentAnswer } from "../../api/types";

/** What was decided on the page and is not yet acknowledged by the server. */
export interface Sealed {
  clientId: string;
  projectId: string;
  assignment: Assignment;
  answer: Answer | null;
  skipReason: string | null;
  activeMs: number;
  revisions: number;
  at: number;
  tab: string;
}

export interface Want {
  count: number;
  held: string[];
}

export type Sent =
  | { kind: "accepted"; entry: Sealed; answer: JudgmentAnswer | null }
  | { kind: "refused"; entry: Sealed; message: string };

const ORPHAN_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const REFUSED = new Set([403, 404, 409, 410, 413, 422]);

export const TAB = crypto.randomUUID();

let outboxStore: UseStore | undefined;
let keptStore: UseStore | undefined;
const outbox = () => (outboxStore ??= createStore("loopwright-outbox", "entries"));
const kept = () => (keptStore ??= createStore("loopwright-kept", "entries"));

export const seal = (entry: Sealed) => set(entry.clientId, entry, outbox());
const unseal = (clientId: string) => del(clientId, outbox());

const inOrder = async (store: UseStore, projectId: string) =>
  (await entries<string, Sealed>(store)).map(([, entry]) => entry).filter((entry) => entry.projectId === projectId).sort((a, b) => a.at - b.at);

export const waiting = (projectId: string) => inOrder(outbox(), projectId);
export const refused = (projectId: string) => inOrder(kept(), projectId);
export const putAway = (clientId: string) => del(clientId, kept());

async function post(entry: Sealed, want: Want): Promise<JudgmentAnswer | null> {
  const { assignment } = entry;
  if (entry.skipReason !== null) {
    const path = project(entry.projectId, `/assignments/${assignment.id}/skip`);
    await call("POST", path, { json: { token: assignment.token, reason: entry.skipReason } });
    return null;
  }
  return call<JudgmentAnswer>("POST", project(entry.projectId, "/judgments"), {
    json: {
      client_id: entry.clientId,
      assignment_id: assignment.id,
      token: assignment.token,
      answer: entry.answer,
      active_ms: entry.activeMs,
      revisions: entry.revisions,
      count: want.count,
      held: want.held,
    },
  });
}

let queue: Promise<unknown> = Promise.resolve();

/** One piece of outbox work at a time: in this tab by a chain, between tabs by a Web Lock. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  const locked = async (): Promise<T> => {
    if (!("locks" in navigator) || !navigator.locks) return work();
    return (await navigator.locks.request("loopwright-outbox", work)) as T;
  };
  const turn = queue.then(locked, locked);
  queue = turn.catch(() => undefined);
  return turn;
}

/** Takes an entry back before it is sent; false when the server has it already. Waits for a post under way. */
export function withdraw(clientId: string): Promise<boolean> {
  return alone(async () => {
    const found = (await get<Sealed>(clientId, outbox())) !== undefined;
    if (found) await del(clientId, outbox());
    return found;
  });
}

export interface Sender {
  /** Something was sealed: send it now. */
  nudge: () => void;
  stop: () => void;
}

/** Posts sealed answers in order until none is left; a failing network is tried again, ever more slowly. */
export function startSender(projectId: string, on: { want: () => Want; sent: (sent: Sent) => void; count: (left: number) => void; signedOut: () => void }): Sender {
  let stopped = false;
  let busy = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  const mine = (entry: Sealed) => entry.tab === TAB || Date.now() - entry.at > ORPHAN_MS;

  async function sendNext(): Promise<"sent" | "empty" | "later"> {
    const entry = (await waiting(projectId)).find(mine);
    if (!entry || stopped) return "empty";
    try {
      const own = entry.tab === TAB ? on.want() : { count: 0, held: [] };
      const answer = await post(entry, own);
      await unseal(entry.clientId);
      on.sent({ kind: "accepted", entry, answer });
    } catch (error) {
      const problem = asApiError(error);
      if (problem.status === 401) on.signedOut();
      if (!REFUSED.has(problem.status)) return "later";
      await set(entry.clientId, entry, kept());
      await unseal(entry.clientId);
      on.sent({ kind: "refused", entry, message: problem.message });
    }
    wait = FIRST_WAIT_MS;
    return "sent";
  }

  async function drain(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    let state: "sent" | "empty" | "later" = "sent";
    do {
      again = false;
      state = await alone(sendNext);
    } while (!stopped && (state === "sent" || (state === "empty" && again)));
    busy = false;
    if (stopped) return;
    on.count((await waiting(projectId)).length);
    if (state === "later") {
      timer = setTimeout(() => void drain(), wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    } else {
      timer = setTimeout(() => void drain(), LONGEST_WAIT_MS);
    }
  }

  const nudge = () => {
    wait = FIRST_WAIT_MS;
    void drain();
  };
  window.addEventListener("online", nudge);
  nudge();
  return {
    nudge,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      window.removeEventListener("online", nudge);
    },
  };
}
