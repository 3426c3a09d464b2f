import { render, screen } from "@testing-library/react";
import { MantineProvider } from "@mantine/core";
import { expect, test } from "vitest";
import MarkdownBody from "./MarkdownBody";
import { type Mark, placesIn, pointsBefore, runsOf, selectedSpan, trimmed, unitOf } from "./located";
import { PlainText } from "./PlainText";

const TEXT = "Hold \u{1F600} **the line** & wait.\n\n- first \\* item\n- `code`\n\n```\nraw text\n```";

function shown(marks: Mark[] = [], text = TEXT) {
  render(<MantineProvider env="test"><div data-located="left"><MarkdownBody text={text} located={{ base: 0, marks }} /></div></MantineProvider>);
}

function select(from: [string, number], to: [string, number]) {
  const node = (words: string) => [...document.querySelectorAll("[data-at]")].find((run) => run.textContent?.includes(words))!.firstChild!;
  window.getSelection()!.setBaseAndExtent(node(from[0]), from[1], node(to[0]), to[1]);
  return selectedSpan();
}

test("code points and units, across a character that is two units", () => {
  expect(pointsBefore(TEXT, TEXT.indexOf("the"))).toBe(9);
  expect(unitOf(TEXT, 9)).toBe(TEXT.indexOf("the"));
  expect(unitOf("\u{1F600}", 9)).toBe(2);
});

test("a selection in rendered Markdown is found in what was written", () => {
  shown();
  const span = select(["Hold", 5], ["the line", 3])!;
  expect(span.side).toBe("left");
  expect(TEXT.slice(span.start, span.end)).toBe("\u{1F600} **the");
  const code = select(["raw", 0], ["raw", 3])!;
  expect(TEXT.slice(code.start, code.end)).toBe("raw");
  const escaped = select(["first", 0], ["first", 5])!;
  expect(TEXT.slice(escaped.start, escaped.end)).toBe("first");
});

test("marks cover the words that were written, in several pieces where they must", () => {
  const start = TEXT.indexOf("\u{1F600}");
  shown([{ start, end: TEXT.indexOf("line") + 4, title: "Personal data, high" }]);
  const marked = screen.getAllByTitle("Personal data, high");
  expect(marked.map((one) => one.textContent).join("")).toBe("\u{1F600} the line");
  expect(marked.every((one) => one.tagName === "MARK")).toBe(true);
});

test("a hidden character is one unit long, however its name reads", () => {
  render(<MantineProvider env="test"><div data-located="only"><PlainText text={"a\u200bb"} located={{ base: 10, marks: [] }} /></div></MantineProvider>);
  expect(document.body).toHaveTextContent("aZWSPb");
  expect(runsOf("a\u200bb", 10, []).map((run) => [run.at, run.to])).toEqual([[10, 11], [11, 12], [12, 13]]);
});

test("what is shown may lack escapes, and may hold what an entity means", () => {
  expect(placesIn("a*b", "a\\*b")).toEqual([0, 2, 3]);
  expect(placesIn("a&b", "a&amp;b")).toEqual([0, 1, 6]);
  expect(placesIn("a\u00e9b", "a&eacute;b")[2]).toBe(9);
});

test("blanks at the ends of a selection are no part of it", () => {
  expect(trimmed({ side: "only", start: 1, end: 6 }, "a bcd  e")).toEqual({ side: "only", start: 2, end: 5 });
  expect(trimmed({ side: "only", start: 1, end: 2 }, "a b")).toBeNull();
});
