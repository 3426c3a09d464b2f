import { common } from "./common";
import { label } from "./label";
import { project } from "./project";
import { work } from "./work";

export const en = { ...common, ...project, label, ...work };
