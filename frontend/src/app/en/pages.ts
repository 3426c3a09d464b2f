import { mine } from "./mine";
import { project } from "./project";
import { work } from "./work";

export const pages = { ...project, ...work, ...mine };
