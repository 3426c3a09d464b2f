import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { EarlyExitView } from "../../api/work";
import { KeyLines } from "../../app/keys";
import { router } from "../../app/router";

afterEach(() => vi.unstubAllGlobals());

const unknown = (reason: string) => ({ value: null, low: null, high: null, n: 0, method: "m", reason });
const known = (value: number, n: number) => ({ value, low: 0, high: 2 * value, n, method: "m", reason: null });

const view: EarlyExitView = {
  on: true,
  simulated: false,
  settings: { min: 2, max: 5, error: 0.05, audit: 0.1 },
  questions: ["better", "topic"],
  saved: { votes: 338, used: 1712, planned: 2050, share: 0.165, money: 40.56, currency: "EUR" },
  items: { closed: 119, reopened: 1, audited: 31, checked: 30, wrong: 0 },
  error: known(0.02, 30),
  gates: [
    { question_id: "better", state: "running", reason: null, threshold: 0.9, calibrated_on: 60, set_on: 60, error: known(0.01, 55), saved: { ...known(0.4, 300), low: null, high: null }, updated_at: 1 },
    { question_id: "topic", state: "waiting", reason: "needs 34 more gold items", threshold: null, calibrated_on: 0, set_on: 6, error: unknown("needs 34 more gold items"), saved: unknown("needs 34 more gold items"), updated_at: null },
  ],
  calibration: [
    { question_id: "better", n: 120, reason: null, error: known(0.02, 120), error_before: known(0.08, 120), bins: [{ low: 0.8, high: 0.9, stated: 0.85, accuracy: known(0.4, 20) }, { low: 0.9, high: 1, stated: null, accuracy: unknown("no items") }] },
  ],
  audits: [{ item_id: "itm_1", question_id: "better", answer: "first", text: "First answer is better", votes: 3, wanted: 5, wrong: null, since: 1 }],
  ledger: [{ item_id: "itm_2", question_id: "better", kind: "closed", text: "First answer is better", votes: 2, wanted_before: 5, wanted_after: 2, confidence: 0.97, at: 1 }],
};

function show(answer: EarlyExitView) {
  vi.stubGlobal("fetch", async (asked: string) => {
    const project = { id: "helpdesk", name: "Help desk", role: "lead" };
    const found = asked === "/api/projects" ? [project] : asked.endsWith("/early-exit") ? answer : project;
    return new Response(JSON.stringify(found), { headers: { "content-type": "application/json" } });
  });
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: ["/p/helpdesk/quality/saved"] }) });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <KeyLines><RouterProvider router={router} /></KeyLines>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("votes and money come with what they are of, and a gate that waits says for how much gold", async () => {
  show(view);
  expect(await screen.findByRole("group", { name: "Votes saved" })).toHaveTextContent("338of 2,050 planned (16.5%)");
  expect(screen.getByRole("group", { name: "Money saved" })).toHaveTextContent("40.56 EUR0.12 EUR a vote");
  expect(screen.getByRole("group", { name: "Closed wrongly, by audits" })).toHaveTextContent(/2% \[0\u20134%\] n=30.*promised: at most 5.0%$/);
  expect(screen.getByText("topic: needs 34 more gold items")).toBeVisible();
  expect(screen.getByRole("img", { name: /Stated and true, better/ })).toHaveAccessibleName(/85% stated, 40% true of 20/);
  await userEvent.click(screen.getByRole("radio", { name: "Table" }));
  expect(screen.getByRole("table", { name: /Stated and true, better/ })).toHaveTextContent("80%\u201390%");
  expect(screen.queryByText(/NaN/)).toBeNull();
});

test("where it is off, the page says what it needs and shows no figure", async () => {
  const none = { votes: 0, used: 0, planned: 0, share: null, money: null, currency: null };
  show({ ...view, on: false, settings: null, saved: none, gates: [], calibration: [], audits: [], ledger: [] });
  expect(await screen.findByRole("heading", { name: "Early exit is off" })).toBeVisible();
  expect(screen.getByText(/early_exit: \{min: 2/)).toBeVisible();
  expect(screen.queryByRole("group", { name: "Votes saved" })).toBeNull();
});
