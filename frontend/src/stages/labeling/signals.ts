/** What is measured while somebody judges. docs/guide/signals.md says in plain words what each figure is and who sees it. */
export interface Signals {
  first_choice: string | null;
  first_choice_ms: number | null;
  scroll: Record<string, number>;
  pasted_characters: number;
}

export const IDLE_MS = 60_000;

/** A part of a text, both ends as shares of its height. */
export type Span = readonly [number, number];
export type Seen = Readonly<Record<string, readonly Span[]>>;

export interface Measured {
  activeMs: number;
  seen: Seen;
  pasted: number;
}

/** The parts seen so far and one more, without overlap. */
export function withSpan(spans: readonly Span[], [from, to]: Span): Span[] {
  const apart = spans.filter((one) => one[1] < from || one[0] > to);
  const joined = spans.filter((one) => one[1] >= from && one[0] <= to);
  return [...apart, [Math.min(from, ...joined.map((one) => one[0])), Math.max(to, ...joined.map((one) => one[1]))] as const].sort((a, b) => a[0] - b[0]);
}

/** The share of a text that was in view, 0 to 1. */
export const shareSeen = (spans: readonly Span[]) => Math.min(1, Math.round(spans.reduce((sum, [from, to]) => sum + to - from, 0) * 100) / 100);

/** Time at work: a pause counts for a minute at most, and a hidden tab not at all. All times are in milliseconds. */
export class ActiveClock {
  private last: number | null;

  constructor(private spent: number, now: number, visible: boolean) {
    this.last = visible ? now : null;
  }

  private since(now: number): number {
    return this.last === null ? 0 : Math.min(Math.max(0, now - this.last), IDLE_MS);
  }

  input(now: number): void {
    if (this.last === null) return;
    this.spent += this.since(now);
    this.last = now;
  }

  turn(visible: boolean, now: number): void {
    this.spent += this.since(now);
    this.last = visible ? now : null;
  }

  total(now: number): number {
    return Math.round(this.spent + this.since(now));
  }
}

const FIRST_CHOICE_LENGTH = 200;

interface Counted {
  firstChoice: string | null;
  firstChoiceMs: number | null;
  seen: Seen;
  pasted: number;
}

/** Signals as they are sent with an answer. */
export function signalsOf(draft: Counted): Signals {
  return {
    first_choice: draft.firstChoice?.slice(0, FIRST_CHOICE_LENGTH) ?? null,
    first_choice_ms: draft.firstChoiceMs,
    scroll: Object.fromEntries(Object.entries(draft.seen).map(([side, spans]) => [side, shareSeen(spans)])),
    pasted_characters: draft.pasted,
  };
}
