import { BookIcon, GearIcon, LabelIcon, LoopIcon, QualityIcon, RocketIcon, ScaleIcon, StackIcon, TrainIcon } from "../ui/icons";

/** The pages of a project, in the order of the loop. */
export const PAGES = [
  { path: "loop", icon: LoopIcon },
  { path: "label", icon: LabelIcon },
  { path: "guidelines", icon: BookIcon },
  { path: "quality", icon: QualityIcon },
  { path: "data", icon: StackIcon },
  { path: "training", icon: TrainIcon },
  { path: "evaluation", icon: ScaleIcon },
  { path: "releases", icon: RocketIcon },
  { path: "settings", icon: GearIcon },
] as const;
