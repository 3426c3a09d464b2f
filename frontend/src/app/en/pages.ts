import { project } from "./project";
import { work } from "./work";

export const pages = { ...project, ...work };
