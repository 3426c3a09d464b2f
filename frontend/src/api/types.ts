export type Json = Record<string, unknown>;

export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  method: string;
  reason?: string | null;
}

export interface Me {
  person_id: string;
  name: string;
  kind: string;
  roles: Record<string, string>;
}

export interface ProjectSummary {
  id: string;
  name: string;
  simulated: boolean;
  description: string;
  role: string | null;
  created_at: number;
}

export interface Applied {
  project_id: string;
  created: boolean;
  guideline_number: number;
}

export interface Message {
  role: string;
  content: string;
}

export interface Question {
  id: string;
  kind: string;
  text: string;
  options?: { id: string; name: string }[] | null;
  ask_reason?: boolean;
}

export interface ShownCompletion {
  side: "left" | "right" | "only";
  text: string;
}

/** One leased offer; who wrote which text is never in it. */
export interface Assignment {
  id: string;
  token: number | string;
  item_id: string;
  lease_until: number;
  question: Question;
  prompt: Message[];
  completions: ShownCompletion[];
  guideline: { id: string; number: number } | null;
  segment?: string | null;
  simulated?: boolean;
}

export interface Progress {
  mine: number;
  remaining: number;
}

export interface AssignmentsAnswer {
  assignments: Assignment[];
  progress: Progress;
}

export interface JudgmentAnswer {
  judgment_id: string;
  repeated: boolean;
  next: Assignment[];
  progress: Progress;
}

export type Answer = { choice: string; reason: string | null } | { label: string; reason?: string | null };

export interface Criterion {
  id: string;
  name: string;
  description?: string;
  scale?: unknown;
}

export interface GuidelineVersion {
  id: string;
  number: number;
  text: string;
  criteria: Criterion[];
  checklist: string[];
  digest: string;
  published_at: number;
}
