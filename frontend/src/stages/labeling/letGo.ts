import { project } from "../../api/http";
import type { LabelDesk } from "./desk";
import type { DeskState } from "./deskState";
import { begun } from "./drafts";

/** Items fetched ahead in which nothing was chosen or typed; the one in view stays. */
function behind({ held, drafts, returning }: Pick<DeskState, "held" | "drafts" | "returning">): string[] {
  return held.slice(1).map((one) => one.id).filter((id) => !returning.includes(id) && !(drafts[id] && begun(drafts[id])));
}

/** Gives items back to the others, also from a page that is just being closed; a lost one comes back when its lease ends. The next page may be served first: then this sitting is over, and it keeps them. */
function giveBack(projectId: string, assignments: string[], sitting: number): void {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  void fetch(project(projectId, "/assignments/release"), { method: "POST", headers, body: JSON.stringify({ assignments, sitting }), credentials: "same-origin", keepalive: true }).catch(() => undefined);
}

/** Leaves what was fetched ahead to the others: the page is closed, or nobody is at it. */
export function letGo(desk: LabelDesk): void {
  const { sitting } = desk;
  const state = desk.snapshot();
  if (sitting === null || state.elsewhere || !state.opened) return;
  const ids = behind(state);
  if (ids.length === 0) return;
  desk.keepOnly(state.held.filter((one) => !ids.includes(one.id)));
  giveBack(desk.projectId, ids, sitting);
}
