import { BookIcon, GearIcon, LabelIcon, LoopIcon, QualityIcon, RocketIcon, ScaleIcon, StackIcon, TrainIcon } from "../ui/icons";

/** The pages of a project, in the order of the loop; `open` ones are for whoever judges too. */
export const PAGES = [
  { path: "loop", icon: LoopIcon, open: true },
  { path: "label", icon: LabelIcon, open: true },
  { path: "guidelines", icon: BookIcon, open: true },
  { path: "quality", icon: QualityIcon, open: false },
  { path: "data", icon: StackIcon, open: false },
  { path: "training", icon: TrainIcon, open: false },
  { path: "evaluation", icon: ScaleIcon, open: false },
  { path: "releases", icon: RocketIcon, open: false },
  { path: "settings", icon: GearIcon, open: false },
] as const;

/** Annotators see what they need to judge; results come to those who may read them. */
export function pagesFor(role: string | null | undefined) {
  return role === "annotator" ? PAGES.filter((page) => page.open) : [...PAGES];
}

/** Where the day of somebody with this role begins. */
export const homeOf = (role: string | null) => (role === "annotator" ? "/p/$project/label" : "/p/$project/loop");
