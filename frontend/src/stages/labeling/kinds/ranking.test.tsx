import { screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { judging } from "../../../test/judging";
import { competition, moved, placedAt, tied, tiersOf, unranked } from "./ranks";

afterEach(() => vi.unstubAllGlobals());

const SIDES = ["a", "b", "c", "d"];
const rank = () => judging({ kind: "ranking" }, { completions: SIDES.map((side) => ({ side, text: `Text ${side}` })) });

test("ranks after a tie are those of a competition", () => {
  expect(competition(tiersOf({ a: 5, b: 1, c: 1, d: 9 }, SIDES))).toEqual({ b: 1, c: 1, a: 3, d: 4 });
});

test("moving goes out of a tie first, then past the next; the ends hold", () => {
  const ranks = { a: 1, b: 1, c: 3, d: 4 };
  expect(moved(ranks, SIDES, "b", 1)).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  expect(moved(ranks, SIDES, "b", -1)).toEqual({ b: 1, a: 2, c: 3, d: 4 });
  expect(moved(ranks, SIDES, "c", -1)).toEqual({ c: 1, a: 2, b: 2, d: 4 });
  expect(moved(ranks, SIDES, "d", 1)).toBe(ranks);
  expect(moved({ a: 1 }, SIDES, "c", -1)).toEqual({ a: 1, c: 2 });
});

test("a tie is made and parted by the same act", () => {
  const ranks = { a: 1, b: 2, c: 3, d: 4 };
  const made = tied(ranks, SIDES, "c");
  expect(made).toEqual({ a: 1, b: 2, c: 2, d: 4 });
  expect(tied(made, SIDES, "c")).toEqual(ranks);
  expect(tied(ranks, SIDES, "a")).toBe(ranks);
});

test("a dropped answer stands alone; those it passes keep their ties", () => {
  expect(placedAt({ a: 1, b: 1, c: 3 }, SIDES, "d", 0)).toEqual({ d: 1, a: 2, b: 2, c: 4 });
  expect(placedAt({ a: 1, b: 1, c: 3 }, SIDES, "d", 2)).toEqual({ a: 1, b: 1, d: 3, c: 4 });
  expect(placedAt({ a: 1, b: 1, c: 3 }, SIDES, "c", 1)).toEqual({ c: 1, a: 2, b: 2 });
  expect(unranked({ a: 1, b: 2, c: 3 }, SIDES, "b")).toEqual({ a: 1, c: 2 });
});

test("four digits rank four answers, the same digit twice is a tie", async () => {
  const { user, send, sent } = await rank();
  expect(send()).toHaveAccessibleDescription("4 answers are not ranked yet");
  await user.keyboard("213{Enter}");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  expect(send()).toHaveAccessibleDescription("One answer is not ranked yet");
  await user.keyboard("3{Enter}");
  expect(await sent()).toMatchObject({ answer: { ranks: { a: 2, b: 1, c: 3, d: 3 }, reason: null }, revisions: 0 });
});

test("keys select, move, tie and take away", async () => {
  const { user, sent } = await rank();
  await user.keyboard("1234");
  await user.keyboard("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
  expect(screen.getByRole("article", { name: "Answer A" })).toHaveAttribute("aria-current", "true");
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await user.keyboard("jj=");
  await user.keyboard("{Backspace}");
  const list = screen.getByRole("complementary", { name: "Ranking, best first" });
  expect(within(list).getAllByRole("listitem").map((row) => row.textContent?.match(/[A-D](?= Text)/)?.[0]).join("")).toBe("BADC");
  await user.keyboard("4{Enter}");
  expect(await sent()).toMatchObject({ answer: { ranks: { b: 1, a: 2, d: 3, c: 4 } } });
});

test("a mouse ranks by clicks and ties by a button", async () => {
  const { user, send, sent } = await rank();
  for (let step = 0; step < 4; step += 1) await user.click(screen.getAllByRole("button", { name: "Rank next" })[0]!);
  await user.click(screen.getByRole("button", { name: "Tie B with the one above" }));
  await user.click(send());
  expect((await sent()).answer).toEqual({ ranks: { a: 1, b: 1, c: 3, d: 4 }, reason: null });
});
