/** A stretch of work without a longer pause. All times are in milliseconds. */
export interface Stretch {
  began: number;
  last: number;
  /** Up to when one has been told of it. */
  told: number;
}

const PAUSE_MS = 10 * 60_000;
const EVERY_MS = 45 * 60_000;

/** The stretch after one more answer; ten minutes without one begin another. */
export function worked(before: Stretch | null, now: number): Stretch {
  return before && now - before.last < PAUSE_MS ? { ...before, last: now } : { began: now, last: now, told: now };
}

/** Whole minutes of work when a break is due, else null. */
export const breakDue = (stretch: Stretch | null) => (stretch && stretch.last - stretch.told >= EVERY_MS ? Math.floor((stretch.last - stretch.began) / 60_000) : null);

export const toldNow = (stretch: Stretch): Stretch => ({ ...stretch, told: stretch.last });
