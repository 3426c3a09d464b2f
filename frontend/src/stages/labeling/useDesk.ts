import { useIdle } from "@mantine/hooks";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { LabelDesk } from "./desk";
import { letGo } from "./letGo";
import type { Whose } from "./shelf";

const ASK_AGAIN_MS = 5000;
/** Leases are renewed well before half of them is over; whoever reads for long keeps the item. */
const RENEW_MS = 120_000;

/** After so long without any key, pointer or scroll, what was fetched ahead goes back. */
const IDLE_MS = 600_000;

/** Runs on a beat while the page is visible, and at once when it becomes so after a longer absence. */
function useBeat(every: number, on: boolean, act: () => void) {
  useEffect(() => {
    if (!on) return;
    let last = Date.now();
    const beat = () => {
      if (document.visibilityState !== "visible" || Date.now() - last < every) return;
      last = Date.now();
      act();
    };
    const timer = setInterval(beat, every);
    document.addEventListener("visibilitychange", beat);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [every, on, act]);
}

/** The desk of one person in one project, open while the page is; an empty desk asks again by itself. */
export function useDesk({ projectId, person }: Whose) {
  const [desk, setDesk] = useState(() => new LabelDesk({ projectId, person }));
  useEffect(() => {
    const opened = new LabelDesk({ projectId, person });
    setDesk(opened);
    opened.open();
    // What is kept in the browser's memory comes back as it was left, without a new page.
    const back = (event: PageTransitionEvent) => event.persisted && void opened.renew();
    const leave = () => letGo(opened);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", back);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      leave();
      opened.close();
    };
  }, [projectId, person]);
  const state = useSyncExternalStore(desk.subscribe, desk.snapshot);
  const working = state.opened && !state.elsewhere;
  const empty = state.held.length === 0;
  const idle = useIdle(IDLE_MS, { initialState: false });
  useBeat(ASK_AGAIN_MS, working && empty && !idle, desk.ask);
  useBeat(RENEW_MS, working && !empty && !idle, desk.renew);
  const wasIdle = useRef(false);
  useEffect(() => {
    if (idle) letGo(desk);
    else if (wasIdle.current) void desk.renew();
    wasIdle.current = idle;
  }, [idle, desk]);
  return { desk, state };
}
