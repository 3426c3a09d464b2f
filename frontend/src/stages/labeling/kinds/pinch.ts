import type { Point } from "./boxGeometry";

interface Told {
  start: () => void;
  /** How much farther apart the fingers are than at the start; the point between them as shares of all that scrolls, then and now. */
  move: (by: number, share: Point, at: Point) => void;
}

const between = ([one, other]: Point[]): Point => ({ x: (one!.x + other!.x) / 2, y: (one!.y + other!.y) / 2 });
const apart = ([one, other]: Point[]) => Math.max(1, Math.hypot(one!.x - other!.x, one!.y - other!.y));

/** Tells of two fingers on an element; returns what ends it. */
export function onPinch(element: HTMLElement, on: Told): () => void {
  const fingers = new Map<number, Point>();
  let began: { apart: number; share: Point } | null = null;
  const here = (): Point => {
    const frame = element.getBoundingClientRect();
    const middle = between([...fingers.values()]);
    return { x: middle.x - frame.left, y: middle.y - frame.top };
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size !== 2) return;
    const at = here();
    began = { apart: apart([...fingers.values()]), share: { x: (element.scrollLeft + at.x) / element.scrollWidth, y: (element.scrollTop + at.y) / element.scrollHeight } };
    on.start();
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2 && began) on.move(apart([...fingers.values()]) / began.apart, began.share, here());
  };
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    began = null;
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up };
  Object.entries(listeners).forEach(([name, listener]) => element.addEventListener(name, listener as EventListener, { capture: true }));
  return () => Object.entries(listeners).forEach(([name, listener]) => element.removeEventListener(name, listener as EventListener, { capture: true }));
}
