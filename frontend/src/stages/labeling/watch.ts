import { createContext, useContext, useEffect, useState } from "react";
import type { LabelDesk } from "./desk";
import type { Draft } from "./drafts";
import { ActiveClock, type Measured, type Seen, withSpan } from "./signals";

const KEEP_MS = 5000;
const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchmove"] as const;

const visible = () => document.visibilityState === "visible";

/** Measures how one item is read and answered. */
export class Watch {
  readonly clock: ActiveClock;
  private seen: Seen;
  private pasted: number;

  constructor(draft: Draft) {
    this.clock = new ActiveClock(draft.activeMs, performance.now(), visible());
    this.seen = draft.seen;
    this.pasted = draft.pasted;
  }

  /** This part of a side's text is in view; both ends as shares of its height. */
  see(side: string, from: number, to: number): void {
    this.seen = { ...this.seen, [side]: withSpan(this.seen[side] ?? [], [from, to]) };
  }

  paste(characters: number): void {
    this.pasted += characters;
  }

  activeMs = () => this.clock.total(performance.now());

  measured(): Measured {
    return { activeMs: this.activeMs(), seen: this.seen, pasted: this.pasted };
  }
}

/** Where texts of the item in view report what of them is seen. */
export const Watching = createContext<Watch | null>(null);
export const useWatching = () => useContext(Watching);

const isField = (target: EventTarget | null) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Watches the item in view; what was measured goes into its draft now and then, so that a reload loses little of it. */
export function useWatch(desk: LabelDesk, id: string): Watch {
  const [watch] = useState(() => new Watch(desk.draft(id)));
  useEffect(() => {
    const keep = () => desk.keep(id, watch.measured());
    const input = () => watch.clock.input(performance.now());
    const turn = () => {
      watch.clock.turn(visible(), performance.now());
      if (!visible()) keep();
    };
    const paste = (event: ClipboardEvent) => {
      if (isField(event.target)) watch.paste([...(event.clipboardData?.getData("text") ?? "")].length);
    };
    const timer = setInterval(() => visible() && keep(), KEEP_MS);
    INPUTS.forEach((name) => document.addEventListener(name, input, { capture: true, passive: true }));
    document.addEventListener("visibilitychange", turn);
    document.addEventListener("paste", paste);
    return () => {
      clearInterval(timer);
      INPUTS.forEach((name) => document.removeEventListener(name, input, { capture: true }));
      document.removeEventListener("visibilitychange", turn);
      document.removeEventListener("paste", paste);
    };
  }, [desk, id, watch]);
  return watch;
}
