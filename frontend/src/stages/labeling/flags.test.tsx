import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { PolicyFlag } from "../../api/answers";
import { judging } from "../../test/judging";
import { piecesOf } from "./SpanPicker";

afterEach(() => vi.unstubAllGlobals());

const FLAGS: PolicyFlag[] = [
  { id: "privacy", name: "Personal data", description: "Names or numbers of a person", severities: ["low", "medium", "high"] },
  { id: "unsafe", name: "Unsafe advice", description: "", severities: ["low", "high"] },
];
const guideline = { id: "gdl_1", number: 1, flags: FLAGS };
const pair = [{ side: "left", text: "Call \u{1F600} Anna at 555. It is free." }, { side: "right", text: "Wait." }];
const prompt = [{ role: "user", content: "Prompt 1" }];

test("four keys flag a side; the flag goes with the answer", async () => {
  const { user, sent } = await judging({ kind: "pairwise" }, { guideline, completions: pair });
  await user.keyboard("2f");
  expect(await screen.findByRole("dialog", { name: "Flag a problem" })).toBeInTheDocument();
  await user.keyboard("132{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const chips = await screen.findByRole("list", { name: "Flagged on this item" });
  expect(within(chips).getByRole("listitem")).toHaveTextContent("Personal data, highLeft answer");
  expect(screen.getByRole("radio", { name: "Right is better" })).toBeChecked();
  await user.keyboard("{Enter}");
  expect((await sent()).answer).toEqual({
    choice: "right", reason: null, flags: [{ flag: "privacy", severity: "high", side: "left", start: null, end: null }],
  });
});

test("words that are selected are flagged in code points, and marked", async () => {
  const { user, sent } = await judging({ kind: "pairwise" }, { guideline, completions: pair });
  const words = await screen.findByText(/Call .* Anna/);
  window.getSelection()!.setBaseAndExtent(words.firstChild!, pair[0]!.text.indexOf("Anna"), words.firstChild!, pair[0]!.text.indexOf("555") + 3);
  await user.keyboard("f");
  await screen.findByRole("dialog");
  expect(screen.getByText("\u201cAnna at 555\u201d")).toBeInTheDocument();
  await user.keyboard("12{Enter}");
  expect(await screen.findByTitle("Personal data, medium")).toHaveTextContent("Anna at 555");
  await user.keyboard("1{Enter}");
  const { answer } = await sent() as { answer: { flags: { start: number; end: number }[] } };
  const [{ start, end } = { start: 0, end: 0 }] = answer.flags;
  expect([...pair[0]!.text].slice(start, end).join("")).toBe("Anna at 555");
  expect(start).toBe(7);
});

test("words are chosen without a mouse, by sentence and by word", async () => {
  const { user, sent } = await judging({ kind: "pairwise" }, { guideline, completions: pair });
  await user.keyboard("f");
  await screen.findByRole("dialog");
  await user.keyboard("212w");
  const list = await screen.findByRole("listbox", { name: "Words to flag" });
  expect(list).toHaveFocus();
  expect(within(list).getAllByRole("option", { selected: true }).map((one) => one.textContent)).toEqual(["Call \u{1F600} Anna at 555."]);
  await user.keyboard("w{ArrowRight}{ArrowRight}{Shift>}{ArrowRight}{ArrowRight}{/Shift}");
  expect(within(list).getAllByRole("option", { selected: true }).map((one) => one.textContent)).toEqual(["Anna", "at", "555"]);
  await user.keyboard("{Enter}");
  await user.keyboard("t{Enter}");
  expect((await sent()).answer).toMatchObject({ flags: [{ flag: "unsafe", severity: "low", side: "left", start: 7, end: 18 }] });
});

test("a flag without policy or severity is not raised, and the form says what it lacks", async () => {
  const { user } = await judging({ kind: "pairwise" }, { guideline, completions: pair });
  await user.click(screen.getByRole("button", { name: /Flag a problem/ }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText("Choose the rule")).toBeInTheDocument();
  await user.click(within(dialog).getByRole("radio", { name: "2: Unsafe advice" }));
  await user.click(within(dialog).getByRole("button", { name: /Flag it/ }));
  expect(within(dialog).getByText("Choose how severe it is")).toBeInTheDocument();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.queryByRole("list", { name: "Flagged on this item" })).toBeNull();
});

test("a flag is taken back, and one raised again at the same place replaces the first", async () => {
  const { user, sent } = await judging({ kind: "single_label", options: [{ id: "ok", name: "Fine" }] }, { guideline, prompt });
  for (const severity of ["1", "3"]) {
    await user.keyboard("f");
    await screen.findByRole("dialog");
    await user.keyboard(`1${severity}2{Enter}`);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  }
  const chips = await screen.findByRole("list", { name: "Flagged on this item" });
  expect(within(chips).getAllByRole("listitem")).toHaveLength(1);
  await user.click(within(chips).getByRole("button", { name: "Take back: Personal data, high" }));
  await user.keyboard("1{Enter}");
  expect((await sent()).answer).toEqual({ label: "ok", reason: null });
});

test("a picture and a conversation of several turns can be flagged", async () => {
  const turns = [...prompt, { role: "assistant", content: "Hello \u{1F600}." }, { role: "user", content: "My number is 555." }];
  const image = { url: "/picture.png", width: 8, height: 4, alt: "A street", sensitive: false };
  const { user, sent } = await judging({ kind: "boxes", options: [{ id: "cat", name: "Cat" }] }, { guideline, image, completions: [], prompt: turns });
  const words = await screen.findByText("My number is 555.");
  window.getSelection()!.setBaseAndExtent(words.firstChild!, 13, words.firstChild!, 16);
  await user.keyboard("f");
  await screen.findByRole("dialog");
  await user.keyboard("11{Enter}");
  await user.keyboard("f");
  await screen.findByRole("dialog");
  await user.keyboard("212{Enter}0");
  await user.keyboard("{Enter}");
  const whole = turns.map((turn) => turn.content).join("\n");
  const { answer } = (await sent()) as { answer: { flags: { side: string; start: number; end: number }[] } };
  expect(answer.flags[0]).toMatchObject({ side: "prompt" });
  expect([...whole].slice(answer.flags[0]!.start, answer.flags[0]!.end).join("")).toBe("555");
  expect(answer.flags[1]).toEqual({ flag: "unsafe", severity: "low", side: "image", start: null, end: null });
});

test("where the guideline has no flags, F does nothing", async () => {
  const { user } = await judging({ kind: "pairwise" }, { guideline: { ...guideline, flags: [] }, completions: pair });
  await user.keyboard("f");
  expect(screen.queryByRole("button", { name: /Flag a problem/ })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("words of a language without blanks are words all the same", () => {
  expect(piecesOf("\u3053\u3093\u306b\u3061\u306f\u4e16\u754c", "word").filter((piece) => piece.counts).length).toBeGreaterThan(1);
  expect(piecesOf("One. Two!  Three?", "sentence").map(({ start, end }) => "One. Two!  Three?".slice(start, end))).toEqual(["One.", "Two!", "Three?"]);
});
