import { createStore, get, set, type UseStore } from "idb-keyval";
import type { Assignment } from "../../api/types";

/** What is chosen and typed for one item, before it is sent. */
export interface Draft {
  choice: string | null;
  reason: string;
  revisions: number;
  activeMs: number;
}

export const EMPTY: Draft = { choice: null, reason: "", revisions: 0, activeMs: 0 };

interface Desk {
  held: Assignment[];
  drafts: Record<string, Draft>;
}

let store: UseStore | undefined;
const desk = () => (store ??= createStore("loopwright-desk", "desks"));

/** What this browser held for a project when it was last left; leases that ran out are dropped. */
export async function openDesk(projectId: string, now: number): Promise<Desk> {
  const saved = await get<Desk>(projectId, desk()).catch(() => undefined);
  if (!saved) return { held: [], drafts: {} };
  const held = saved.held.filter((assignment) => assignment.lease_until > now);
  return { held, drafts: saved.drafts };
}

/** Drafts of items no longer held go with the next save. */
export async function saveDesk(projectId: string, held: Assignment[], drafts: Record<string, Draft>): Promise<void> {
  const ids = new Set(held.map((assignment) => assignment.id));
  const kept = Object.fromEntries(Object.entries(drafts).filter(([id]) => ids.has(id)));
  await set(projectId, { held, drafts: kept }, desk());
}

