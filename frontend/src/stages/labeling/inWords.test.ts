import i18next from "i18next";
import { expect, test } from "vitest";
import "../../app/i18n";
import { type Asked, inWords } from "./inWords";

const asked: Asked = {
  options: [{ id: "safe", name: "Safe to show" }, { id: "rude", name: "Impolite" }],
  strength: 3,
  scale: ["1: Never", "2: Sometimes", "3: Always"],
  criteria: [{ id: "tone", name: "Tone of voice", description: "", scale: ["bad", "fair", "good"] }],
};
const said = (answer: object, unchanged?: boolean) => inWords({ ...answer, reason: "because", flags: [] }, { asked, t: i18next.t, unchanged });
const box = (label: string) => ({ label, x: 1, y: 1, width: 2, height: 2 });

test.each([
  [{ choice: "both_bad", strength: null }, "Both are bad"],
  [{ choice: "left", strength: 1 }, "Left is slightly better"],
  [{ choice: "right", strength: null }, "Right is better"],
  [{ choice: "right", strength: 3, scores: { left: { tone: 1 }, right: { tone: 3 } } }, "Right is much better; Left: Tone of voice 1 of 3; Right: Tone of voice 3 of 3"],
  [{ label: "rude" }, "Impolite"],
  [{ label: "gone_now" }, "gone now"],
  [{ labels: ["safe", "rude"] }, "Safe to show, Impolite"],
  [{ labels: [] }, "No label fits"],
  [{ ranks: { a: 2, b: 1, c: 2 } }, "Best first: B, then A and C"],
  [{ scores: { tone: 2 } }, "Tone of voice 2 of 3"],
  [{ value: 2 }, "Sometimes"],
  [{ boxes: [box("rude"), box("rude"), box("safe")] }, "2 \u00d7 Impolite, 1 \u00d7 Safe to show"],
  [{ boxes: [] }, "No boxes"],
  [{ text: "As it should be" }, "Corrected: As it should be"],
])("an answer reads as words: %o", (answer, words) => {
  expect(said(answer)).toBe(words);
});

test("a correction that changed nothing says so, and what is only begun is read too", () => {
  expect(said({ text: "As it was" }, true)).toBe("Left as it was");
  expect(said({ scores: { left: { tone: 2 } } })).toBe("Left: Tone of voice 2 of 3");
  expect(said({})).toBe("");
});

test("without the question an answer still reads", () => {
  expect(inWords({ choice: "left", strength: 2 }, { asked: null, t: i18next.t })).toBe("Left is better");
  expect(inWords({ scores: { tone: 2 } }, { asked: undefined, t: i18next.t })).toBe("tone 2");
});
