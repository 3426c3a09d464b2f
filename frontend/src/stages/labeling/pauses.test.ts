import { expect, test } from "vitest";
import { breakDue, type Stretch, toldNow, worked } from "./pauses";

const MINUTE = 60_000;

function work(from: Stretch | null, until: number, start: number): Stretch | null {
  let stretch = from;
  for (let minute = start; minute <= until; minute++) stretch = worked(stretch, minute * MINUTE);
  return stretch;
}

test("after 45 minutes a break is due, once put off not before another 45", () => {
  expect(breakDue(work(null, 44, 0))).toBeNull();
  const long = work(null, 46, 0);
  expect(breakDue(long)).toBe(46);
  const putOff = toldNow(long!);
  expect(breakDue(work(putOff, 90, 47))).toBeNull();
  expect(breakDue(work(putOff, 91, 47))).toBe(91);
});

test("ten minutes away begin a new stretch", () => {
  const stretch = work(null, 40, 0);
  expect(breakDue(work(stretch, 60, 51))).toBeNull();
});
