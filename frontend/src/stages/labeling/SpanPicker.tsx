import { Group, SegmentedControl, Text } from "@mantine/core";
import { type KeyboardEvent, type MouseEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Span } from "../../ui/located";
import styles from "./flags.module.css";

type Unit = "word" | "sentence";

interface Piece {
  start: number;
  end: number;
  /** Blanks and marks between words cannot be chosen alone. */
  counts: boolean;
}

/** A text in words or sentences, in any language that the browser knows. */
export function piecesOf(text: string, unit: Unit): Piece[] {
  return [...new Intl.Segmenter(undefined, { granularity: unit }).segment(text)].map(({ segment, index, isWordLike }) => ({
    start: index,
    end: index + (unit === "sentence" ? segment.trimEnd().length : segment.length),
    counts: unit === "sentence" ? segment.trim() !== "" : isWordLike === true || /[\p{So}\p{Sc}]/u.test(segment),
  }));
}

interface SpanPickerProps {
  text: string;
  span: Pick<Span, "start" | "end"> | null;
  onSpan: (start: number, end: number) => void;
  onDone: () => void;
}

/** Words chosen without a mouse: arrows move, with Shift they take more, S and W change between sentences and words. */
export function SpanPicker({ text, span, onSpan, onDone }: SpanPickerProps) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [unit, setUnit] = useState<Unit>(span ? "word" : "sentence");
  const pieces = useMemo(() => piecesOf(text, unit), [text, unit]);
  const chosen = useMemo(() => pieces.filter((piece) => piece.counts), [pieces]);
  const nearest = (place: number) => Math.max(0, chosen.findIndex((piece) => piece.end > place));
  const [ends, setEnds] = useState(() => ({ anchor: nearest(span?.start ?? 0), head: nearest((span?.end ?? 1) - 1) }));
  const tell = (anchor: number, head: number, of: readonly Piece[]) => {
    const [first, last] = [of[Math.min(anchor, head)], of[Math.max(anchor, head)]];
    setEnds({ anchor, head });
    if (first && last) onSpan(first.start, last.end);
  };
  useEffect(() => {
    list.current?.focus();
    tell(ends.anchor, ends.head, chosen);
    // What is chosen at first is told once, when the picker opens.
  }, []);
  const turn = (next: Unit) => {
    if (next === unit) return;
    const of = piecesOf(text, next).filter((piece) => piece.counts);
    const at = (place: number) => Math.max(0, of.findIndex((piece) => piece.end > place));
    const [first, last] = [chosen[Math.min(ends.anchor, ends.head)], chosen[Math.max(ends.anchor, ends.head)]];
    setUnit(next);
    tell(at(first?.start ?? 0), next === "word" ? at(first?.start ?? 0) : at((last?.end ?? 1) - 1), of);
    list.current?.focus();
  };
  const go = (head: number, extend: boolean) => {
    const to = Math.min(chosen.length - 1, Math.max(0, head));
    tell(extend ? ends.anchor : to, to, chosen);
    document.getElementById(`${id}-${to}`)?.scrollIntoView?.({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by !== undefined) go(ends.head + by, event.shiftKey);
    else if (event.key === "Home") go(0, event.shiftKey);
    else if (event.key === "End") go(chosen.length - 1, event.shiftKey);
    else if (event.key === "s") turn("sentence");
    else if (event.key === "w") turn("word");
    else if (event.key === "Enter") onDone();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent) => {
    const index = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index;
    if (index !== undefined) go(Number(index), event.shiftKey);
  };
  const [from, to] = [Math.min(ends.anchor, ends.head), Math.max(ends.anchor, ends.head)];
  let index = -1;
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <SegmentedControl size="xs" value={unit} onChange={(next) => turn(next as Unit)} aria-label={t("kinds.flags.unit")} data={[{ value: "sentence", label: t("kinds.flags.sentences") }, { value: "word", label: t("kinds.flags.words") }]} />
        <Text size="xs" c="dimmed">{t("kinds.flags.pickHint")}</Text>
      </Group>
      <div ref={list} role="listbox" tabIndex={0} aria-multiselectable aria-label={t("kinds.flags.pickFrom")} aria-activedescendant={`${id}-${ends.head}`} className={styles.picker} dir="auto" onKeyDown={onKeyDown} onClick={onClick}>
        {pieces.map((piece) => {
          const words = text.slice(piece.start, piece.end);
          if (!piece.counts) {
            const between = index >= from && index < to;
            return <span key={piece.start} role="presentation" className={between ? styles.taken : undefined}>{words}</span>;
          }
          index += 1;
          const taken = index >= from && index <= to;
          return (
            <span key={piece.start}>
              <span id={`${id}-${index}`} role="option" aria-selected={taken} data-index={index} className={taken ? styles.taken : undefined}>{words}</span>
              {unit === "sentence" && " "}
            </span>
          );
        })}
      </div>
    </div>
  );
}
