import { useState } from "react";
import type { Box, BoxesAnswer, ItemImage } from "../../../api/answers";
import { type Place, resized, shifted } from "./boxGeometry";
import type { ScreenProps } from "./kind";

export const boxesOf = (answer: object) => (answer as Partial<BoxesAnswer>).boxes ?? null;

/** The boxes of the item in view, the marked one, and the label that the next one gets. */
export function useBoxes({ assignment, answer, onAnswer }: ScreenProps, image: ItemImage) {
  const options = assignment.question.options ?? [];
  const said = boxesOf(answer);
  const boxes = said ?? [];
  const [marked, setMarked] = useState<number | null>(null);
  const [brush, setBrush] = useState(options.length === 1 ? options[0]!.id : (boxes.at(-1)?.label ?? ""));
  const current = marked !== null && marked < boxes.length ? marked : null;
  const put = (next: readonly Box[], revised: boolean) => onAnswer(next.length > 0 ? { boxes: next } : {}, revised);
  const change = (index: number, part: Partial<Box>, revised: boolean) => put(boxes.map((box, at) => (at === index ? { ...box, ...part } : box)), revised);
  return {
    options,
    boxes,
    current,
    brush,
    nothing: said !== null && said.length === 0,
    mark: setMarked,
    markBeside: (by: number) => boxes.length > 0 && setMarked(current === null ? (by > 0 ? 0 : boxes.length - 1) : (current + by + boxes.length) % boxes.length),
    add: (place: Place) => {
      put([...boxes, { ...place, label: brush }], false);
      setMarked(boxes.length);
    },
    place: (index: number, place: Place) => change(index, place, true),
    shift: (dx: number, dy: number) => current !== null && change(current, shifted(boxes[current]!, dx, dy, image), false),
    resize: (dx: number, dy: number) => current !== null && change(current, resized(boxes[current]!, dx, dy, image), false),
    label: (id: string) => {
      setBrush(id);
      const before = current === null ? undefined : boxes[current]!.label;
      if (current !== null && before !== id) change(current, { label: id }, before !== "");
    },
    remove: (index: number | null) => {
      if (index === null) return;
      put(boxes.filter((_, at) => at !== index), true);
      setMarked(null);
    },
    /** Not while there are boxes: one key must not take them away. */
    sayNothing: () => boxes.length === 0 && onAnswer({ boxes: [] }),
  };
}
