import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { setConnection } from "./connection";
import { project } from "./http";

const BEAT_MS = 1200;
const LOST_AFTER_MS = 4000;

/** Server events say only that something changed: what is on screen is then asked for again, at most
 * once a beat and never while an earlier answer is still on its way, so a busy project cannot starve a page. */
export function useLiveProject(projectId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const filter = { queryKey: ["project", projectId] };
    let changed = false;
    let lost: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      changed = true;
    };
    const beat = setInterval(() => {
      if (!changed || document.visibilityState === "hidden" || queries.isFetching(filter) > 0) return;
      changed = false;
      void queries.invalidateQueries({ ...filter, refetchType: "active" });
    }, BEAT_MS);
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
      clearInterval(beat);
      clearTimeout(lost);
      source.close();
      setConnection("connecting");
    };
  }, [projectId, queries]);
}
