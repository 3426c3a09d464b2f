import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { judging } from "../../../test/judging";

afterEach(() => vi.unstubAllGlobals());

const correct = () => judging({ kind: "correction" }, { completions: [{ side: "only", text: "Press Retrun \u{1F600} now." }] });

test("a text is corrected and sent by keys alone; Enter in it is a new line", async () => {
  const { user, send, sent } = await correct();
  expect(send()).toHaveAccessibleDescription("Correct the text, or say that nothing is to be corrected");
  await user.keyboard("e");
  const area = screen.getByRole("textbox", { name: "Corrected text" });
  expect(area).toHaveFocus();
  await user.clear(area);
  expect(send()).toHaveAccessibleDescription("The corrected text is empty");
  await user.type(area, "Press Return 1{Enter}now.");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect((await sent()).answer).toEqual({ text: "Press Return 1\nnow.", reason: null });
});

test("what changed is shown word by word, and can be taken back", async () => {
  const { user } = await correct();
  const area = screen.getByRole("textbox", { name: "Corrected text" });
  expect(screen.getByRole("region", { name: "As it was" })).toBeInTheDocument();
  await user.type(area, " Thanks.");
  expect(await screen.findByText("0 words taken away, 1 added")).toBeInTheDocument();
  expect(screen.getByRole("region", { name: "Changes" }).querySelector("ins")).toHaveTextContent("Thanks.");
  expect(screen.queryByRole("checkbox", { name: /Nothing to correct/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Start again from the original" }));
  expect(area).toHaveValue("Press Retrun \u{1F600} now.");
  expect(await screen.findByText("Unchanged")).toBeInTheDocument();
});

test("that nothing is to be corrected is said with one key, and sends the text as it was", async () => {
  const { user, sent } = await correct();
  await user.keyboard("n");
  expect(screen.getByRole("checkbox", { name: /Nothing to correct/ })).toBeChecked();
  await user.keyboard("{Enter}");
  expect((await sent()).answer).toEqual({ text: "Press Retrun \u{1F600} now.", reason: null });
});

test("N does not throw away what was typed", async () => {
  const { user, sent } = await correct();
  await user.type(screen.getByRole("textbox", { name: "Corrected text" }), "!{Escape}");
  await user.keyboard("n{Enter}");
  expect((await sent()).answer).toEqual({ text: "Press Retrun \u{1F600} now.!", reason: null });
});
