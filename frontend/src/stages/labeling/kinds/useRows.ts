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

/** Rows that are answered one after the other: a digit answers the row one is at and goes on to the next. */
export function useRows(rows: readonly Row[]) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(() => Math.max(0, rows.findIndex((row) => row.value === null)));
  const wanted = useRef<number | null>(null);
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
  useDigits((digit) => {
    const level = row?.levels.find((one) => one.key === digit);
    if (!row || !level) return;
    row.onChoose(level.value);
    goTo(at + 1);
  });
  useKey("j", () => goTo(at + 1));
  useKey("k", () => goTo(at - 1));
  useKey("arrowleft", () => step(-1));
  useKey("arrowright", () => step(1));
  // Up and down go between rows, not along the row as a radio group's own keys would.
  const onKeyDownCapture = (event: KeyboardEvent) => {
    const by = STEP[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(at + by);
  };
  return { at, setAt, goTo, box, onKeyDownCapture };
}
