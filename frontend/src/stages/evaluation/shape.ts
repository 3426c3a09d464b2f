import type { Estimate, Message } from "../../api/types";

export interface SideBySide {
  item_id: string;
  prompt: string | Message[];
  candidate?: string;
  reference?: string;
  outcome?: string | null;
}

export interface Evaluation {
  id: string;
  candidate?: string | { name: string };
  candidate_id?: string;
  reference?: string | { name: string };
  reference_id?: string;
  state?: string;
  win_rate?: Estimate | null;
  metrics?: Record<string, unknown>;
  answers?: SideBySide[];
  created_at?: number;
}

export function nameOf(policy: string | { name: string } | undefined): string {
  if (policy === undefined) return "\u2013";
  return typeof policy === "string" ? policy : policy.name;
}
