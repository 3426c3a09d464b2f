import { expect, test } from "vitest";
import { ActiveClock, shareSeen, withSpan } from "./signals";

test("a pause counts for a minute, a hidden tab not at all", () => {
  const clock = new ActiveClock(1000, 0, true);
  clock.input(10_000);
  expect(clock.total(15_000)).toBe(16_000);
  clock.input(400_000);
  expect(clock.total(400_000)).toBe(71_000);
  clock.turn(false, 405_000);
  clock.input(410_000);
  expect(clock.total(900_000)).toBe(76_000);
  clock.turn(true, 900_000);
  expect(clock.total(902_000)).toBe(78_000);
});

test("parts of a text that were in view are counted once", () => {
  let seen = withSpan([], [0, 0.25]);
  seen = withSpan(seen, [0.5, 0.75]);
  expect(shareSeen(seen)).toBe(0.5);
  seen = withSpan(seen, [0.2, 0.6]);
  expect(seen).toEqual([[0, 0.75]]);
  expect(shareSeen(withSpan(seen, [0, 1]))).toBe(1);
});
