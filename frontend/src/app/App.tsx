import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { queries } from "./client";
import { KeyLines } from "./keys";
import { router } from "./router";
import { contrast, theme } from "./theme";

const scheme = localStorageColorSchemeManager({ key: "loopwright-scheme" });

export function App() {
  return (
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={contrast} colorSchemeManager={scheme} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <KeyLines>
            <RouterProvider router={router} />
          </KeyLines>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>
  );
}
