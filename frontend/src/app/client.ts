import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/errors";
import { staysWhenSignedOut } from "../api/session";
import { router } from "./router";

/** A lost session leads to the sign-in page, and back to where one was. */
function onError(error: Error): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  const here = router.state.location;
  if (here.pathname === "/signin" || staysWhenSignedOut()) return;
  void router.navigate({ to: "/signin", search: { next: here.pathname } });
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 3 && error instanceof ApiError && error.isTransient,
      retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 10_000),
    },
  },
});
