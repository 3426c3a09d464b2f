import type { AnchoredCriterion } from "../../../api/answers";
import type { Assignment } from "../../../api/types";

export const criteriaOf = (assignment: Assignment): AnchoredCriterion[] => assignment.question.criteria ?? [];

const NUMBERED = /^\s*\d+\s*[:.)\u2013-]\s*/;

/** A criterion's levels; a scale is often written with its numbers, which the keys show already. */
export const levelsOf = (criterion: AnchoredCriterion) =>
  criterion.scale.map((text, index) => ({ value: String(index + 1), key: String(index + 1), text: text.replace(NUMBERED, "").trim() }));
