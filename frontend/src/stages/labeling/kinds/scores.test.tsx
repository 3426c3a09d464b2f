import { screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { judging } from "../../../test/judging";
import { levelsOf } from "./criteria";

afterEach(() => vi.unstubAllGlobals());

const CRITERIA = [
  { id: "helpful", name: "Helpful", description: "It says what to do.", scale: ["1: Wrong", "2: Half", "3: Full"] },
  { id: "tone", name: "Tone", description: "", scale: ["Rude", "Neutral", "Warm", "Just right"] },
];

test("digits score row after row, and nothing is sent before all rows are", async () => {
  const { user, send, sent } = await judging({ kind: "rubric", criteria: CRITERIA });
  expect(send()).toHaveAccessibleDescription("Still to score, 2 in all: Helpful, Tone");
  await user.keyboard("3");
  expect(within(screen.getByRole("radiogroup", { name: "Helpful" })).getByRole("radio", { name: "3: Full" })).toBeChecked();
  expect(send()).toHaveAccessibleDescription("Still to score: Tone");
  await user.keyboard("{Enter}");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  await user.keyboard("4{Enter}");
  expect(await sent()).toMatchObject({ answer: { scores: { helpful: 3, tone: 4 }, reason: null }, revisions: 0 });
});

test("arrows go between rows and along them; the focus goes with them", async () => {
  const { user, sent } = await judging({ kind: "rubric", criteria: CRITERIA });
  await user.keyboard("12");
  expect(screen.getByRole("radio", { name: "2: Neutral" })).toHaveFocus();
  await user.keyboard("{ArrowUp}");
  expect(screen.getByRole("radio", { name: "1: Wrong" })).toHaveFocus();
  await user.keyboard("{ArrowRight}");
  expect(screen.getByRole("radio", { name: "2: Half" })).toBeChecked();
  await user.keyboard("j{ArrowRight}{Enter}");
  expect(await sent()).toMatchObject({ answer: { scores: { helpful: 2, tone: 3 } }, revisions: 2 });
});

test("a click scores a row, and a row is one tab stop", async () => {
  const { user, send, sent } = await judging({ kind: "rubric", criteria: CRITERIA });
  await user.click(screen.getByRole("radio", { name: "4: Just right" }));
  const stops = screen.getAllByRole("radio").filter((radio) => radio.tabIndex === 0);
  expect(stops).toHaveLength(2);
  await user.click(screen.getByRole("radio", { name: "2: Half" }));
  await user.click(send());
  expect((await sent()).answer).toEqual({ scores: { tone: 4, helpful: 2 }, reason: null });
});

test("the number that a scale is written with is not said twice", () => {
  expect(levelsOf(CRITERIA[0]!).map((level) => level.text)).toEqual(["Wrong", "Half", "Full"]);
  expect(levelsOf({ ...CRITERIA[0]!, scale: ["3 stars", "2) fine"] }).map((level) => level.text)).toEqual(["3 stars", "fine"]);
});

test("a scorecard is comparison, scores of both sides and a reason in eleven keys", async () => {
  const { user, send, sent } = await judging(
    { kind: "scorecard", criteria: CRITERIA, strength: 3 },
    { completions: [{ side: "left", text: "One" }, { side: "right", text: "Other" }] },
  );
  expect(send()).toHaveAccessibleDescription("Choose which answer is better first");
  await user.keyboard("2");
  expect(screen.getByRole("radio", { name: "Left is clearly better" })).toBeChecked();
  expect(send()).toHaveAccessibleDescription("Still to score, 4 in all: Helpful (Left), Helpful (Right), Tone (Left)");
  await user.keyboard("3142");
  await user.keyboard("r");
  await user.keyboard("clear{Enter}");
  expect((await sent()).answer).toEqual({
    choice: "left", strength: 2, scores: { left: { helpful: 3, tone: 4 }, right: { helpful: 1, tone: 2 } }, reason: "clear",
  });
});

test("a scorecard without strength, by mouse", async () => {
  const { user, send, sent } = await judging(
    { kind: "scorecard", criteria: CRITERIA.slice(0, 1) },
    { completions: [{ side: "left", text: "One" }, { side: "right", text: "Other" }] },
  );
  await user.click(screen.getByRole("radio", { name: "Equally good" }));
  await user.click(within(screen.getByRole("radiogroup", { name: "Helpful, Left answer" })).getByRole("radio", { name: "3: Full" }));
  await user.click(within(screen.getByRole("radiogroup", { name: "Helpful, Right answer" })).getByRole("radio", { name: "3: Full" }));
  await user.click(send());
  expect((await sent()).answer).toEqual({ choice: "tie", scores: { left: { helpful: 3 }, right: { helpful: 3 } }, reason: null });
});
