import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { show } from "../../test/show";
import { TinyServer } from "../../test/server";
import { Desk } from "./LabelPage";
import { refused, waiting } from "./outbox";

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

const judged = (server: TinyServer) => server.posted.filter((one) => one.path.endsWith("/judgments"));
const whose = (projectId: string) => ({ projectId, person: "per_1" });

async function open(project: string, server: TinyServer, first = "Prompt 1") {
  server.start(project);
  const user = userEvent.setup();
  const view = show(<Desk {...whose(project)} />);
  await screen.findByText(first);
  return { user, view };
}

test("an answer taken back is in view at once; what is chosen and sent meanwhile goes once it is back", async () => {
  const server = new TinyServer();
  const { user } = await open("race", server);
  await user.keyboard("1{Enter}");
  await waitFor(() => expect(judged(server)).toHaveLength(1));
  await waitFor(async () => expect(await waiting(whose("race"))).toHaveLength(0));
  let goOn = () => undefined as void;
  server.hold = new Promise<void>((resolve) => (goOn = resolve));
  await user.keyboard("z");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  await user.keyboard("2{Enter}");
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  expect(screen.getByText("Sent as soon as it is back")).toBeInTheDocument();
  goOn();
  await waitFor(() => expect(judged(server)).toHaveLength(2));
  expect(judged(server)[1]?.body).toMatchObject({ assignment_id: "asg_1", answer: { choice: "right" } });
  expect(await screen.findByText("Prompt 2")).toBeInTheDocument();
});

test("any of the last answers can be taken back, not only the last", async () => {
  const server = new TinyServer();
  const { user } = await open("any", server);
  await user.keyboard("1{Enter}2{Enter}");
  await waitFor(() => expect(judged(server)).toHaveLength(2));
  await user.keyboard("l");
  await user.click(await screen.findByRole("button", { name: "Undo the answer on: Prompt 1" }));
  await waitFor(() => expect(server.posted.some((one) => one.path.endsWith("/judgments/jdg_asg_1/undo"))).toBe(true));
  expect(screen.getByText("Prompt 1")).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Left is better" })).toHaveAttribute("aria-checked", "true");
});

test("where the server cannot be reached the answer stays sent, and can be taken back later", async () => {
  const server = new TinyServer();
  const { user } = await open("far", server);
  await user.keyboard("1{Enter}");
  await waitFor(() => expect(judged(server)).toHaveLength(1));
  await waitFor(async () => expect(await waiting(whose("far"))).toHaveLength(0));
  server.reachable = false;
  await user.keyboard("z");
  expect(await screen.findByText("That answer stays as it was sent")).toBeInTheDocument();
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
  server.reachable = true;
  await user.keyboard("z");
  await waitFor(() => expect(server.posted.some((one) => one.path.endsWith("/undo"))).toBe(true));
});

test("offline is said in one line, and work goes on", async () => {
  const server = new TinyServer();
  const { user } = await open("away", server);
  server.reachable = false;
  await user.keyboard("1{Enter}");
  expect(await screen.findByText(/The server does not answer/)).toBeInTheDocument();
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
  server.reachable = true;
  window.dispatchEvent(new Event("online"));
  await waitFor(() => expect(screen.queryByText(/The server does not answer/)).toBeNull());
});

test("an answer that was not taken outlives a reload until it is put away", async () => {
  const server = new TinyServer();
  server.refuse.add("asg_1");
  const { user, view } = await open("kept", server);
  await user.keyboard("1{Enter}");
  await screen.findByText("An answer was not taken, but it is kept here");
  view.unmount();
  show(<Desk {...whose("kept")} />);
  await screen.findByText("Item: Prompt 1");
  await user.click(screen.getByRole("button", { name: "Put away" }));
  await waitFor(async () => expect(await refused(whose("kept"))).toHaveLength(0));
});

test("a paused queue says why, and lets one finish what is on the desk", async () => {
  const server = new TinyServer(1);
  server.day = { paused: { reason: "The guideline is being rewritten.", since: 1_700_000_000 } };
  const { user } = await open("paused", server);
  expect(await screen.findByText(/You can finish what is on your desk/)).toBeInTheDocument();
  await user.keyboard("1{Enter}");
  expect(await screen.findByRole("heading", { name: "The queue is paused" })).toBeInTheDocument();
  expect(screen.getByText("A lead paused it: The guideline is being rewritten.")).toBeInTheDocument();
});

test.each([
  [{ per_day: 40, per_session: null, reached: "day", until: 1_700_000_000 }, "That is all for today", /limit of 40 judgments/],
  [{ per_day: null, per_session: null, reached: "session", until: null }, "Time for a longer break", /the time for one session/],
])("a limit that is reached says which, and when it ends (%#)", async (cap, title, text) => {
  const server = new TinyServer(0);
  server.day = { cap };
  await open(`cap-${cap.reached}`, server, title);
  expect(screen.getByText(text)).toBeInTheDocument();
  expect(screen.queryByText(/^New items come at/) !== null).toBe(cap.until !== null);
});

test("after a long stretch a break is offered, and can be waved away", async () => {
  const now = Date.now();
  localStorage.setItem("loopwright-stretch", JSON.stringify({ began: now - 50 * 60_000, last: now - 60_000, told: now - 50 * 60_000 }));
  const { user } = await open("break", new TinyServer());
  await user.keyboard("1{Enter}");
  expect(await screen.findByText(/You have been at it for 50 minutes/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Go on" }));
  expect(screen.queryByText(/You have been at it/)).toBeNull();
});

test("who wrote what is told after the judgment where the project wants it, and then the answer stands", async () => {
  const server = new TinyServer();
  server.day = { revealed: { left: "plain", right: "flattering" } };
  const { user } = await open("told", server);
  await user.keyboard("1{Enter}");
  expect(await screen.findByText("Just judged: Left answer: plain, Right answer: flattering")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: /^Undo/ })).toBeDisabled();
});

test("a button pressed by mouse does not keep Enter to itself", async () => {
  const server = new TinyServer();
  const { user } = await open("enter", server);
  await user.keyboard("1");
  await user.click(screen.getByRole("button", { name: /Word differences/ }));
  await user.keyboard("{Enter}");
  expect(screen.getByText("Prompt 2")).toBeInTheDocument();
});
