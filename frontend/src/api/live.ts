import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { setConnection } from "./connection";
import { project } from "./http";

const QUIET_MS = 800;
const LOST_AFTER_MS = 4000;

/** Server events say only that something changed: what is on screen is then asked for again, at most about once a second. */
export function useLiveProject(projectId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    let pending: ReturnType<typeof setTimeout> | undefined;
    let lost: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      pending ??= setTimeout(() => {
        pending = undefined;
        void queries.invalidateQueries({ queryKey: ["project", projectId], refetchType: "active" });
      }, QUIET_MS);
    };
    setConnection("connecting");
    const source = new EventSource(project(projectId, "/events"));
    source.onopen = () => {
      clearTimeout(lost);
      lost = undefined;
      setConnection("live");
      refresh();
    };
    source.onmessage = refresh;
    source.onerror = () => {
      lost ??= setTimeout(() => setConnection("lost"), LOST_AFTER_MS);
    };
    return () => {
      clearTimeout(pending);
      clearTimeout(lost);
      source.close();
      setConnection("connecting");
    };
  }, [projectId, queries]);
}
