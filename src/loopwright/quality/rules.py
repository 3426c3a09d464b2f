"""Which figures follow from the judgments; pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from loopwright.base.types import Json
from loopwright.projects.question_spec import criteria_of
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.agreement import agreements, headline
from loopwright.quality.calibrating import Calibration
from loopwright.quality.model import (
    Consensus,
    Facts,
    Flagged,
    PairVerdict,
    Settlement,
    Share,
    ShownConsensus,
    SourceRating,
)
from loopwright.quality.tracks import PAIR
from loopwright.quality.words import outcome_in_words
from loopwright.questions.model import ShownOrder, sides_of
from loopwright.stats.bradley_terry import Comparison, rate
from loopwright.stats.early_exit import vote_value

TYPICAL = 0.7
"""How reliable an annotator is taken to be while nobody's reliability is known."""
PARTS_ONLY = "not calibrated: the answer has several parts"
_CREDIT = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}
_LEFT = {"first_left": 1, "second_left": -1}


def facts(
    verdicts: Sequence[PairVerdict], *, sources: Mapping[str, str], names: Mapping[str, str]
) -> Facts:
    """Return the report's figures; `sources` maps completions to policy versions."""
    judged = {one.completion_ids for one in verdicts}
    rated = rate([c for one in verdicts if (c := comparison(one, sources)) is not None])
    agreement = agreements(verdicts)
    ratings = [
        SourceRating(one.source, names.get(one.source, one.source), one) for one in rated.ratings
    ]
    return Facts(
        judgments=len(verdicts),
        annotators=len({one.rater_id for one in verdicts}),
        items=len({one.item_id for one in verdicts}),
        sources=len({sources[c] for ids in judged for c in ids if c in sources}),
        alpha=headline(agreement),
        agreement=agreement,
        ratings=ratings,
        groups=rated.groups,
        position_bias=rated.left,
    )


def in_words(spec: ProjectSpec, question_id: str, outcome: str) -> str:
    """Return a stored outcome as the project's question names it."""
    question = next((one for one in spec.questions if one.id == question_id), None)
    criteria = [] if question is None else criteria_of(question, spec.guideline.criteria)
    return outcome_in_words(question, criteria, outcome)


def shown(
    found: Consensus,
    spec: ProjectSpec,
    *,
    prompt: str,
    question_id: str,
    calibration: Calibration,
    settlement: Settlement | None = None,
    accuracy: float = TYPICAL,
) -> ShownConsensus:
    """Return a consensus with its answers in words, the most votes first.

    `accuracy` is how reliable the next annotator may be expected to be.
    """
    calibrated = None if found.parts_only else calibration.apply(found.posterior)
    reason = PARTS_ONLY if found.parts_only else calibration.reason
    spread = calibrated or found.posterior
    ordered = sorted(found.votes.items(), key=lambda one: (-one[1], one[0]))
    return ShownConsensus(
        consensus=found,
        prompt=prompt,
        question_id=question_id,
        text=in_words(spec, question_id, found.answer),
        shares=[
            Share(
                answer=answer,
                text=in_words(spec, question_id, answer),
                votes=votes,
                probability=None if found.parts_only else found.posterior.get(answer, 0.0),
            )
            for answer, votes in ordered
        ],
        settlement=settlement,
        calibrated=None if calibrated is None else calibrated[found.answer],
        not_calibrated=reason if calibrated is None else None,
        worth=_worth(spread, accuracy),
        settled_text="" if settlement is None else in_words(spec, question_id, settlement.outcome),
    )


def _worth(spread: Mapping[str, float], accuracy: float) -> float | None:
    """Return what one more vote is worth; None for an answer of several parts."""
    if len(spread) < 2:
        return None
    return float(vote_value(np.array([list(spread.values())]), accuracy)[0])


def flagged(answer: Json, shown_order: str | None) -> list[Flagged]:
    """Return the policy flags of an answer, sides turned back into the item's order."""
    order = None if shown_order is None else ShownOrder(shown_order)
    places = (0,) if order is None else order.places
    index = dict(zip(sides_of(order), places, strict=True))
    return [
        Flagged(
            flag=one["flag"],
            severity=one["severity"],
            place="completion" if one["side"] in index else one["side"] or "item",
            completion=index.get(one["side"]),
            start=one["start"],
            end=one["end"],
        )
        for one in answer.get("flags") or ()
    ]


def comparison(verdict: PairVerdict, sources: Mapping[str, str]) -> Comparison | None:
    """Return the judgment as a comparison of two sources, None where it is none."""
    if verdict.outcome not in PAIR or len(verdict.completion_ids) != 2:
        return None
    first, second = sources.get(verdict.completion_ids[0]), sources.get(verdict.completion_ids[1])
    if first is None or second is None or first == second:
        return None
    return Comparison(
        first=first,
        second=second,
        outcome=_CREDIT[verdict.outcome],
        rater=verdict.rater_id,
        left=_LEFT.get(verdict.shown_order or "", 0),
    )
