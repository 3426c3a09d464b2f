import { getMany, setMany, type UseStore } from "idb-keyval";
import type { Assignment } from "../../api/types";
import { begun, type Draft, EMPTY } from "./drafts";
import type { Past } from "./past";
import { strictStore } from "./strictStore";

/** One person's work in one project; on a shared computer nobody finds another's. */
export interface Whose {
  projectId: string;
  person: string;
}

export interface Shelf {
  held: Assignment[];
  drafts: Record<string, Draft>;
  past: Past[];
}

/** Drafts of items that are no longer held: they may come back. */
const KEPT_DRAFTS = 30;

let store: UseStore | undefined;
const shelf = () => (store ??= strictStore("loopwright-desk", "desks"));
const keys = ({ projectId, person }: Whose) => [`${projectId}/${person}/held`, `${projectId}/${person}/drafts`];

/** What this browser held when the desk was last left; the server says later what of it still holds. */
export async function openShelf(whose: Whose): Promise<Shelf> {
  const [desk, saved] = (await getMany<unknown>(keys(whose), shelf()).catch(() => [])) as [Pick<Shelf, "held" | "past"> | undefined, Shelf["drafts"] | undefined];
  const drafts = Object.fromEntries(Object.entries(saved ?? {}).map(([id, draft]) => [id, { ...EMPTY, ...draft }]));
  return { held: desk?.held ?? [], past: desk?.past ?? [], drafts };
}

function worthKeeping({ held, drafts }: Shelf): Shelf["drafts"] {
  const ids = new Set(held.map((assignment) => assignment.id));
  const entries = Object.entries(drafts);
  const away = entries.filter(([id, draft]) => !ids.has(id) && begun(draft)).slice(-KEPT_DRAFTS);
  return Object.fromEntries([...away, ...entries.filter(([id]) => ids.has(id))]);
}

export async function saveShelf(whose: Whose, now: Shelf): Promise<void> {
  const [desk, drafts] = keys(whose) as [string, string];
  await setMany([[desk, { held: now.held, past: now.past }], [drafts, worthKeeping(now)]], shelf());
}

/** Saves one state after the other; of those that come while one is being saved, only the newest is. */
export class Saver {
  private busy: Promise<void> | null = null;
  private next: Shelf | null = null;

  constructor(private readonly whose: Whose) {}

  save(now: Shelf): Promise<void> {
    this.next = now;
    return (this.busy ??= this.run().finally(() => (this.busy = null)));
  }

  private async run(): Promise<void> {
    while (this.next) {
      const now = this.next;
      this.next = null;
      await saveShelf(this.whose, now).catch(() => undefined);
    }
  }
}
