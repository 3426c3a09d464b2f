import { del, entries, get, set, type UseStore } from "idb-keyval";
import { ApiError, asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import type { Answer, Assignment, JudgmentAnswer, Undone } from "../../api/types";
import { uniqueId } from "../../ui/unique";
import type { Draft } from "./drafts";
import type { Whose } from "./shelf";
import { type Signals, signalsOf } from "./signals";
import { strictStore } from "./strictStore";
import { alone, announceTab, livingTabs, TAB } from "./tabs";

/** What was decided on the page and is not yet acknowledged by the server. */
export interface Sealed extends Whose {
  clientId: string;
  assignment: Assignment;
  answer: Answer | null;
  skipReason: string | null;
  note: string | null;
  activeMs: number;
  revisions: number;
  signals: Signals | null;
  at: number;
  tab: string;
}

/** An answer that the server did not take, and what it said. */
export interface Refused extends Sealed {
  code: string;
  message: string;
}

export interface Want {
  count: number;
  held: string[];
}

export type Sent = { kind: "accepted"; entry: Sealed; answer: JudgmentAnswer | null } | { kind: "refused"; entry: Refused };

type What = Pick<Sealed, "answer" | "skipReason">;

/** What is sent of an item that leaves the desk. */
export function entryOf(whose: Whose, assignment: Assignment, draft: Draft, what: What): Sealed {
  return {
    ...whose,
    ...what,
    clientId: uniqueId(),
    assignment,
    note: draft.note.trim() || null,
    activeMs: draft.activeMs,
    revisions: draft.revisions,
    signals: what.answer ? signalsOf(draft) : null,
    at: Date.now(),
    tab: TAB,
  };
}

/** A tab that is open but asleep sends nothing; after this long another does it. */
const ASLEEP_MS = 60_000;
/** Without Web Locks nobody knows which tabs live; this old, an entry is taken for left behind. */
const ORPHAN_MS = 10_000;
const POST_MS = 30_000;
const REFUSED = new Set([403, 404, 409, 410, 413, 422]);

let outboxStore: UseStore | undefined;
let keptStore: UseStore | undefined;
const outbox = () => (outboxStore ??= strictStore("loopwright-outbox", "entries"));
const kept = () => (keptStore ??= strictStore("loopwright-kept", "entries"));

/** Where the browser keeps nothing (no space, or forbidden), entries live as long as the page. */
const unkept = new Map<string, Sealed>();

/** Resolves once the entry is on the disk; false when the browser would not keep it. */
export async function seal(entry: Sealed): Promise<boolean> {
  announceTab();
  try {
    await set(entry.clientId, entry, outbox());
    return true;
  } catch {
    unkept.set(entry.clientId, entry);
    return false;
  }
}

async function unseal(clientId: string): Promise<void> {
  if (!unkept.delete(clientId)) await del(clientId, outbox());
}

async function all<Entry extends Sealed>(store: UseStore, person: string): Promise<Entry[]> {
  const found = await entries<string, Entry>(store).catch(() => []);
  return found.map(([, entry]) => entry).filter((entry) => entry.person === person).sort((a, b) => a.at - b.at);
}

const unsent = async (person: string) => [...(await all(outbox(), person)), ...[...unkept.values()].filter((entry) => entry.person === person)];

export const waiting = async ({ projectId, person }: Whose) => (await unsent(person)).filter((entry) => entry.projectId === projectId);
export const refused = async ({ projectId, person }: Whose) => (await all<Refused>(kept(), person)).filter((entry) => entry.projectId === projectId);
export const putAway = (clientId: string) => del(clientId, kept()).catch(() => undefined);

async function post(entry: Sealed, want: Want): Promise<JudgmentAnswer | null> {
  const { assignment } = entry;
  const signal = AbortSignal.timeout(POST_MS);
  if (entry.skipReason !== null) {
    const path = project(entry.projectId, `/assignments/${assignment.id}/skip`);
    await call("POST", path, { json: { token: assignment.token, reason: entry.skipReason }, signal });
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
      note: entry.note,
      signals: entry.signals,
      count: want.count,
      held: want.held,
      fair: true,
    },
    signal,
  });
}

/** Takes an entry back before it is sent; false when the server has it already. Waits for a post under way. */
export function withdraw(clientId: string): Promise<boolean> {
  return alone(async () => {
    if (unkept.delete(clientId)) return true;
    const found = (await get<Sealed>(clientId, outbox()).catch(() => undefined)) !== undefined;
    if (found) await del(clientId, outbox());
    return found;
  });
}

/** Takes back what the server has; returns its item, leased anew. */
export async function undoSent(projectId: string, judgmentId: string | null): Promise<Assignment> {
  if (judgmentId === null) throw new ApiError(409, "not_undoable", "What was sent can no longer be taken back.", "Go on with the next item.");
  return (await call<Undone>("POST", project(projectId, `/judgments/${judgmentId}/undo`))).assignment;
}

/** The first entry that this tab should send: its own, or one whose tab is closed or sleeps. */
export async function nextToSend(person: string): Promise<Sealed | undefined> {
  const [found, living] = [await unsent(person), await livingTabs()];
  const leftBehind = (entry: Sealed) => (living ? !living.has(entry.tab) || Date.now() - entry.at > ASLEEP_MS : Date.now() - entry.at > ORPHAN_MS);
  return found.find((entry) => entry.tab === TAB || leftBehind(entry));
}

/** Sends one entry. Throws when it should be tried again later; the entry stays. */
export async function sendOne(entry: Sealed, want: Want): Promise<Sent> {
  try {
    const answer = await post(entry, want);
    await unseal(entry.clientId);
    return { kind: "accepted", entry, answer };
  } catch (error) {
    const problem = asApiError(error);
    if (!REFUSED.has(problem.status)) throw problem;
    const said: Refused = { ...entry, code: problem.code, message: problem.message };
    await set(entry.clientId, said, kept()).catch(() => undefined);
    await unseal(entry.clientId);
    return { kind: "refused", entry: said };
  }
}

/** Sends what closed tabs left behind, in any project; on any page. */
export async function sendStrays(person: string): Promise<void> {
  const next = () => alone(async () => {
    const entry = await nextToSend(person);
    if (!entry || entry.tab === TAB) return false;
    await sendOne(entry, { count: 0, held: [] });
    return true;
  });
  while (await next().catch(() => false));
}
