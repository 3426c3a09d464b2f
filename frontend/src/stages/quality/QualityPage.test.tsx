import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { router } from "../../app/router";
import { KeyLines } from "../../app/keys";
import { TABS, tabsFor } from "./tabs";

afterEach(() => vi.unstubAllGlobals());

test("the bare address leads to the first tab; one that names no tab says so and keeps the tabs", async () => {
  vi.stubGlobal("fetch", async (asked: string) => {
    const project = { id: "helpdesk", name: "Help desk", role: "lead" };
    const answer = asked === "/api/projects" ? [project] : asked.endsWith("/quality") ? { judgments: 0 } : project;
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  });
  const history = createMemoryHistory({ initialEntries: ["/p/helpdesk/quality"] });
  router.update({ ...router.options, history });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <KeyLines><RouterProvider router={router} /></KeyLines>
      </QueryClientProvider>
    </MantineProvider>,
  );
  const tab = await screen.findByRole("link", { name: "Overview" });
  expect(tab).toHaveAttribute("aria-current", "page");
  expect(history.location.pathname).toBe("/p/helpdesk/quality/overview");
  history.push("/p/helpdesk/quality/nonsense");
  expect(await screen.findByRole("heading", { name: "No such part" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Overview" })).not.toHaveAttribute("aria-current");
});

test("who may not read results is offered no tab that needs them", () => {
  expect(tabsFor("annotator").filter((tab) => tab.needs === "results")).toEqual([]);
  expect(tabsFor("lead").map((tab) => tab.path)).toContain("overview");
  expect(new Set(TABS.map((tab) => tab.path)).size).toBe(TABS.length);
});
