import { may, type Need } from "../api/roles";
import { BookIcon, GearIcon, LabelIcon, LoopIcon, PersonIcon, QualityIcon, RocketIcon, ScaleIcon, StackIcon, TrainIcon } from "../ui/icons";

/** The pages of a project, in the order of the loop, each with what one must be allowed to see it. */
export const PAGES = [
  { path: "loop", icon: LoopIcon, needs: "results" },
  { path: "label", icon: LabelIcon, needs: "judge" },
  { path: "my-work", icon: PersonIcon, needs: "judge" },
  { path: "guidelines", icon: BookIcon, needs: "read" },
  { path: "quality", icon: QualityIcon, needs: "results" },
  { path: "data", icon: StackIcon, needs: "results" },
  { path: "training", icon: TrainIcon, needs: "results" },
  { path: "evaluation", icon: ScaleIcon, needs: "results" },
  { path: "releases", icon: RocketIcon, needs: "results" },
  { path: "settings", icon: GearIcon, needs: "results" },
] as const satisfies readonly { path: string; icon: unknown; needs: Need }[];

/** The pages that a role may see; while the role is not known yet, none. */
export const pagesFor = (role: string | null | undefined) => PAGES.filter((page) => may(role, page.needs));

/** Where the day of somebody with this role begins. */
export const homeOf = (role: string | null) => (may(role, "results") ? "/p/$project/loop" : "/p/$project/label");
