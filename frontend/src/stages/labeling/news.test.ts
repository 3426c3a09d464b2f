import { expect, test } from "vitest";
import { newsAfter } from "./news";

test("a newer version than one worked under is news, until read and beyond one's first answer under it", () => {
  const news = newsAfter(null, 3, 5);
  expect(news).toEqual({ since: 3, number: 5, read: false });
  expect(newsAfter(news, 5, 5)).toBe(news);
});

test("who is new here, or up to date, has no news", () => {
  expect(newsAfter(null, null, 5)).toBeNull();
  expect(newsAfter(null, 5, 5)).toBeNull();
});

test("what was not read is shown together with what came after", () => {
  expect(newsAfter({ since: 3, number: 5, read: false }, 5, 6)).toEqual({ since: 3, number: 6, read: false });
  expect(newsAfter({ since: 3, number: 5, read: true }, 5, 6)).toEqual({ since: 5, number: 6, read: false });
});
