import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { KeyLines } from "../app/keys";
import { contrast, theme } from "../app/theme";

/** Renders a part of a page with everything around it that it needs. */
export const show = (part: ReactNode) => showAt("/", "/", part);

/** The same at an address that matches a pattern of the router: for what reads its own address. */
export function showAt(pattern: string, address: string, part: ReactNode) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: pattern, component: () => part });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: [address] }) });
  return render(
    <MantineProvider theme={theme} cssVariablesResolver={contrast} env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <KeyLines>
          <RouterProvider router={router as never} />
        </KeyLines>
      </QueryClientProvider>
    </MantineProvider>,
  );
}
