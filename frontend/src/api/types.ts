import type { components } from "./schema";

export type { Answer } from "./answers";

type Schemas = components["schemas"];

export type Json = Record<string, unknown>;

/** A figure with its interval; without a value it is unknown, and `reason` says why. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  method: string;
  reason?: string | null;
}

export type Me = Schemas["MeOut"];
export type ProjectSummary = Schemas["ProjectOut"];
export type Applied = Schemas["AppliedOut"];
export type Person = Schemas["PersonOut"];
export type Queue = Schemas["QueueOut"];
export type StuckItem = Schemas["StuckOut"];
export type NewPerson = Schemas["NewPersonOut"];
export type ApiKey = Schemas["KeyOut"];

export type Assignment = Schemas["AssignmentOut"];
export type Message = Pick<Schemas["MessageOut"], "role" | "content">;
export type Progress = Schemas["ProgressOut"] & Partial<DayProgress>;
export interface DayProgress {
  open_items: number;
  today: number;
  session: { started_at: number; judged: number; active_ms: number } | null;
  cap: { per_day: number | null; per_session: number | null; minutes_per_day?: number | null; minutes_per_session?: number | null; reached: "day" | "session" | null; until: number | null };
  paused: { reason: string; since: number } | null;
  last_guideline: number | null;
}
export type AssignmentsAnswer = Omit<Schemas["ReservedOut"], "assignments" | "progress"> & { assignments: Assignment[]; progress: Progress };
export type JudgmentAnswer = Omit<Schemas["JudgmentOut"], "next" | "progress"> & { next: Assignment[]; progress: Progress; revealed?: Record<string, string> | null };
export type Undone = { assignment: Assignment };

export type GuidelineVersion = Omit<Schemas["loopwright__guidelines__schemas__GuidelineOut"], "criteria"> & { criteria: Criterion[] };
export interface Criterion {
  id: string;
  name: string;
  description?: string;
  scale?: unknown;
}
