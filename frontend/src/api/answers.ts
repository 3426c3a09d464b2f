import type { components } from "./schema";

type Schemas = components["schemas"];

/** Questions as they are asked and answers as they are sent, for every kind. */
export type Option = Schemas["OptionOut"];
export type AnchoredCriterion = Schemas["CriterionOut"];
export type Question = Schemas["QuestionOut"];
export type Completion = Schemas["TextOut"];
export type ItemImage = Schemas["ImageOut"];
export type PolicyFlag = Schemas["FlagOut"];

/** A flag that somebody raised; `start` and `end` count code points of that side's text, end exclusive. */
export interface RaisedFlag {
  flag: string;
  severity: string;
  side: string | null;
  start: number | null;
  end: number | null;
}

export type PairChoice = "left" | "right" | "tie" | "both_bad";
export interface PairAnswer {
  choice: PairChoice;
  strength?: number | null;
}
export interface LabelAnswer {
  label: string;
}
export interface LabelsAnswer {
  labels: string[];
}
export interface RankAnswer {
  ranks: Record<string, number>;
}
export interface RubricAnswer {
  scores: Record<string, number>;
}
export interface LikertAnswer {
  value: number;
}
export interface CorrectionAnswer {
  text: string;
}
export interface Box {
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface BoxesAnswer {
  boxes: Box[];
}
export interface ScorecardAnswer extends PairAnswer {
  scores: Record<string, Record<string, number>>;
}

/** What a kind's own part of an answer may look like. */
export type KindAnswer =
  | PairAnswer | LabelAnswer | LabelsAnswer | RankAnswer | RubricAnswer | LikertAnswer | CorrectionAnswer | BoxesAnswer | ScorecardAnswer;

export type Answer = KindAnswer & { reason: string | null; flags?: RaisedFlag[] };
