import { diffWordsWithSpace } from "diff";

/** Beyond this, comparing would hold up the page. */
const TIMEOUT_MS = 400;

export interface Part {
  text: string;
  /** Only on this side. */
  own: boolean;
}

/** Both texts in parts that they share and parts that only one has; null when they are too far apart to compare in time. */
export function compareWords(left: string, right: string): [Part[], Part[]] | null {
  const changes = diffWordsWithSpace(left, right, { timeout: TIMEOUT_MS });
  if (!changes) return null;
  const side = (skip: "added" | "removed") => changes.filter((one) => !one[skip]).map((one) => ({ text: one.value, own: one.added || one.removed }));
  return [side("added"), side("removed")];
}
