import { hiddenIn } from "./hidden";

/** Words of a text that are to be marked; ends in UTF-16 units, as JavaScript counts. */
export interface Mark {
  start: number;
  end: number;
  title: string;
}

/** Where a piece that is shown stands in the text that was written. `name` stands for a hidden character. */
export interface Run {
  text: string;
  at: number;
  to: number;
  name?: string;
  title?: string;
}

/** What a text needs to be shown so that a selection in it can be found again in what was written. */
export interface Located {
  /** Where this text begins within the whole that is counted in. */
  base: number;
  marks: readonly Mark[];
}

/** Code points before a UTF-16 place: what the server counts in. */
export const pointsBefore = (text: string, unit: number) => [...text.slice(0, unit)].length;

/** The UTF-16 place of a code point. */
export function unitOf(text: string, point: number): number {
  let unit = 0;
  for (let left = point; left > 0 && unit < text.length; left -= 1) unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  return unit;
}

/** A piece of text from one place on, cut where a hidden character stands and where a mark begins or ends. */
export function runsOf(text: string, at: number, marks: readonly Mark[]): Run[] {
  const runs: Run[] = [];
  let from = at;
  for (const piece of hiddenIn(text) ?? [text]) {
    if (typeof piece !== "string") {
      const length = (text.codePointAt(from - at) ?? 0) > 0xffff ? 2 : 1;
      runs.push({ text: text.slice(from - at, from - at + length), at: from, to: from + length, name: piece.name, title: titleAt(from, marks) });
      from += length;
      continue;
    }
    const end = from + piece.length;
    const cuts = [...new Set([from, end, ...marks.flatMap((mark) => [mark.start, mark.end]).filter((cut) => cut > from && cut < end)])].sort((a, b) => a - b);
    cuts.slice(0, -1).forEach((cut, index) => {
      const to = cuts[index + 1] ?? end;
      runs.push({ text: piece.slice(cut - from, to - from), at: cut, to, title: titleAt(cut, marks) });
    });
    from = end;
  }
  return runs.filter((run) => run.to > run.at);
}

function titleAt(place: number, marks: readonly Mark[]): string | undefined {
  return marks.filter((mark) => mark.start <= place && place < mark.end).map((mark) => mark.title).join("; ") || undefined;
}

/** For each unit of what is shown its place in what was written, which may hold more: escapes, entities, indents. */
export function placesIn(shown: string, written: string): number[] {
  const whole = written.indexOf(shown);
  if (whole !== -1) return Array.from({ length: shown.length }, (_, index) => whole + index);
  const places: number[] = [];
  let at = 0;
  for (let index = 0; index < shown.length; index += 1) {
    const next = written.indexOf(shown[index]!, at);
    // Not there at all: an entity. It stands where the reading is.
    places.push(next === -1 ? Math.min(at, written.length - 1) : next);
    if (next !== -1) at = next + 1;
  }
  return places;
}

export interface Span {
  side: string;
  start: number;
  end: number;
}

const lengthTo = (element: Node, node: Node, offset: number) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  range.setEnd(node, offset);
  return range.toString().length;
};

/** What is selected in a text shown with its places, in UTF-16 units of that side's text; null when nothing is. */
export function selectedSpan(): Span | null {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const within = [...document.querySelectorAll<HTMLElement>("[data-located]")].find((one) => range.intersectsNode(one));
  if (!within) return null;
  const runs = [...within.querySelectorAll<HTMLElement>("[data-at]")].filter((run) => range.intersectsNode(run));
  const first = runs[0];
  const last = runs.at(-1);
  if (!first || !last) return null;
  const placed = (run: HTMLElement, node: Node, offset: number, otherwise: number) => {
    const [at, to] = [Number(run.dataset.at), Number(run.dataset.to)];
    return run.contains(node) ? Math.min(to, at + lengthTo(run, node, offset)) : otherwise;
  };
  const start = placed(first, range.startContainer, range.startOffset, Number(first.dataset.at));
  const end = placed(last, range.endContainer, range.endOffset, Number(last.dataset.to));
  return start < end ? { side: within.dataset.located ?? "", start, end } : null;
}

/** Without the blanks at its ends; null when it is all blank. */
export function trimmed(span: Span, text: string): Span | null {
  const words = text.slice(span.start, span.end);
  if (words.trim() === "") return null;
  return { ...span, start: span.start + (words.length - words.trimStart().length), end: span.end - (words.length - words.trimEnd().length) };
}
