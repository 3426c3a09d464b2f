import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { useDigits, useKey } from "../../../ui/useKey";

/** One row of levels; the digit that is a level's key chooses it. */
export interface Row {
  id: string;
  name: string;
  levels: { value: string; key: string; text: string }[];
  value: string | null;
  onChoose: (value: string) => void;
  /** What an arrow to a side chooses, where the row has an own idea of it. */
  step?: (by: -1 | 1) => void;
}

const STEP: Record<string, -1 | 1> = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 };

/** Rows that are answered one after the other, and the one that is next. */
export function useRowCursor(rows: readonly Row[]) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  const [at, setAt] = useState(() => Math.max(0, rows.findIndex((row) => row.value === null)));
  const goTo = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    setAt(next);
    wanted.current = next;
  };
  // After the row has drawn what was chosen: its tab stop is the chosen level.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    box.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] [role=radio]:not([tabindex="-1"])`)?.focus();
    wanted.current = null;
  });
  const row = rows[at];
  const step = (by: -1 | 1) => {
    if (!row) return;
    if (row.step) return row.step(by);
    const now = row.levels.findIndex((level) => level.value === row.value);
    const from = now === -1 ? (by === 1 ? -1 : row.levels.length) : now;
    const level = row.levels[Math.min(row.levels.length - 1, Math.max(0, from + by))];
    if (level) row.onChoose(level.value);
  };
  /** Answers the row one is at and goes on to the next; false when no level has this digit. */
  const digit = (key: string): boolean => {
    const level = row?.levels.find((one) => one.key === key);
    if (!row || !level) return false;
    row.onChoose(level.value);
    goTo(at + 1);
    return true;
  };
  // Up and down go between rows, not along the row as a radio group's own keys would.
  const onKeyDownCapture = (event: KeyboardEvent) => {
    const by = STEP[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(at + by);
  };
  return { at, setAt, goTo, step, digit, box, onKeyDownCapture };
}

/** The same with the keys of the page: they answer wherever the focus is. */
export function useRows(rows: readonly Row[]) {
  const cursor = useRowCursor(rows);
  useDigits((key) => void cursor.digit(key));
  useKey("j", () => cursor.goTo(cursor.at + 1));
  useKey("k", () => cursor.goTo(cursor.at - 1));
  useKey("arrowleft", () => cursor.step(-1));
  useKey("arrowright", () => cursor.step(1));
  return cursor;
}
