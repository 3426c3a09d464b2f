import { uniqueId } from "../../ui/unique";

export const TAB = uniqueId();

const LIVING = "loopwright-tab-";
const locks = (): LockManager | undefined => ("locks" in navigator ? navigator.locks : undefined);

let announced = false;

/** Holds a lock for as long as this tab lives; the browser lets it go when the tab is closed or crashes. */
export function announceTab(): void {
  if (announced) return;
  announced = true;
  void locks()?.request(LIVING + TAB, () => new Promise<never>(() => undefined));
}

/** The tabs that live, or null where the browser cannot tell. */
export async function livingTabs(): Promise<Set<string> | null> {
  const found = await locks()?.query();
  return found ? new Set((found.held ?? []).flatMap(({ name }) => (name?.startsWith(LIVING) ? [name.slice(LIVING.length)] : []))) : null;
}

let queue: Promise<unknown> = Promise.resolve();

/** One piece of outbox work at a time: in this tab by a chain, between tabs by a Web Lock. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  const locked = async (): Promise<T> => {
    const manager = locks();
    return manager ? ((await manager.request("loopwright-outbox", work)) as T) : work();
  };
  const turn = queue.then(locked, locked);
  queue = turn.catch(() => undefined);
  return turn;
}

export interface Seat {
  /** Works here from now on; the tab that did so far is told. */
  takeOver: () => void;
  leave: () => void;
}

/** One tab at a time works at a desk, so that no item stands in two tabs. `on(true)` says that it is this one. */
export function takeSeat(desk: string, on: (mine: boolean) => void): Seat {
  const manager = locks();
  if (!manager) {
    on(true);
    return { takeOver: () => undefined, leave: () => undefined };
  }
  const name = `loopwright-desk-${desk}`;
  let left = false;
  let letGo: (() => void) | undefined;
  let queued: AbortController | undefined;

  const sit = (lock: Lock | null): Promise<void> | undefined => {
    if (!lock || left) return undefined;
    on(true);
    return new Promise((resolve) => (letGo = resolve));
  };
  const wait = () => {
    queued = new AbortController();
    manager.request(name, { signal: queued.signal }, sit).catch(lost);
  };
  /** The lock was stolen, or the waiting for it was given up. */
  const lost = () => {
    if (left || letGo === undefined) return;
    letGo = undefined;
    on(false);
    wait();
  };
  const takeOver = () => {
    queued?.abort();
    manager.request(name, { steal: true }, sit).catch(lost);
  };
  manager
    .request(name, { ifAvailable: true }, (lock) => {
      if (lock) return sit(lock);
      if (!left) {
        on(false);
        wait();
      }
      return undefined;
    })
    .catch(lost);
  return {
    takeOver,
    leave: () => {
      left = true;
      queued?.abort();
      letGo?.();
    },
  };
}
