import type { Estimate, Json } from "./types";

/** Shapes of the stages' read pages. */
export interface LoopStage {
  stage: string;
  waiting: number;
  moving: number;
  oldest_seconds: number | null;
  state: "idle" | "moving" | "stuck";
  detail: string | null;
}

export interface WinRate extends Estimate {
  round: number;
  policy: string;
  against?: string;
}

export interface Decision {
  at: number;
  kind: "refused" | "released" | "rolled_back" | "held" | "aborted";
  sentence: string;
  reasons: string[];
  ref: string | null;
}

export interface LoopView {
  stages: LoopStage[];
  latency: { median: number | null; max: number | null; n: number };
  win_rates: WinRate[];
  decisions: Decision[];
  alerts?: { stage: string; sentence: string; remedy: string }[];
  simulated: boolean;
}

export interface CycleStep {
  name: string;
  state: string;
  seconds: number | null;
  detail?: string | null;
}

export interface Cycle {
  id: string;
  state: string;
  number?: number;
  created_at: number;
  ended_at?: number | null;
  error?: string | null;
  steps?: CycleStep[];
}

export interface Rating {
  source: string;
  policy_version_id: string;
  rating: number;
  low: number;
  high: number;
  n: number;
}

export interface Reliability {
  rater: string;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

export interface QualityView {
  judgments: number;
  annotators: number;
  items: number;
  sources: number;
  alpha: Estimate;
  consensus: { closed: number; open: number };
  ratings: Rating[];
  reliability: Reliability[];
  position_bias: Estimate;
}

export interface ConsensusRow {
  item_id: string;
  prompt: string;
  answer: string;
  probability: number;
  n: number;
  updated_at: number;
}

export interface DatasetVersion {
  digest: string;
  kind: string;
  counts: Record<string, number>;
  spec?: Json;
  created_at: number;
}

export interface LineageView {
  nodes: { ref: string; kind: string; title: string; at: number | null }[];
  edges: { from: string; to: string; kind: string }[];
}

export interface Run {
  id: string;
  kind: string;
  state: string;
  started_at: number | null;
  ended_at: number | null;
  error: string | null;
  step: number | null;
  total: number | null;
  metrics: Json;
  curves?: { step: number; name: string; value: number }[];
  log?: string;
}

export interface Policy {
  id: string;
  name: string;
  kind: string;
  parent_id: string | null;
  artifact?: string | null;
  created_at: number;
}

export interface RewardModel {
  id: string;
  name: string;
  run_id: string | null;
  dataset_digest: string | null;
  metrics: Record<string, unknown>;
  created_at: number;
}

export interface GateCheck {
  name: string;
  result: "passed" | "failed" | "unknown";
  sentence: string;
  hard: boolean;
  estimate: Estimate | null;
  limit: number | null;
}

export interface GateVerdict {
  decision: "ship" | "refuse" | "hold";
  sentence: string;
  reasons: string[];
  checks: GateCheck[];
}

export interface Release {
  id: string;
  candidate_policy_id: string;
  candidate_name: string | null;
  stable_policy_id: string;
  stable_name: string | null;
  state: string;
  state_explained: string;
  stage: string | null;
  stage_index: number;
  stages: { name: string; share: number; min_requests: number }[];
  share: number;
  sentence: string;
  verdict: GateVerdict | null;
  created_at: number;
  updated_at: number;
  can_roll_back: boolean;
}

export interface ReleaseList {
  releases: Release[];
  routing: { stable_policy_id: string; candidate_policy_id: string | null; share: number; lease_until: number; shadow: boolean } | null;
}

export interface ReleaseDetail {
  release: Release;
  events: { seq: number; at: number; kind: string; from_state: string | null; to_state: string; actor: string; sentence: string }[];
}
