import type { Box } from "../../../api/answers";

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export type Place = Omit<Box, "label">;

/** Smaller than this, in picture pixels, a drag was a click. */
export const SMALLEST = 3;

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Whole pixels within the picture, from any two corners. */
export function between(one: Point, other: Point, image: Size): Place {
  const left = Math.round(within(Math.min(one.x, other.x), 0, image.width));
  const top = Math.round(within(Math.min(one.y, other.y), 0, image.height));
  const right = Math.round(within(Math.max(one.x, other.x), 0, image.width));
  const bottom = Math.round(within(Math.max(one.y, other.y), 0, image.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Moved as far as the picture goes. */
export function shifted(box: Place, dx: number, dy: number, image: Size): Place {
  const x = Math.round(within(box.x + dx, 0, image.width - box.width));
  const y = Math.round(within(box.y + dy, 0, image.height - box.height));
  return { ...box, x, y };
}

/** Its right and lower edge moved; never smaller than can be seen, never past the picture. */
export function resized(box: Place, dx: number, dy: number, image: Size): Place {
  const width = Math.round(within(box.width + dx, SMALLEST, image.width - box.x));
  const height = Math.round(within(box.height + dy, SMALLEST, image.height - box.y));
  return { ...box, width, height };
}

export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"] as const;
export type Handle = (typeof HANDLES)[number];

export function handleAt(box: Place, handle: Handle): Point {
  const x = handle.includes("w") ? box.x : handle.includes("e") ? box.x + box.width : box.x + box.width / 2;
  const y = handle.includes("n") ? box.y : handle.includes("s") ? box.y + box.height : box.y + box.height / 2;
  return { x, y };
}

/** One edge or corner pulled to a point; pulled past the other side it turns over. */
export function pulled(box: Place, handle: Handle, to: Point, image: Size): Place {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const one = { x: handle.includes("w") ? to.x : box.x, y: handle.includes("n") ? to.y : box.y };
  const other = { x: handle.includes("e") ? to.x : right, y: handle.includes("s") ? to.y : bottom };
  const place = between(one, other, image);
  return resized(place, 0, 0, image);
}
