import type { Signals } from "../stages/labeling/signals";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** One's own judgments and days, with everything that was noticed. */
export type MyJudgment = Omit<Schemas["MyJudgmentOut"], "signals"> & { signals: Signals | null };
export type MyJudgments = Omit<Schemas["MyJudgmentsOut"], "judgments"> & { judgments: MyJudgment[] };
export type MyDay = Schemas["DayOut"];
