"""Which criterion to repair first, why people differ on it, and what would help; pure.

Most disagreement is an underspecified guideline or honest difference, not noise, and one remedy
for all helps one cause and worsens another. So a remedy follows the cause that the votes speak
for, and an unknown cause is called unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loopwright.quality.causes import (
    EXPLAINS,
    Cause,
    Evidence,
    against_settled,
    camps,
    concentrated,
    one_against_all,
    split_items,
)
from loopwright.quality.dissent import shares
from loopwright.quality.said import Votes
from loopwright.stats.estimate import Estimate

FEWEST = 20
"""Things with two or more votes below which no cause is looked for."""
_TOLD = 0.15
"""What explains less of the disagreement is not worth telling."""
_ALIKE = 0.15
"""Causes that explain about as much: the more particular one is named."""
_SPLIT_ALIKE = 0.35
"""Two camps, or a segment without a rule, split items as well: that items are split is named only
where it explains so much more."""
_PARTICULAR = (Cause.MISTAKE, Cause.MISSING_RULE, Cause.TASTE, Cause.AMBIGUOUS_ITEM)
_ITEMS = 10

REMEDIES = {
    Cause.AMBIGUOUS_ITEM: "Discuss these items, or rewrite or drop them: more votes do not settle "
    "what can be read two ways. Keep how the votes fell beside the answer.",
    Cause.MISSING_RULE: "Add the rule, with an example of each reading, to the guideline; then "
    "have the same items judged again and compare.",
    Cause.TASTE: "No rule will settle this: both answers are right to somebody. Say in the "
    "guideline whose view counts, or keep the shares of both as the answer.",
    Cause.MISTAKE: "The answer is clear to the others: go through these items with the people "
    "concerned, and let them practise. The guideline needs no change for this.",
    Cause.UNKNOWN: "Read the most contested items, or hold a calibration session on them, before "
    "changing anything.",
}


@dataclass(frozen=True)
class Finding:
    """One criterion with its disagreement, its likely cause, and the remedy."""

    question_id: str
    kind: str | None
    aspect: str
    disagreement: Estimate
    """Share of pairs of votes on a thing that differ."""
    judged: int
    """Votes on things that two or more judged."""
    priority: float
    """The least disagreement that is sure, times `judged`: the differing votes to be saved."""
    cause: Cause
    sentence: str
    remedy: str
    evidence: tuple[Evidence, ...]
    """Every cause that the votes speak for, the strongest first; also those that explain less
    than what a cause is named for."""
    items: tuple[str, ...]
    """The most contested items."""


def ranked(
    aspects: Sequence[Votes],
    *,
    segments: Sequence[Any],
    guidelines: Sequence[Any],
    settled: Mapping[tuple[str, str], Mapping[str, str]],
) -> list[Finding]:
    """Return a finding for each aspect, what to repair first first.

    `settled` maps (question, aspect) to the settled answers by item.
    """
    found = [
        finding(
            votes,
            segments=segments,
            guidelines=guidelines,
            settled=settled.get((votes.question_id, votes.aspect), {}),
        )
        for votes in aspects
    ]
    return sorted(found, key=lambda one: (-one.priority, one.question_id, one.aspect))


def finding(
    votes: Votes,
    *,
    segments: Sequence[Any] = (),
    guidelines: Sequence[Any] = (),
    settled: Mapping[str, str] | None = None,
) -> Finding:
    """Return what one aspect's votes say of disagreement on it."""
    found = shares(votes)
    disagreement = found.estimate()
    judged = round(float(found.counts.sum()))
    evidence = _evidence(votes, segments, guidelines, settled or {}) if _enough(found) else []
    cause, sentence = _named(evidence, things=len(found.differing), mean=found.mean)
    worst = np.argsort(-found.differing, kind="stable")
    contested = (votes.items[found.item[at]] for at in worst if found.differing[at] > 0)
    return Finding(
        question_id=votes.question_id,
        kind=votes.kind,
        aspect=votes.aspect,
        disagreement=disagreement,
        judged=judged,
        priority=(disagreement.low or 0.0) * judged,
        cause=cause,
        sentence=sentence,
        remedy=REMEDIES[cause] if found.mean > 0.0 else "Nothing is to be repaired here.",
        evidence=tuple(evidence),
        items=tuple(list(dict.fromkeys(contested))[:_ITEMS]),
    )


def _enough(found: Any) -> bool:
    return len(found.differing) >= FEWEST and found.mean > 0.0


def _evidence(
    votes: Votes,
    segments: Sequence[Any],
    guidelines: Sequence[Any],
    settled: Mapping[str, str],
) -> list[Evidence]:
    tests = (
        one_against_all(votes),
        concentrated(votes, segments, guidelines),
        camps(votes),
        split_items(votes),
        against_settled(votes, settled),
    )
    found = [one for one in tests if one is not None and one.explains >= _TOLD]
    return sorted(found, key=lambda one: -one.explains)


def _named(evidence: Sequence[Evidence], *, things: int, mean: float) -> tuple[Cause, str]:
    strong = [one for one in evidence if one.explains >= EXPLAINS]
    if strong:
        cause = _chosen(strong).cause
        return cause, " ".join(one.sentence for one in strong if one.cause is cause)
    if things < FEWEST:
        missing = FEWEST - things
        return Cause.UNKNOWN, (
            f"Too little evidence: {missing} more item{'s' * (missing > 1)} with two or more "
            "judgments are needed."
        )
    if mean == 0.0:
        return Cause.UNKNOWN, "Nobody differs, so there is no cause to look for."
    if evidence:
        part = f"{100 * EXPLAINS:.0f} %"
        return Cause.UNKNOWN, (
            f"No single cause explains {part} of it. The strongest sign: {evidence[0].sentence}"
        )
    return Cause.UNKNOWN, (
        "The votes show no cause: neither one person, nor a segment, a guideline version, two "
        "camps, or a part of the items."
    )


def _chosen(evidence: Sequence[Evidence]) -> Evidence:
    best = evidence[0]
    special = [one for one in evidence if one.cause is not Cause.AMBIGUOUS_ITEM]
    if not special or special[0].explains < best.explains - _SPLIT_ALIKE:
        return best
    near = [one for one in special if one.explains >= special[0].explains - _ALIKE]
    return min(near, key=lambda one: _PARTICULAR.index(one.cause))
