import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { lazy, Suspense, useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Dialog } from "../ui/Dialog";
import { Opening } from "../ui/Opening";
import { useKey } from "../ui/useKey";
import GoAnywhere from "./GoAnywhere";

afterEach(() => vi.unstubAllGlobals());

/** Mantine with its animations, as in a browser; the other tests run without. */
function lively(page: () => React.ReactNode) {
  const root = createRootRoute({ component: page });
  const paths = ["/", "/p/$project/label"].map((path) => createRoute({ getParentRoute: () => root, path, component: () => <p>{path}</p> }));
  const router = createRouter({ routeTree: root.addChildren(paths), history: createMemoryHistory({ initialEntries: ["/"] }) });
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify([{ id: "helpdesk", name: "Help desk", role: "owner" }]), { headers: { "content-type": "application/json" } }));
  return render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

test("a key pressed right after going elsewhere reaches the page", async () => {
  const pressed = vi.fn();
  lively(function Page() {
    const [opened, setOpened] = useState(true);
    useKey("1", pressed);
    return (
      <>
        <GoAnywhere opened={opened} onClose={() => setOpened(false)} projectId="helpdesk" />
        <Outlet />
      </>
    );
  });
  const user = userEvent.setup();
  await screen.findByText("Label");
  await user.type(await screen.findByPlaceholderText("Go to a page or a project"), "Label{Enter}");
  await screen.findByText("/p/$project/label");
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("1");
  expect(pressed).toHaveBeenCalledOnce();
});

test("a dialog that is closed swallows no key, and gives the focus back", async () => {
  const pressed = vi.fn();
  lively(function Page() {
    const [opened, setOpened] = useState(false);
    useKey("1", pressed);
    return (
      <>
        <button type="button" onClick={() => setOpened(true)}>Open</button>
        {opened && <Dialog title="Words" onClose={() => setOpened(false)}>text</Dialog>}
      </>
    );
  });
  const user = userEvent.setup();
  await user.click(await screen.findByText("Open"));
  await screen.findByText("text");
  await user.keyboard("1");
  expect(pressed).not.toHaveBeenCalled();
  await user.keyboard("{Escape}1");
  expect(pressed).toHaveBeenCalledOnce();
  expect(screen.getByText("Open")).toHaveFocus();
});

test("keys pressed while a dialog is on its way are not the page's", async () => {
  const pressed = vi.fn();
  const Late = lazy(() => new Promise<never>(() => undefined));
  lively(function Page() {
    useKey("1", pressed);
    return <Suspense fallback={<><p>waiting</p><Opening /></>}><Late /></Suspense>;
  });
  await screen.findByText("waiting");
  await userEvent.setup().keyboard("1");
  expect(pressed).not.toHaveBeenCalled();
});
