import { expect, test } from "vitest";
import { begun, EMPTY, withAnswer } from "./drafts";
import { openShelf, saveShelf } from "./shelf";

test("a revision is something that was chosen and is no longer so", () => {
  const first = withAnswer(EMPTY, { scores: { helpful: 3 } }, "Helpful 3");
  expect(first).toMatchObject({ revisions: 0, firstChoice: "Helpful 3" });
  const more = withAnswer(first, { scores: { helpful: 3, tone: 1 } }, "both");
  expect(more.revisions).toBe(0);
  const changed = withAnswer(more, { scores: { helpful: 2, tone: 1 } }, "both");
  expect(changed).toMatchObject({ revisions: 1, firstChoice: "Helpful 3" });
});

test("a label taken away is a revision, a label added is none", () => {
  const both = withAnswer(withAnswer(EMPTY, { labels: ["a"] }, "A"), { labels: ["a", "b"] }, "A, B");
  expect(both.revisions).toBe(0);
  expect(withAnswer(both, { labels: ["b"] }, "B").revisions).toBe(1);
});

test("a draft is begun by anything put into it", () => {
  expect(begun(EMPTY)).toBe(false);
  expect(begun({ ...EMPTY, note: "odd" })).toBe(true);
  expect(begun(withAnswer(EMPTY, { value: 2 }, "2"))).toBe(true);
});

const whose = { projectId: "old", person: "per_1" };

test("a draft saved by an older page opens with what it lacks", async () => {
  const held = [{ id: "asg_1", lease_until: 10 }] as never;
  await saveShelf(whose, { held, past: [], drafts: { asg_1: { reason: "kept", revisions: 2 } as never } });
  expect((await openShelf(whose)).drafts.asg_1).toEqual({ ...EMPTY, reason: "kept", revisions: 2 });
});

test("a draft outlives its item's leaving the desk, an empty one does not; nobody else finds it", async () => {
  await saveShelf(whose, { held: [], past: [], drafts: { asg_1: { ...EMPTY, reason: "half a thought" }, asg_2: EMPTY } });
  expect(Object.keys((await openShelf(whose)).drafts)).toEqual(["asg_1"]);
  expect((await openShelf({ ...whose, person: "per_2" })).drafts).toEqual({});
});
