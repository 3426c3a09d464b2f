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
export type Progress = Schemas["ProgressOut"];
export type AssignmentsAnswer = Schemas["ReservedOut"];
export type JudgmentAnswer = Schemas["JudgmentOut"];
export type Undone = Schemas["UndoneOut"];

export type GuidelineVersion = Omit<Schemas["loopwright__guidelines__schemas__GuidelineOut"], "criteria" | "flags"> & { criteria: Criterion[]; flags: Schemas["FlagOut"][] };
export interface Criterion {
  id: string;
  name: string;
  description?: string;
  scale?: unknown;
}
