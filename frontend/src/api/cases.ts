import type { components } from "./schema";

type Schemas = components["schemas"];

/** Escalated items and what becomes of them. */
export type Case = Schemas["CaseOut"];
export type Cases = Schemas["CasesOut"];
export type CaseDetail = Schemas["CaseDetailOut"];
export type CaseOpened = Schemas["OpenedOut"];
export type CaseDecision = Schemas["DecisionOut"];
export type CaseReason = Schemas["ReasonOut"];
export type CaseFigures = Schemas["FiguresOut"];
export type Claimed = Schemas["ClaimOut"];
export type MyCases = Schemas["MyCasesOut"];
export type MyAsked = Schemas["MyAskedOut"];
export type MyRequest = Schemas["MyRequestOut"];
export type Studies = Schemas["StudiesOut"];
export type Study = Schemas["StudyOut"];
export type StudyDetail = Schemas["StudyDetailOut"];

export const casePath = (id: string, rest = "") => `/cases/${encodeURIComponent(id)}${rest}`;
