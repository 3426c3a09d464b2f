import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { worded } from "../../app/i18n";
import { show } from "../../test/show";
import { HeatMap } from "./HeatMap";

afterEach(() => vi.unstubAllGlobals());

const known = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 24, method: "Gwet AC1", reason: null });
const pair = (first: string, second: string, more: object) => ({ first, second, n: 24, enough: true, reason: null, agreement: known(0.9), cohen: known(0.7), gwet: known(0.72), differing: [], ...more });
const PAIRS = {
  question_id: "better", aspect: "", aspect_name: "better", shown_from: 10, raters: ["rtr_a", "rtr_b", "rtr_c"], left_out: 2,
  pairs: [
    pair("rtr_a", "rtr_b", { differing: [{ first: "First answer is better", second: "Equally good", n: 5 }] }),
    pair("rtr_a", "rtr_c", { n: null, enough: false, reason: "fewer than 10 items in common", agreement: null, cohen: null, gwet: null }),
    pair("rtr_b", "rtr_c", { enough: false, reason: "the interval is wider than 0.6: too little evidence yet", gwet: known(0.11) }),
  ],
};

test("two people with little in common are no number, in the drawing and in the table", async () => {
  vi.stubGlobal("fetch", async (path: string) => {
    const body = path.includes("/pairs") ? PAIRS : { by: "criterion", rows: [] };
    return new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  });
  await worded(Promise.resolve(null));
  show(<HeatMap projectId="helpdesk" />);
  const drawing = await screen.findByRole("img", { name: /3 pairs of raters, 2 with too little evidence/ });
  expect(within(drawing).getAllByText("0.72")).toHaveLength(2);
  expect(drawing.textContent).not.toContain("0.11");
  expect(drawing.querySelectorAll("[data-step=unread]")).toHaveLength(4);
  expect(screen.getByText("2 raters with fewer shared items are not shown.")).toBeVisible();
  await userEvent.setup().click(screen.getByText("Table"));
  const table = await screen.findByRole("table", { name: "Who disagrees with whom" });
  expect(within(table).getByText("First answer is better / Equally good: 5")).toBeVisible();
  expect(within(table).getAllByText(/fewer than 10 in common/).length).toBeGreaterThan(0);
  expect(within(table).getByText(/too little evidence yet/)).toBeVisible();
});
