import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { worded } from "../../app/i18n";
import { showAt } from "../../test/show";
import { ItemPage } from "./ItemPage";

afterEach(() => vi.unstubAllGlobals());

const VOTE = { rater: "annotator 1", answer: "first", text: "First answer is better", reason: "It says how.", flags: [], note: null, created_at: 1 };
const ITEM = {
  id: "itm_1", question_id: "better", question: "Which is better?", kind: "pairwise", purpose: "core", segment: "billing", source: "api",
  prompt: [{ role: "user", content: "How?" }], completions: ["By bus", "By train"], image: null, created_at: 1, state: "closed", wanted: 1, done: 1,
  votes: [VOTE], consensus: null, settled: null,
  history: [{ at: 1, what: "added", who: null, detail: "" }, { at: 2, what: "judged", who: "annotator 1", detail: "First answer is better" }],
};

async function open(item: [number, unknown], role = "lead") {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const [status, body] = path.endsWith("/policies") ? [200, { policies: ["old", "new"] }] : path.includes("/cases?") ? [200, { cases: [] }] : path.includes("/threads?") ? [200, { threads: [], next: null }] : path.includes("/items/") ? item : [200, { id: "helpdesk", name: "Help desk", role }];
    return new Response(JSON.stringify(body), { status: status as number, headers: { "content-type": "application/json" } });
  });
  await worded(Promise.resolve(null));
  showAt("/p/$project/items/$item", "/p/helpdesk/items/itm_1", <ItemPage />);
  return asked;
}

test("an item shows its votes and history, and who wrote what only where one asks", async () => {
  const asked = await open([200, ITEM]);
  const votes = await screen.findByRole("table", { name: "Votes" });
  expect(within(votes).getByText("It says how.")).toBeVisible();
  expect(await screen.findByRole("table", { name: "History" })).toBeVisible();
  expect(asked.some((path) => path.endsWith("/policies"))).toBe(false);
  await userEvent.setup().keyboard("r");
  expect(await screen.findByText("Answer 1 \u00b7 old")).toBeVisible();
});

test("who only judges is not offered to see who wrote what", async () => {
  await open([200, ITEM], "specialist");
  await screen.findByRole("table", { name: "Votes" });
  expect(screen.queryByRole("button", { name: "Show who wrote which" })).toBeNull();
});

test("an item that one still has to judge says so and shows nothing of it", async () => {
  await open([409, { error: { code: "still_blind", message: "Not before you judged it.", remedy: "Judge it." } }]);
  expect(await screen.findByRole("heading", { name: "Your own judgment comes first" })).toBeVisible();
  expect(screen.queryByRole("table")).toBeNull();
});
