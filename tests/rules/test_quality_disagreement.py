"""Why people differ: causes that were put into the votes are found, others are not invented."""

import numpy as np
import pytest
from said_world import (
    Answer,
    ambiguous,
    clear,
    judged,
    missing_rule,
    mistake,
    old_rule,
    slip,
    slips,
    taste,
    votes_of,
)

from loopwright.quality.causes import EXPLAINS, Cause
from loopwright.quality.disagreement import REMEDIES, Finding, finding, ranked
from loopwright.quality.said import SaidBook

SEGMENTS = ("billing", "shipping", "refunds")
VERSIONS = (1, 2)


def look(answer: Answer, **options: int) -> Finding:
    return finding(votes_of(answer, **options), segments=SEGMENTS, guidelines=VERSIONS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (ambiguous, Cause.AMBIGUOUS_ITEM),
        (missing_rule, Cause.MISSING_RULE),
        (old_rule, Cause.MISSING_RULE),
        (taste, Cause.TASTE),
        (mistake, Cause.MISTAKE),
        (slips, Cause.UNKNOWN),
    ],
)
def test_the_cause_that_was_put_there_is_named(answer: Answer, cause: Cause, seed: int) -> None:
    found = look(answer, votes=5, seed=seed)
    assert found.cause is cause, found.evidence
    assert found.remedy == REMEDIES[cause]
    named = [one for one in found.evidence if one.explains >= EXPLAINS]
    assert (cause in {one.cause for one in named}) == (cause is not Cause.UNKNOWN)
    assert all(0.0 <= one.explains <= 1.0 for one in found.evidence)


def test_the_evidence_names_the_place_and_the_people() -> None:
    rule = look(missing_rule)
    assert [one.segment for one in rule.evidence if one.segment] == ["refunds"]
    assert "refunds" in rule.sentence
    old = look(old_rule)
    assert [one.guideline for one in old.evidence if one.guideline] == [1]
    person = look(mistake)
    assert person.evidence[0].raters == ("rtr_3",)
    assert "rtr_3" not in person.sentence  # whom it means stands beside it, as a pseudonym


def test_contested_items_are_those_that_split_people() -> None:
    found = look(ambiguous, votes=5)
    assert len(found.items) == 10
    coins = [name for name in found.items if int(name[4:]) % 4 == 0]
    assert len(coins) >= 8  # two slips on one item look the same


@pytest.mark.parametrize("answer", [ambiguous, missing_rule, taste, mistake, slips, clear])
def test_few_items_name_no_cause(answer: Answer) -> None:
    found = look(answer, items=12)
    assert found.cause is Cause.UNKNOWN
    assert found.sentence.startswith("Too little evidence: 8 more items")


def test_two_votes_on_each_item_cannot_tell_split_items_from_slips() -> None:
    assert look(ambiguous, votes=2).cause is Cause.UNKNOWN
    assert look(missing_rule, votes=2).cause is Cause.MISSING_RULE


def test_people_who_never_differ_have_no_cause() -> None:
    found = look(lambda item, rater, dice: 0)
    assert found.cause is Cause.UNKNOWN
    assert found.disagreement.value == 0.0
    assert found.priority == 0.0
    assert found.items == ()


def test_settled_answers_tell_slips_from_a_rule_read_otherwise() -> None:
    votes = votes_of(slips)
    truth = {f"itm_{item}": ("first", "second")[item % 2] for item in range(240)}
    right = finding(votes, segments=SEGMENTS, guidelines=VERSIONS, settled=truth)
    assert right.cause is Cause.MISTAKE
    assert "majority was right" in right.sentence
    other = {item: "second" if answer == "first" else "first" for item, answer in truth.items()}
    wrong = finding(votes, segments=SEGMENTS, guidelines=VERSIONS, settled=other)
    assert wrong.cause is Cause.MISSING_RULE
    strange = dict.fromkeys(truth, "an answer outside the scheme")
    assert finding(votes, settled=strange).cause is Cause.UNKNOWN


def test_what_is_sure_and_often_judged_is_repaired_first() -> None:
    often, rare = votes_of(slips), votes_of(slips, items=60)
    worse = votes_of(ambiguous, items=24)
    order = ranked([worse, rare, often], segments=SEGMENTS, guidelines=VERSIONS, settled={})
    assert [one.judged for one in order] == [960, 240, 96]
    assert all(
        one.priority == pytest.approx((one.disagreement.low or 0.0) * one.judged) for one in order
    )


def test_a_cause_of_a_part_is_told_and_not_named() -> None:
    def some_rule(item: int, rater: int, dice: np.random.Generator) -> int:
        return slip(0.45 if item % 3 == 2 else 0.16, dice)

    found = look(some_rule, votes=5)
    assert found.cause is Cause.UNKNOWN
    assert "strongest sign: In segment refunds" in found.sentence
    [part] = [one for one in found.evidence if one.cause is Cause.MISSING_RULE]
    assert part.explains < EXPLAINS


@pytest.mark.parametrize("raters", [0, 1, 2])
def test_no_votes_and_one_vote_are_defined(raters: int) -> None:
    book = SaidBook()
    book.add(judged(clear, votes=raters, items=1))
    found = [finding(book.votes(aspect)) for aspect in book.ordered()]
    assert [one.cause for one in found] == [Cause.UNKNOWN] * (raters > 0)
