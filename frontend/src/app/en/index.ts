import { common } from "./common";
import { desk } from "./desk";
import { label } from "./label";
import type { kinds } from "./kinds";
import type { pages } from "./pages";

/** What the label page needs; the other pages bring their words with them. */
export const en = { ...common, label, desk };

export type English = typeof en & typeof pages & { kinds: typeof kinds };
