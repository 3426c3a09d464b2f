import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { call, project } from "../../api/http";
import { type Thread, threadPath, took } from "../../api/threads";

const BEAT_MS = 15_000;

/** Says that one is in a thread, and how far one has read, while the page is in view. */
export function usePresence(projectId: string, threadId: string, read: number | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (read === undefined) return;
    const path = project(projectId, threadPath(threadId, "/presence"));
    const tell = (here: boolean) =>
      call<Thread>("POST", path, { json: { read, here } }).then(
        (thread) => took(queries, projectId, thread),
        () => undefined, // the next beat tries again
      );
    const turn = () => void tell(document.visibilityState === "visible");
    const beat = setInterval(() => document.visibilityState === "visible" && void tell(true), BEAT_MS);
    turn();
    document.addEventListener("visibilitychange", turn);
    return () => {
      clearInterval(beat);
      document.removeEventListener("visibilitychange", turn);
    };
  }, [projectId, threadId, read, queries]);
  // Only on the way out: between two beats one is still there.
  useEffect(
    () => () => {
      const path = project(projectId, threadPath(threadId, "/presence"));
      void call("POST", path, { json: { read: 0, here: false } }).catch(() => undefined);
    },
    [projectId, threadId],
  );
}
