/** Questions as they are asked and answers as they are sent, for every kind. */
export interface Option {
  id: string;
  name: string;
}

/** A criterion with the words that anchor each level, low first. */
export interface AnchoredCriterion {
  id: string;
  name: string;
  description: string;
  scale: string[];
}

export interface Question {
  id: string;
  kind: string;
  text: string;
  ask_reason: boolean;
  options: Option[] | null;
  strength?: number | null;
  scale?: string[] | null;
  criteria?: AnchoredCriterion[] | null;
  at_least?: number | null;
}

/** `only` for one completion, `left` and `right` for two, `a` to `i` in a ranking. */
export interface Completion {
  side: string;
  text: string;
}

export interface ItemImage {
  url: string;
  width: number;
  height: number;
  alt: string;
  sensitive: boolean;
}

export interface PolicyFlag {
  id: string;
  name: string;
  description: string;
  severities: string[];
}

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
