import { screen } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";
import { worded } from "../../app/i18n";
import { show } from "../../test/show";
import { FirstSteps } from "./FirstSteps";

beforeAll(() => worded(Promise.resolve({})));

const NONE = { prompts: 0, queued: 0, annotators: 0, judgments: 0 };

test("a fresh project names its next step, with the way there", async () => {
  show(<FirstSteps projectId="desk" beginnings={NONE} cycles={0} />);
  expect(await screen.findByText(/Bring in something to judge/)).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Import a file" })).toHaveAttribute("href", "/p/desk/data");
  expect(screen.getByText(/Bring in something to judge/).closest("li")).toHaveAttribute("aria-current", "step");
});

test("what is there is ticked off, and the next step is the first that lacks something", async () => {
  show(<FirstSteps projectId="desk" beginnings={{ ...NONE, queued: 12, annotators: 2 }} cycles={0} />);
  expect(await screen.findByText(/Bring in something to judge: 12/)).toBeInTheDocument();
  expect(screen.getByText(/Collect the first judgments/).closest("li")).toHaveAttribute("aria-current", "step");
  expect(screen.queryByRole("link", { name: "Import a file" })).toBeNull();
});

test("with a cycle the list is gone", async () => {
  show(<><FirstSteps projectId="desk" beginnings={NONE} cycles={1} /><p>rest</p></>);
  expect(await screen.findByText("rest")).toBeInTheDocument();
  expect(screen.queryByText("First steps")).toBeNull();
});
