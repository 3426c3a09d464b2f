import { useEffect, useState } from "react";
import { type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import type { Connection } from "./connection";
import { call, project } from "./http";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Thread = Schemas["ThreadOut"];
export type ThreadRow = Schemas["ThreadRow"];
export type ThreadEntry = Schemas["ThreadEntryOut"];
export type ThreadPage = Schemas["ThreadsOut"];
export type MyThreads = Schemas["MyThreadsOut"];
export type SubjectKind = Schemas["SubjectKind"];

export const threadPath = (id: string, rest = "") => `/threads/${encodeURIComponent(id)}${rest}`;

export const threadQuery = (projectId: string, id: string) =>
  queryOptions({
    queryKey: ["project", projectId, threadPath(id)],
    queryFn: ({ signal }) => call<Thread>("GET", project(projectId, threadPath(id)), { signal }),
  });

const aboutThreads = (projectId: string) => ({
  predicate: ({ queryKey }: { queryKey: readonly unknown[] }) =>
    queryKey[1] === projectId && typeof queryKey[2] === "string" && (queryKey[2].startsWith("/threads") || queryKey[2] === "/my/threads"),
});

/** Every write answers with the thread as it is now: it is shown at once, and the lists are asked for again. */
export function took(queries: QueryClient, projectId: string, thread: Thread): void {
  const known = queries.getQueryData<Thread>(threadQuery(projectId, thread.id).queryKey);
  if (!known || known.seq <= thread.seq) queries.setQueryData(threadQuery(projectId, thread.id).queryKey, thread);
  void queries.invalidateQueries({ queryKey: ["project", projectId, "/my/threads"] });
}

interface Stream {
  state: Connection;
  /** Names of those who are in the thread now; null before the server said so. */
  here: readonly string[] | null;
}

const AGAIN_MS = 3000;

/** Follows a project's threads while the page is in view. After a gap of any length it goes on behind the last entry that it
 * heard of, so nothing is missed; what it says leads to a fresh read, so nothing is shown twice. */
export function useThreadStream(projectId: string, threadId: string | null): Stream {
  const queries = useQueryClient();
  const [state, setState] = useState<Connection>("connecting");
  const [here, setHere] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    let source: EventSource | null = null;
    let again: ReturnType<typeof setTimeout> | undefined;
    let last: string | null = null;
    const close = () => {
      clearTimeout(again);
      source?.close();
      source = null;
    };
    const open = () => {
      close();
      if (document.visibilityState === "hidden") return;
      const asked = new URLSearchParams({ ...(threadId && { thread: threadId }), ...(last && { after: last }) });
      source = new EventSource(project(projectId, `/threads/stream?${asked}`));
      source.onopen = () => {
        setState("live");
        // What was said before the first connection stood.
        if (last === null) void queries.invalidateQueries(aboutThreads(projectId));
      };
      source.onmessage = (event) => {
        last = event.lastEventId;
        void queries.invalidateQueries(aboutThreads(projectId));
      };
      source.addEventListener("presence", (event) => setHere((JSON.parse((event as MessageEvent<string>).data) as { here: string[] }).here));
      source.onerror = () => {
        setState("lost");
        // The browser tries again by itself, except after a refusal.
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
      };
    };
    open();
    document.addEventListener("visibilitychange", open);
    window.addEventListener("online", open);
    return () => {
      close();
      document.removeEventListener("visibilitychange", open);
      window.removeEventListener("online", open);
    };
  }, [projectId, threadId, queries]);
  return { state, here };
}
