"""Consensus of answers that are more than one category: labels, levels, orders, boxes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from loopwright.quality.book import ConsensusBook
from loopwright.quality.calibrating import GoldItem, calibrations, kept_promises
from loopwright.quality.model import Consensus, ItemVote
from loopwright.stats.early_exit import fit_gate

Rows = list[list[Any]]


def book_of(kind: str, *answers: tuple[str, Rows | None], boxes: tuple[Any, ...] = ()) -> Consensus:
    """Return the consensus on one item of a few people, one answer each."""
    book = ConsensusBook()
    for seq, (outcome, votes) in enumerate(answers):
        answer = {"boxes": boxes[seq]} if boxes else None
        book.add(ItemVote(seq, "p", "q", "i", f"r{seq}", outcome, kind, votes, answer))
    [found], _ = book.changes(now=1.0)
    return found


def part(found: Consensus, aspect: str, about: int = 0) -> dict[str, Any]:
    [one] = [o for o in found.parts or () if (o["aspect"], o["about"]) == (aspect, about)]
    return one


def labels(**chosen: str) -> Rows:
    return [["category", aspect, label] for aspect, label in chosen.items()]


def test_each_label_has_an_answer_of_its_own() -> None:
    found = book_of(
        "multi_label",
        ("a,b", labels(a="yes", b="yes", c="no")),
        ("a", labels(a="yes", b="no", c="no")),
        ("a", labels(a="yes", b="no", c="no")),
    )
    assert (found.answer, found.n, found.split) == ("a", 3, False)
    assert part(found, "b")["votes"] == {"yes": 1, "no": 2}
    assert part(found, "b")["probability"] < part(found, "a")["probability"]
    halves = [
        ("a", labels(a="yes")),
        ("(none)", labels(a="no")),
    ]
    assert book_of("multi_label", *halves).undecided


def levels(outcome: str, about: int = 0) -> Rows:
    pairs = [part.split("=") for part in outcome.split(",")]
    return [["ordinal", aspect, int(level), 5, about] for aspect, level in pairs]


def test_levels_of_criteria_are_scores_with_intervals() -> None:
    given = ["tone=4,truth=1", "tone=5,truth=1", "tone=4,truth=2"]
    found = book_of("rubric", *[(one, levels(one)) for one in given])
    assert found.answer == "tone=4,truth=1"
    tone = part(found, "tone")
    assert tone["low"] < tone["value"] < tone["high"] <= 5
    assert tone["votes"] == {"4": 2, "5": 1}
    assert sum(tone["shares"].values()) == pytest.approx(1.0)
    assert 0.0 < found.probability < 1.0


def test_neighbours_on_a_scale_support_each_other() -> None:
    given = [(str(level), [["ordinal", "", level, 5, 0]]) for level in (1, 1, 4, 5, 5)]
    found = book_of("likert", *given)
    # By counts 1 and 5 are alike; as levels the middle of what was said lies between.
    assert part(found, "")["value"] == pytest.approx(3.2, abs=0.3)
    assert sum(found.posterior.values()) == pytest.approx(1.0, abs=1e-6)
    assert found.answer in found.posterior


def test_a_scorecard_has_a_comparison_and_levels_of_both() -> None:
    rows: Rows = [["pair", "", "first", 0, 1, 1], ["ordinal", "tone", 4, 5, 0]]
    found = book_of("scorecard", *[("first", [*rows, ["ordinal", "tone", 2, 5, 1]])] * 3)
    assert (found.answer, found.votes) == ("first", {"first": 3})
    assert found.posterior["first"] == pytest.approx(found.probability)
    assert part(found, "tone", 0)["value"] > part(found, "tone", 1)["value"]


def ranking(*ranks: int) -> tuple[str, Rows]:
    rows: Rows = []
    for one in range(len(ranks)):
        for other in range(one + 1, len(ranks)):
            a, b = ranks[one], ranks[other]
            outcome = "tie" if a == b else "first" if a < b else "second"
            rows.append(["pair", "", outcome, one, other, None])
    return ",".join(map(str, ranks)), rows


def test_rankings_are_one_order_with_mean_ranks() -> None:
    found = book_of("ranking", ranking(2, 1, 3), ranking(2, 1, 3), ranking(1, 2, 3))
    assert found.answer == "2,1,3"
    assert [one["value"] for one in found.parts or ()] == pytest.approx([5 / 3, 4 / 3, 3.0])
    assert 0.5 < found.probability < 1.0
    tied = book_of("ranking", ranking(1, 1, 3), ranking(1, 1, 3))
    assert (tied.answer, tied.split) == ("1,1,3", False)
    torn = book_of("ranking", ranking(1, 2, 3), ranking(2, 1, 3))
    assert torn.answer == "1,1,3", "each has the same mean rank"
    book = ConsensusBook()
    book.add(ItemVote(1, "p", "q", "i", "r", "1,2,3", "ranking", ranking(1, 2, 3)[1]))
    assert book.reliabilities("p") == {}


def test_boxes_are_matched_where_they_lie_over_each_other() -> None:
    cats = [
        [{"label": "cat", "x": 0, "y": 0, "width": 10, "height": 10}],
        [{"label": "cat", "x": 1, "y": 0, "width": 10, "height": 10}],
        [{"label": "cat", "x": 50, "y": 50, "width": 5, "height": 5}],
    ]
    answers = [("cat", labels(cat="yes"))] * 3
    found = book_of("boxes", *answers, boxes=tuple(cats))
    framed, alone = [one for one in found.parts or () if one["shape"] == "box"]
    assert (framed["answer"], framed["votes"]) == ("framed", {"framed": 2, "not framed": 1})
    assert framed["value"] == pytest.approx(9 / 11)
    assert framed["box"] == {"x": 0.5, "y": 0.0, "width": 10.0, "height": 10.0}
    assert (alone["answer"], alone["value"]) == ("doubtful", None)


def test_a_correction_says_whether_something_was_to_be_corrected() -> None:
    corrected: Rows = [["category", "", "corrected"], ["text", "", 0]]
    found = book_of("correction", ("corrected", corrected), ("corrected", corrected))
    assert (found.answer, found.parts) == ("corrected", None)


@pytest.mark.parametrize("kind", ["multi_label", "rubric", "ranking"])
def test_what_is_undone_leaves_what_was_there_before(kind: str) -> None:
    answers = {
        "multi_label": ("a", labels(a="yes", b="no")),
        "rubric": ("tone=3", levels("tone=3")),
        "ranking": ranking(1, 2, 3),
    }
    book, outcome = ConsensusBook(), answers[kind]
    for seq in range(2):
        book.add(ItemVote(seq, "p", "q", "i", f"r{seq}", outcome[0], kind, outcome[1]))
    book.withdraw(0)
    [left], empty = book.changes(now=1.0)
    assert (left.n, left.votes, empty) == (1, {outcome[0]: 1}, [])
    book.withdraw(1)
    assert book.changes(now=1.0) == ([], ["i"])


def test_a_level_outside_its_scale_is_left_out() -> None:
    found = book_of("rubric", ("tone=9", [["ordinal", "tone", 9, 5, 0]]))
    assert (found.answer, found.probability, found.parts) == ("(none)", 0.0, [])


def test_new_answers_do_not_have_everything_computed_again() -> None:
    book = ConsensusBook()
    votes = [ItemVote(at, "p", "q", f"i{at % 90}", f"r{at // 90}", "x") for at in range(270)]
    book.load(votes)
    book.changes(now=1.0)
    for at in range(5):
        book.add(ItemVote(1000 + at, "p", "q", "i0", f"s{at}", f"new{at}"))
    changed, _ = book.changes(now=2.0)
    assert [row.item_id for row in changed] == ["i0"]
    assert set(changed[0].posterior) == {"x", *(f"new{at}" for at in range(5))}
    assert changed[0].votes == {"x": 3, **{f"new{at}": 1 for at in range(5)}}
    assert sum(changed[0].posterior.values()) == pytest.approx(1.0)


def test_who_is_good_at_the_other_labels_weighs_more_on_a_new_one() -> None:
    book = ConsensusBook()
    votes: list[ItemVote] = []
    for at in range(60):
        truth, other = ("yes", "no") if at % 2 else ("no", "yes")
        for who, answer in enumerate((truth, truth, "no" if at % 3 else other)):
            seen = ItemVote(len(votes), "p", "q", f"i{at}", f"r{who}", "x", "multi_label")
            votes.append(replace(seen, votes=labels(a=answer)))
    for seq, (rater, said) in enumerate([("r0", "yes"), ("r2", "no")], start=1000):
        votes.append(ItemVote(seq, "p", "q", "new", rater, said, "multi_label", labels(b=said)))
    book.load(votes)
    changed, _ = book.changes(now=1.0)
    [new] = [row for row in changed if row.item_id == "new"]
    assert part(new, "b")["answer"] == "yes", "r0 is mostly right on the other label, r2 is not"
    assert part(new, "b")["probability"] > 0.6


def test_strange_votes_have_defined_answers() -> None:
    """All ties, one who always says the same, gold that nobody gave or that contradicts itself."""
    book = ConsensusBook()
    votes = [
        ItemVote(2 * at + rater, "p", "q", f"i{at}", f"r{rater}", said, "pairwise")
        for at in range(30)
        for rater, said in enumerate(("tie", "first"))
    ]
    book.load(votes)
    changed, _ = book.changes(now=1.0)
    for row in changed:
        assert all(0.0 <= share <= 1.0 for share in row.posterior.values())
        assert sum(row.posterior.values()) == pytest.approx(1.0, abs=1e-6)
        assert row.undecided
    truths = {f"i{at}": ("both_bad", "first", "second")[at % 3] for at in range(30)}
    gold = book.gold_votes("p", "q", {**truths, "never judged": "first"}, most=5)
    assert len(gold.truth) == 30
    assert np.isfinite(gold.probabilities).all()
    rows = [GoldItem(row.item_id, "q", truths[row.item_id], row.posterior) for row in changed]
    [kept] = kept_promises(rows)
    assert kept.error.value is not None
    assert 0.0 <= kept.error.value <= 1.0
    calibrated = calibrations(rows)["q"].apply(changed[0].posterior)
    assert calibrated is not None
    assert sum(calibrated.values()) == pytest.approx(1.0)
    fit = fit_gate(gold, error=0.05, generator=np.random.default_rng(1))
    assert fit.gate is None
    assert fit.error.reason is not None
