import { lazy } from "react";
import { may, type Need } from "../../api/roles";

/** The parts of the Quality page, in their order: add a line, and a file with a default export.
 * `path` is the last part of the address, `label` the key of its name, `needs` what one must be allowed to see it. */
export const TABS = [
  { path: "overview", label: "quality.tabs.overview", needs: "results", Tab: lazy(() => import("./Overview")) },
  { path: "agreement", label: "quality.tabs.agreement", needs: "results", Tab: lazy(() => import("./AgreementTab")) },
  { path: "items", label: "quality.tabs.items", needs: "results", Tab: lazy(() => import("./ItemsTab")) },
  { path: "saved", label: "quality.tabs.saved", needs: "results", Tab: lazy(() => import("./VotesSaved")) },
  { path: "desk", label: "quality.tabs.desk", needs: "judge", Tab: lazy(() => import("../adjudication/DeskTab")) },
  { path: "gold", label: "quality.tabs.gold", needs: "change", Tab: lazy(() => import("../gold/Gold")) },
  { path: "sessions", label: "quality.tabs.sessions", needs: "judge", Tab: lazy(() => import("../gold/Sessions")) },
  { path: "people", label: "quality.tabs.people", needs: "people", Tab: lazy(() => import("../coaching/People")) },
  { path: "threads", label: "discussion.tab", needs: "results", Tab: lazy(() => import("../discussion/ThreadsTab")) },
] as const satisfies readonly { path: string; label: string; needs: Need; Tab: unknown }[];

/** The tabs that a role may see; while the role is not known yet, none. */
export const tabsFor = (role: string | null | undefined) => TABS.filter((tab) => may(role, tab.needs));
