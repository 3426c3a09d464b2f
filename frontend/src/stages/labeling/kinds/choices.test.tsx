import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { judging } from "../../../test/judging";
import { placesOf, stepped } from "./preference";

afterEach(() => vi.unstubAllGlobals());

const OPTIONS = [{ id: "billing", name: "Billing" }, { id: "delivery", name: "Delivery" }, { id: "other", name: "Something else" }];
const AGREE = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"];

test("with a strength, digits lie along one line from left to right", async () => {
  const { user, sent } = await judging({ kind: "pairwise", strength: 3 });
  await user.keyboard("1");
  expect(screen.getByRole("radio", { name: "Left is much better" })).toBeChecked();
  await user.keyboard("5");
  expect(screen.getByRole("radio", { name: "Right is slightly better" })).toBeChecked();
  await user.keyboard("{ArrowRight}{Enter}");
  expect(await sent()).toMatchObject({ answer: { choice: "right", strength: 2, reason: null }, revisions: 2 });
});

test("a tie and both bad have no strength", async () => {
  const { user, sent } = await judging({ kind: "pairwise", strength: 3 });
  await user.keyboard("0");
  expect(screen.getByRole("radio", { name: "Both are bad" })).toBeChecked();
  await user.keyboard("t{Enter}");
  expect((await sent()).answer).toEqual({ choice: "tie", strength: null, reason: null });
});

test("a click on the line chooses side and strength; a click on an answer, which says no strength, does not", async () => {
  const { user, send, sent } = await judging({ kind: "pairwise", strength: 2 });
  await user.click(screen.getByText("Left text 1"));
  expect(send()).toHaveAccessibleDescription("Choose an answer first");
  await user.click(screen.getByRole("radio", { name: "Left is slightly better" }));
  await user.click(send());
  expect((await sent()).answer).toEqual({ choice: "left", strength: 1, reason: null });
});

test("the line ends at its ends, and begins beside its middle", () => {
  expect(placesOf(4).map((place) => place.key).join("")).toBe("1234567890");
  expect(stepped({}, 3, -1)).toMatchObject({ choice: "left", strength: 1 });
  expect(stepped({ choice: "both_bad", strength: null }, 3, 1)).toMatchObject({ choice: "right", strength: 1 });
  expect(stepped({ choice: "right", strength: 3 }, 3, 1)).toMatchObject({ choice: "right", strength: 3 });
  expect(stepped({ choice: "left", strength: 1 }, 3, 1)).toMatchObject({ choice: "tie" });
});

test("labels are added and removed by digits, and sent in the question's order", async () => {
  const { user, send, sent } = await judging({ kind: "multi_label", options: OPTIONS, at_least: 1 });
  expect(send()).toHaveAccessibleDescription("Choose one more label");
  await user.keyboard("{Enter}321");
  await user.keyboard("2");
  expect(screen.getByRole("checkbox", { name: "Delivery" })).not.toBeChecked();
  expect(screen.queryByRole("checkbox", { name: "None of these" })).toBeNull();
  await user.keyboard("{Enter}");
  expect(await sent()).toMatchObject({ answer: { labels: ["billing", "other"], reason: null }, revisions: 1 });
});

test("no label at all is said, not left out", async () => {
  const { user, send, sent } = await judging({ kind: "multi_label", options: OPTIONS, at_least: 0 });
  expect(send()).toHaveAccessibleDescription("Choose labels, or None of these");
  await user.click(screen.getByRole("checkbox", { name: "Billing" }));
  await user.click(screen.getByRole("checkbox", { name: "Billing" }));
  await user.click(send());
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  await user.keyboard("0");
  expect(screen.getByRole("checkbox", { name: "None of these" })).toBeChecked();
  await user.keyboard("{Enter}");
  expect((await sent()).answer).toEqual({ labels: [], reason: null });
});

test("Enter on a label that has the focus sends; Space turns it", async () => {
  const { user, sent } = await judging({ kind: "multi_label", options: OPTIONS, at_least: 1 });
  screen.getByRole("checkbox", { name: "Delivery" }).focus();
  await user.keyboard(" {Enter}");
  expect((await sent()).answer).toEqual({ labels: ["delivery"], reason: null });
});

test("a digit or an arrow chooses on a scale", async () => {
  const { user, send, sent } = await judging({ kind: "likert", scale: AGREE });
  expect(send()).toHaveAccessibleDescription("Choose an answer first");
  await user.keyboard("9");
  expect(screen.queryByRole("radio", { checked: true })).toBeNull();
  await user.keyboard("4");
  expect(screen.getByRole("radio", { name: "4: Agree" })).toBeChecked();
  await user.keyboard("{ArrowRight}{ArrowRight}{Enter}");
  expect((await sent()).answer).toEqual({ value: 5, reason: null });
});

test("the tenth of eleven is on 0, the eleventh one arrow further; a click does it too", async () => {
  const { user, send, sent } = await judging({ kind: "likert", scale: Array.from({ length: 11 }, (_, index) => `${index} of 10`) });
  await user.keyboard("0");
  expect(screen.getByRole("radio", { name: "10: 9 of 10" })).toBeChecked();
  await user.keyboard("{ArrowRight}");
  expect(screen.getByRole("radio", { name: "11: 10 of 10" })).toBeChecked();
  await user.click(screen.getByRole("radio", { name: "3: 2 of 10" }));
  await user.click(send());
  expect((await sent()).answer).toEqual({ value: 3, reason: null });
});

test("an arrow in a scale that has the focus goes one step, not two", async () => {
  const { user } = await judging({ kind: "likert", scale: AGREE });
  await user.click(screen.getByRole("radio", { name: "2: Disagree" }));
  await user.keyboard("{ArrowRight}");
  await waitFor(() => expect(screen.getByRole("radio", { name: "3: Neither" })).toBeChecked());
});
