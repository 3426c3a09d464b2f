import { expect, test } from "vitest";
import { hiddenIn } from "./hidden";

test("plain text, emoji and right-to-left text are left alone", () => {
  for (const text of ["a line\n\tand one more", "\u{1f469}\u200d\u{1f4bb} \u2764\ufe0f", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", ""]) expect(hiddenIn(text)).toBeNull();
});

test("a flag keeps its letters, letters without a flag are named", () => {
  const wales = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}";
  expect(hiddenIn(wales)).toEqual([wales]);
  expect(hiddenIn("hi\u{e0068}")).toEqual(["hi", { name: "U+E0068" }]);
});

test("every turn of direction is named in its place", () => {
  expect(hiddenIn("\u202eabc\u202c.")).toEqual([{ name: "RLO" }, "abc", { name: "PDF" }, "."]);
});
