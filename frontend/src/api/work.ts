import type { components } from "./schema";
import type { Assignment, Estimate } from "./types";

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
  beginnings: { prompts: number; queued: number; annotators: number; judgments: number };
  stages: LoopStage[];
  latency: { median: number | null; max: number | null; n: number };
  win_rates: WinRate[];
  decisions: Decision[];
  alerts?: { stage: string; sentence: string; remedy: string }[];
  simulated: boolean;
}

type Schemas = components["schemas"];

export type QualityView = Schemas["QualityOut"];
export type Rating = Schemas["RatingOut"];
export type Reliability = Schemas["ReliabilityOut"];
export type ConsensusRow = Schemas["ConsensusOut"];
export type AgreementsView = Schemas["AgreementsOut"];
export type AgreementByRow = Schemas["AgreementByOut"];
export type RaterPairsView = Schemas["RaterPairsOut"];
export type RaterPair = Schemas["RaterPairOut"];
export type DisagreementView = Schemas["DisagreementOut"];
export type Finding = Schemas["FindingOut"];
export type ItemView = Schemas["ItemViewOut"];
export type ItemPolicies = Schemas["ItemPoliciesOut"];
export type Vote = Schemas["VoteOut"];

export type EarlyExitView = Schemas["EarlyExitOut"];

export type Cycle = Schemas["CycleOut"];
export type CycleDetail = Schemas["CycleDetailOut"];
export type CycleStep = Schemas["StepOut"];

export type ImportExample = Schemas["ImportExample"];
export type ProjectDetail = Schemas["ProjectDetailOut"];
export type ImportRun = Schemas["ImportOut"];
export type FeedbackPage = Schemas["FeedbackPage"];
export type FeedbackRow = Schemas["FeedbackOut"];
export type FeedbackCounts = Schemas["CountsOut"];
export type Webhook = Schemas["WebhookOut"];
export type WebhooksView = Schemas["WebhooksOut"];
export type WebhookMade = Schemas["WebhookMade"];
export type DeliveryPage = Schemas["DeliveriesOut"];
export type Delivery = Schemas["DeliveryOut"];
export type DatasetVersion = Schemas["DatasetOut"];
export type LineageView = Schemas["TraceOut"];

export type Run = Schemas["RunOut"];
export type RunDetail = Schemas["RunDetailOut"];
export type Policy = Schemas["PolicyOut"];
export type RewardModel = Schemas["RewardModelOut"];

export type Evaluation = Omit<Schemas["EvaluationOut"], "win_rate"> & { win_rate: Estimate | null };
export type EvaluationDetail = Evaluation & Pick<Schemas["EvaluationDetailOut"], "pairs">;
export type ComparedPair = Schemas["PairOut"];

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

export type Release = Omit<Schemas["ReleaseOut"], "verdict"> & { verdict: GateVerdict | null };
export type ReleaseList = Omit<Schemas["ReleasesOut"], "releases"> & { releases: Release[] };
export type ReleaseDetail = Schemas["ReleaseDetailOut"];
export type GoldPage = Schemas["GoldPageOut"];
export type GoldItem = Schemas["GoldOut"];
export type GoldCandidates = Schemas["CandidatesOut"];
export type GoldPeople = Schemas["GoldPeopleOut"];
export type MyGold = Schemas["MyGoldOut"];
export type PeopleView = Schemas["CoachingOut"];
export type PersonView = Schemas["CoachedOut"];
export type Trend = Schemas["TrendOut"];
export type PlanView = Schemas["PlanOut"];
export type MyPlanView = Omit<Schemas["MyPlanOut"], "next"> & { next: Assignment | null };
export type Practised = Schemas["PractisedOut"];
export type SessionList = Schemas["CalibrationSessionsOut"];
export type SessionView = Schemas["CalibrationSessionOut"];
