import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import { may, type Need } from "../../api/roles";

export interface ItemPanelProps {
  projectId: string;
  itemId: string;
}

interface ItemPanel {
  id: string;
  needs: Need;
  Panel: LazyExoticComponent<ComponentType<ItemPanelProps>>;
}

/** What other stages show of an item on its page, below its votes: add a line, and a file with a default export
 * that brings its own section, or nothing where there is nothing to say. */
const PANELS: readonly ItemPanel[] = [
  { id: "cases", needs: "results", Panel: lazy(() => import("../adjudication/ItemCases")) },
  { id: "threads", needs: "results", Panel: lazy(() => import("../discussion/ItemThreads")) },
  { id: "history", needs: "results", Panel: lazy(() => import("./ItemHistory")) },
];

export const panelsFor = (role: string | null | undefined) => PANELS.filter((panel) => may(role, panel.needs));
