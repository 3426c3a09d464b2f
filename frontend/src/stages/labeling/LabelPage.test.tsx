import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { show } from "../../test/show";
import { TinyServer } from "../../test/server";
import { Desk } from "./LabelPage";
import * as outbox from "./outbox";
import { openShelf } from "./shelf";

afterEach(() => vi.unstubAllGlobals());

const judged = (server: TinyServer) => server.posted.filter((one) => one.path.endsWith("/judgments"));

const whose = (projectId: string) => ({ projectId, person: "per_1" });
const waiting = (projectId: string) => outbox.waiting(whose(projectId));

async function open(project: string, server: TinyServer) {
  server.start(project);
  const user = userEvent.setup();
  const view = show(<Desk {...whose(project)} />);
  await screen.findByText("Prompt 1");
  return { user, view };
}

test("keys choose, Enter sends, and the next item is already there", async () => {
  const server = new TinyServer();
  const { user } = await open("keys", server);
  await user.keyboard("1");
  expect(screen.getByRole("radio", { name: "Left is better" })).toHaveAttribute("aria-checked", "true");
  await user.keyboard("{ArrowRight}");
  await user.keyboard("{Enter}");
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
  await user.keyboard("3{Enter}");
  expect(screen.getByText("Prompt 3")).toBeInTheDocument();
  await waitFor(() => expect(judged(server)).toHaveLength(2));
  expect(judged(server)[0]?.body).toMatchObject({ assignment_id: "asg_1", answer: { choice: "right", reason: null }, revisions: 1 });
  expect(judged(server)[1]?.body).toMatchObject({ assignment_id: "asg_2", answer: { choice: "tie", reason: null }, revisions: 0 });
});

test("Enter without a choice sends nothing", async () => {
  const server = new TinyServer();
  const { user } = await open("nothing", server);
  expect(screen.getByRole("button", { name: /Send/ })).toHaveAccessibleDescription("Choose an answer first");
  await user.keyboard("{Enter}");
  await user.click(screen.getByRole("button", { name: /Send/ }));
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  expect(await waiting("nothing")).toHaveLength(0);
});

test("letters typed in the reason choose nothing; Enter there sends", async () => {
  const server = new TinyServer();
  const { user } = await open("reason", server);
  await user.keyboard("2r");
  await user.keyboard("table 4 is better{Enter}");
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
  await waitFor(() => expect(judged(server)).toHaveLength(1));
  expect(judged(server)[0]?.body.answer).toEqual({ choice: "right", reason: "table 4 is better" });
});

test("offline answers wait in the outbox and are sent once the server is back", async () => {
  const server = new TinyServer();
  const { user } = await open("offline", server);
  server.reachable = false;
  await user.keyboard("1{Enter}2{Enter}");
  expect(screen.getByText("Prompt 3")).toBeInTheDocument();
  await waitFor(async () => expect(await waiting("offline")).toHaveLength(2));
  server.reachable = true;
  window.dispatchEvent(new Event("online"));
  await waitFor(() => expect(judged(server)).toHaveLength(2), { timeout: 5000 });
  await waitFor(async () => expect(await waiting("offline")).toHaveLength(0));
});

test("a lost lease is told, and the answer is kept", async () => {
  const server = new TinyServer();
  server.refuse.add("asg_1");
  const { user } = await open("lost", server);
  await user.keyboard("1r");
  await user.keyboard("clearer{Enter}");
  expect(await screen.findByText("An answer was not taken, but it is kept here")).toBeInTheDocument();
  expect(screen.getByText("You answered: Left is better")).toBeInTheDocument();
  expect(screen.getByText("Reason: clearer")).toBeInTheDocument();
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
});

test("a draft and the held items outlive a reload", async () => {
  const server = new TinyServer();
  const { user, view } = await open("reload", server);
  await user.keyboard("2r");
  await user.keyboard("half a thought");
  await waitFor(async () => expect((await openShelf(whose("reload"))).drafts.asg_1?.reason).toBe("half a thought"));
  view.unmount();
  show(<Desk {...whose("reload")} />);
  expect(await screen.findByText("Prompt 1")).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Right is better" })).toHaveAttribute("aria-checked", "true");
  expect(screen.getByDisplayValue("half a thought")).toBeInTheDocument();
});

test("what was fetched ahead is given back in the sitting in which the page got it", async () => {
  const given = () => server.posted.filter((one) => one.path.endsWith("/release")).map((one) => one.body);
  const server = new TinyServer(9);
  const { view } = await open("sitting", server);
  view.unmount();
  await waitFor(() => expect(given()).toEqual([{ assignments: ["asg_2", "asg_3"], sitting: 1 }]));
  const again = show(<Desk {...whose("sitting")} />);
  await screen.findByText("Prompt 1");
  await waitFor(async () => expect((await openShelf(whose("sitting"))).held.length).toBeGreaterThan(1));
  again.unmount();
  await waitFor(() => expect(given()[1]).toMatchObject({ sitting: 2 }));
});

test("Z brings the last answer back, sent or not", async () => {
  const server = new TinyServer();
  const { user } = await open("undo", server);
  await user.keyboard("1{Enter}");
  await waitFor(() => expect(judged(server)).toHaveLength(1));
  await waitFor(async () => expect(await waiting("undo")).toHaveLength(0));
  await user.keyboard("z");
  expect(await screen.findByText("Prompt 1")).toBeInTheDocument();
  expect(server.posted.some((one) => one.path.endsWith("/judgments/jdg_asg_1/undo"))).toBe(true);
  expect(screen.getByRole("radio", { name: "Left is better" })).toHaveAttribute("aria-checked", "true");
});

test("an answer taken back no longer counts in the line of progress", async () => {
  const server = new TinyServer(5, {}, {});
  server.day = { mine: 7, today: 4 };
  const { user } = await open("counts", server);
  await user.keyboard("1{Enter}");
  await waitFor(async () => expect(await waiting("counts")).toHaveLength(0));
  expect(await screen.findByText("7 judged by you")).toBeInTheDocument();
  await user.keyboard("z");
  expect(await screen.findByText("6 judged by you")).toBeInTheDocument();
  expect(screen.getByText("3 today")).toBeInTheDocument();
});

test("an empty answer says so", async () => {
  await open("empty", new TinyServer(5, {}, { completions: [{ side: "left", text: "Something" }, { side: "right", text: " " }] }));
  expect(screen.getByRole("article", { name: "Right answer" })).toHaveTextContent("This answer is empty.");
  expect(screen.getByRole("article", { name: "Left answer" })).not.toHaveTextContent("empty");
});

test("with nothing to judge, the items that are open with others are counted, not their judgments", async () => {
  const server = new TinyServer(0);
  server.day = { remaining: 5, open_items: 2 };
  server.start("nothing-open");
  show(<Desk {...whose("nothing-open")} />);
  expect(await screen.findByText("2 items are still open with others.")).toBeInTheDocument();
});

test("S skips with a reason", async () => {
  const server = new TinyServer();
  const { user } = await open("skip", server);
  await user.keyboard("s");
  await user.click(await screen.findByRole("radio", { name: /upsetting/ }));
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Prompt 2")).toBeInTheDocument();
  await waitFor(() => expect(server.posted.find((one) => one.path.endsWith("/asg_1/skip"))?.body).toEqual({ token: 1, reason: "upsetting" }));
});

test("S and Enter skip nothing before a reason is chosen", async () => {
  const server = new TinyServer();
  const { user } = await open("no-reason", server);
  await user.keyboard("s");
  const first = await screen.findByRole("radio", { name: /cannot judge/ });
  screen.getAllByRole("radio", { name: /judge|language|upsetting|broken/ }).forEach((one) => expect(one).not.toBeChecked());
  await user.keyboard("{Enter}");
  expect(await screen.findByText(/Choose a reason first/)).toBeInTheDocument();
  expect(first).toBeInTheDocument();
  expect(await waiting("no-reason")).toHaveLength(0);
  await user.keyboard("4{Enter}");
  expect(await screen.findByText("Prompt 2")).toBeInTheDocument();
  await waitFor(() => expect(server.posted.find((one) => one.path.endsWith("/asg_1/skip"))?.body).toEqual({ token: 1, reason: "broken" }));
});

test("the guideline is a click away, also where it has no checklist", async () => {
  const guideline = { id: "gdl_1", number: 3, flags: [] };
  await open("plain-guideline", new TinyServer(2, {}, { guideline } as never));
  expect(await screen.findByRole("link", { name: "Read the guideline" })).toBeInTheDocument();
  expect(screen.getByText("Guideline 3")).toBeInTheDocument();
});

test("open items are told as the project's, with why fewer are left for oneself", async () => {
  const server = new TinyServer();
  server.day = { open_items: 4 };
  await open("left", server);
  const said = screen.getByText("4 items open in the project");
  expect(said.closest(".lw-anchor")).toHaveAccessibleDescription(/fewer are left for you/);
});

test("a single label is chosen by its number", async () => {
  const server = new TinyServer(3, { id: "q", kind: "single_label", text: "Is it safe?", options: [{ id: "safe", name: "Safe" }, { id: "unsafe", name: "Unsafe" }], ask_reason: true });
  const { user } = await open("single", server);
  await user.keyboard("2{Enter}");
  await waitFor(() => expect(judged(server)[0]?.body.answer).toEqual({ label: "unsafe", reason: null }));
});

test("a kind that these pages do not know is told, not a blank page", async () => {
  const server = new TinyServer(1, { id: "q", kind: "sonnet", text: "Write one.", options: null, ask_reason: true }).start("unknown");
  show(<Desk {...whose("unknown")} />);
  expect(await screen.findByText(/no screen for questions of kind sonnet/)).toBeInTheDocument();
  expect(judged(server)).toHaveLength(0);
});
