"""Agreement by aspect: each thing that a question asks has its own figure, or says why not."""

from typing import Any

import krippendorff
import numpy as np
import pytest
from question_world import CONFIGS, FLAGS

from loopwright.base.types import Json
from loopwright.quality import rules
from loopwright.quality.agreement import agreements, headline
from loopwright.quality.book import ConsensusBook
from loopwright.quality.model import AspectAgreement, ItemVote, PairVerdict
from loopwright.questions.model import Shown, ShownOrder
from loopwright.questions.registry import kind_of, kinds
from loopwright.questions.stored import stored_votes


def verdict(
    kind: str,
    item: int,
    rater: int,
    answer: Json,
    *,
    order: ShownOrder | None = None,
    config: Json | None = None,
    size: int = 1,
) -> PairVerdict:
    """Return a judgment as quality reads it."""
    one = kind_of(kind)
    parsed = one.parse_config(CONFIGS[kind] if config is None else config)
    shown = Shown(order, {"only": "Text", "prompt": "Hi"}, (10, 10), FLAGS)
    normal = one.check_answer(parsed, answer, shown)
    votes = one.votes(parsed, normal, shown)
    ids = tuple(f"c{item}-{at}" for at in range(size))
    return PairVerdict(
        question_id=kind,
        item_id=f"i{item}",
        rater_id=f"r{rater}",
        outcome=one.outcome(votes),
        shown_order=order,
        completion_ids=ids,
        kind=kind,
        votes=stored_votes(votes),
    )


def by_aspect(found: list[AspectAgreement]) -> dict[str, float | None]:
    return {one.aspect: one.alpha.value for one in found}


LEVELS = [[1, 1, 2], [3, 3, 3], [2, 1, 2], [1, 2, 1], [3, 2, 3], [2, 2, 3]]
"""Of each item, what three raters said on a scale of three."""


def reference(rows: list[list[Any]], measure: str) -> float:
    return float(krippendorff.alpha(np.array(rows).T, level_of_measurement=measure))


def test_levels_are_compared_as_levels() -> None:
    found = agreements(
        [
            verdict("likert", item, rater, {"value": value})
            for item, row in enumerate(LEVELS)
            for rater, value in enumerate(row)
        ]
    )
    [one] = found
    assert one.alpha.value == pytest.approx(reference(LEVELS, "ordinal"))
    assert "ordinal" in one.alpha.method
    assert one.alpha.n == 18
    assert headline(found) is one.alpha


def test_each_criterion_of_a_rubric_has_its_own_figure() -> None:
    judged = [
        verdict("rubric", item, rater, {"scores": {"helpful": value, "tone": 1 + (value == 3)}})
        for item, row in enumerate(LEVELS)
        for rater, value in enumerate(row)
    ]
    found = agreements(judged)
    assert by_aspect(found) == {
        "helpful": pytest.approx(reference(LEVELS, "ordinal")),
        "tone": pytest.approx(
            reference([[1 + (value == 3) for value in row] for row in LEVELS], "ordinal")
        ),
    }
    top = headline(found)
    assert top.value is None
    assert "rubric is a rubric question: its aspects have figures of their own" in str(top.reason)


def test_a_scale_that_was_changed_is_not_mixed_with_the_old_one() -> None:
    finer = {"scale": ["a", "b", "c", "d", "e"]}
    old = [verdict("likert", 90 + item, 0, {"value": 1}) for item in range(3)]
    old += [verdict("likert", 90 + item, 1, {"value": 3}) for item in range(3)]
    new = [
        verdict("likert", item, rater, {"value": value}, config=finer)
        for item, row in enumerate(LEVELS)
        for rater, value in enumerate(row)
    ]
    [one] = agreements(old + new)
    assert one.alpha.value == pytest.approx(reference(LEVELS, "ordinal"))


def test_each_label_of_many_has_its_own_figure() -> None:
    said = [[["bill"], ["bill"]], [["bill", "more"], []], [["more"], ["more"]], [[], ["other"]]]
    found = agreements(
        [
            verdict("multi_label", item, rater, {"labels": labels})
            for item, row in enumerate(said)
            for rater, labels in enumerate(row)
        ]
    )
    for option in ("bill", "other", "more"):
        rows = [[int(option in labels) for labels in row] for row in said]
        assert by_aspect(found)[option] == pytest.approx(reference(rows, "nominal"))


def test_rankings_are_compared_by_their_pairs_whatever_order_was_shown() -> None:
    orders = [ShownOrder.of([0, 1, 2]), ShownOrder.of([2, 0, 1])]
    wanted = [[(1, 2, 3), (1, 2, 3)], [(2, 1, 2), (3, 1, 2)], [(1, 1, 1), (3, 2, 1)]]
    judged = []
    for item, row in enumerate(wanted):
        for rater, ranks in enumerate(row):
            sides = {
                side: ranks[place] for side, place in zip("abc", orders[rater].places, strict=True)
            }
            judged.append(verdict("ranking", item, rater, {"ranks": sides}, order=orders[rater]))
    [one] = agreements(judged)
    pairs = [(0, 1), (0, 2), (1, 2)]
    rows = [
        [int(np.sign(ranks[i] - ranks[j])) for ranks in row] for row in wanted for i, j in pairs
    ]
    assert one.alpha.value == pytest.approx(reference(rows, "nominal"))


def test_ties_and_winners_of_a_strong_comparison_are_judgments_on_one_thing() -> None:
    """A tie has no strength and is kept by its outcome alone; it still meets the others."""
    strong = {"strength": 3}
    said = [["left", "left"], ["left", "tie"], ["right", "right"], ["tie", "tie"]]
    judged = [
        verdict(
            "pairwise",
            item,
            rater,
            {"choice": choice, "strength": None if choice == "tie" else 1 + rater},
            order=ShownOrder.FIRST_LEFT,
            config=strong,
            size=2,
        )
        for item, row in enumerate(said)
        for rater, choice in enumerate(row)
    ]
    [one] = agreements(judged)
    rows = [[("left", "tie", "right").index(choice) for choice in row] for row in said]
    assert one.alpha.value == pytest.approx(reference(rows, "nominal"))
    assert one.alpha.n == 8


def test_what_cannot_be_compared_says_so() -> None:
    box = {"label": "bill", "x": 0, "y": 0, "width": 2, "height": 2}
    found = agreements(
        [
            verdict("boxes", item, rater, {"boxes": [box] if (item + rater) % 2 else []})
            for item in range(4)
            for rater in range(2)
        ]
        + [
            verdict("correction", item, rater, {"text": "Text" if item % 2 else "Better"})
            for item in range(4)
            for rater in range(2)
        ]
    )
    places = {(one.question_id, one.aspect): one.alpha for one in found}
    assert places["boxes", "bill"].value is not None
    assert places["boxes", "(places)"].value is None
    assert "not computed" in str(places["boxes", "(places)"].reason)
    assert places["correction", ""].value == 1.0
    assert "not compared" in str(places["correction", "(text)"].reason)


def test_position_bias_is_that_of_pairs_only() -> None:
    """Whoever always takes the left side: half of the time it is the item's first completion."""
    judged: list[PairVerdict] = []
    for item in range(40):
        order = (ShownOrder.FIRST_LEFT, ShownOrder.SECOND_LEFT)[item % 2]
        answer = {
            "choice": "left",
            "strength": 1,
            "scores": {side: {"helpful": 1, "tone": 1} for side in ("left", "right")},
        }
        judged.append(verdict("scorecard", item, 0, answer, order=order, size=2))
    sources = {f"c{item}-{at}": f"policy {at}" for item in range(200) for at in range(4)}
    alone = rules.facts(judged, sources=sources, names={})
    assert alone.position_bias.value is not None
    assert alone.position_bias.value > 0.9
    noise = [
        verdict("ranking", 100 + item, 0, {"ranks": {"a": 1, "b": 2, "c": 3}},
                order=ShownOrder.of([0, 1, 2]), size=3)
        for item in range(40)
    ]  # fmt: skip
    noise += [verdict("likert", 150 + item, 0, {"value": 3}) for item in range(40)]
    both = rules.facts(judged + noise, sources=sources, names={})
    assert both.position_bias == alone.position_bias
    assert [one.rating for one in both.ratings] == [one.rating for one in alone.ratings]


def test_answers_of_every_kind_have_a_consensus() -> None:
    book = ConsensusBook()
    everything = [
        ItemVote(at, "p", kind.name, f"i-{kind.name}", f"r{rater}", "first", kind.name)
        for at, (kind, rater) in enumerate((kind, rater) for kind in kinds() for rater in range(2))
    ]
    book.load(everything)
    for vote in everything:
        book.add(vote)
    changed, _ = book.changes(now=1.0)
    assert {row.item_id for row in changed} == {f"i-{kind.name}" for kind in kinds()}
    assert set(book.reliabilities("p")) == {"r0", "r1"}
