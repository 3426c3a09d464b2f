import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { LabelDesk } from "./desk";

const ASK_AGAIN_MS = 5000;

/** The desk of one project, open while the page is; an empty desk asks again by itself. */
export function useDesk(projectId: string) {
  const [desk, setDesk] = useState(() => new LabelDesk(projectId));
  useEffect(() => {
    const opened = new LabelDesk(projectId);
    setDesk(opened);
    void opened.open();
    return () => opened.close();
  }, [projectId]);
  const state = useSyncExternalStore(desk.subscribe, desk.snapshot);
  const empty = state.opened && state.held.length === 0;
  useEffect(() => {
    if (!empty) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void desk.ask();
    }, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [desk, empty]);
  return { desk, state };
}

/** Milliseconds that an item was in view with the page visible, on top of what its draft had. */
export function useActiveTime(itemKey: string | undefined, before: number): () => number {
  const since = useRef<number | null>(null);
  const spent = useRef(before);
  useEffect(() => {
    spent.current = before;
    since.current = document.visibilityState === "visible" ? performance.now() : null;
    const turn = () => {
      const now = performance.now();
      if (document.visibilityState === "visible") {
        since.current = now;
      } else if (since.current !== null) {
        spent.current += now - since.current;
        since.current = null;
      }
    };
    document.addEventListener("visibilitychange", turn);
    return () => document.removeEventListener("visibilitychange", turn);
    // `before` is read once, when the item comes into view.
  }, [itemKey]);
  return useCallback(() => Math.round(spent.current + (since.current === null ? 0 : performance.now() - since.current)), []);
}
