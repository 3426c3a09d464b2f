"""Agreement split by segment, version, team and week, and who disagrees with whom."""

from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from said_world import SEGMENTS, book_of, judged, missing_rule, mistake, slips, votes_of

from loopwright.quality.agreement_by import AgreementRow, By, Context, agreement_rows
from loopwright.quality.agreement_pairs import SHOWN_FROM, RaterPair, rater_pairs
from loopwright.quality.said import Judged, SaidBook, week_of

PAIR = ("first", "second", "tie", "both_bad")
TEAMS = {f"rtr_{at}": frozenset({"even"} if at % 2 == 0 else {"odd", "late"}) for at in range(8)}
CONTEXT = Context({("better", ""): PAIR}, TEAMS)


def value(row: AgreementRow, name: str) -> float:
    [found] = [one.estimate.value for one in row.coefficients if one.name == name]
    assert found is not None
    return found


def scores(
    rater: int, item: int, levels: dict[str, int], *, of: int = 5, kind: str = "rubric"
) -> Judged:
    votes = [["ordinal", name, level, of, 0] for name, level in levels.items()]
    return Judged(
        seq=rater * 1000 + item,
        question_id="score",
        kind=kind,
        item_id=f"itm_{item}",
        rater_id=f"rtr_{rater}",
        outcome="",
        votes=votes,
        segment="billing",
        guideline=None,
        created_at=0.0,
    )


def test_a_segment_without_a_rule_shows_in_its_own_row() -> None:
    book = book_of(judged(missing_rule))
    rows = {row.group: row for row in agreement_rows(book, By.SEGMENT, CONTEXT)}
    assert set(rows) == set(SEGMENTS)
    assert value(rows["refunds"], "alpha_nominal") < 0.3
    assert value(rows["billing"], "alpha_nominal") > 0.8
    for row in rows.values():
        assert [one.name for one in row.coefficients] == [
            "agreement",
            "fleiss",
            "gwet_ac1",
            "alpha_nominal",
        ]
        assert all(one.estimate.n == 320 for one in row.coefficients)
        assert row.items == 80
        assert row.raters == 8


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (By.PROJECT, [""]),
        (By.CRITERION, [""]),
        (By.GUIDELINE, ["1", "2"]),
        (By.TEAM, ["even", "late", "odd"]),
        (By.WEEK, sorted({week_of(row.created_at) for row in judged(slips)})),
    ],
)
def test_every_split_has_a_row_for_each_group(by: By, groups: list[str]) -> None:
    rows = agreement_rows(book_of(judged(slips)), by, CONTEXT)
    assert [row.group for row in rows] == groups


def test_a_team_agrees_among_itself_only() -> None:
    rows = judged(mistake)
    within = {row.group: row for row in agreement_rows(book_of(rows), By.TEAM, CONTEXT)}
    mine = [row for row in rows if "odd" in TEAMS[row.rater_id]]
    [alone] = agreement_rows(book_of(mine), By.CRITERION, CONTEXT)
    assert within["odd"].coefficients == alone.coefficients
    assert value(within["odd"], "alpha_nominal") < value(within["even"], "alpha_nominal")


def test_levels_have_three_alphas_beside_ac2_and_match_the_reference_package() -> None:
    dice = np.random.default_rng(3)
    truth = dice.integers(1, 6, size=40)
    given = np.clip(truth + dice.integers(-1, 2, size=(3, 40)), 1, 5)
    book = SaidBook()
    book.add(
        scores(rater, item, {"tone": int(given[rater, item]), "truth": int(truth[item])})
        for rater in range(3)
        for item in range(40)
    )
    rows = {row.aspect: row for row in agreement_rows(book, By.CRITERION, Context({}, {}))}
    assert value(rows["truth"], "alpha_ordinal") == 1.0
    for measure in ("ordinal", "interval", "nominal"):
        known = krippendorff.alpha(given, level_of_measurement=measure)
        assert value(rows["tone"], f"alpha_{measure}") == pytest.approx(float(known))
    [one] = agreement_rows(book, By.PROJECT, Context({}, {}))
    assert one.coefficients[0].estimate.value is None
    assert "figures of their own" in str(one.coefficients[0].estimate.reason)


def test_a_scale_that_grew_is_another_scale_and_only_the_most_used_counts() -> None:
    book = SaidBook()
    book.add(scores(rater, item, {"tone": 3}, of=5) for rater in range(2) for item in range(9))
    book.add(scores(rater, item, {"tone": 3}, of=3) for rater in range(2) for item in range(9, 12))
    [row] = agreement_rows(book, By.CRITERION, Context({}, {}))
    assert row.items == 9


def test_judgments_that_come_later_give_the_same_tables() -> None:
    rows = judged(slips)
    at_once, later = book_of(rows), SaidBook()
    for start in range(0, len(rows), 7):
        later.add(rows[start : start + 7])
    for by in By:
        assert agreement_rows(later, by, CONTEXT) == agreement_rows(at_once, by, CONTEXT)


def test_what_no_coefficient_looks_at_says_so() -> None:
    book = SaidBook()
    given = scores(0, 1, {}, kind="correction")
    book.add([replace(given, votes=[["text", "", 0]], outcome="corrected")])
    [row] = agreement_rows(book, By.CRITERION, Context({}, {}))
    assert (row.question_id, row.aspect) == ("score", "(text)")
    assert "not compared" in str(row.coefficients[0].estimate.reason)
    assert agreement_rows(book, By.SEGMENT, Context({}, {})) == []


def test_nothing_and_one_vote_say_what_is_missing() -> None:
    assert agreement_rows(SaidBook(), By.CRITERION, CONTEXT) == []
    [row] = agreement_rows(book_of(judged(slips, votes=1, items=1)), By.CRITERION, CONTEXT)
    assert {one.estimate.value for one in row.coefficients} == {None}
    assert all("2 more items" in str(one.estimate.reason) for one in row.coefficients)


def test_the_one_who_differs_from_everybody_stands_out() -> None:
    found = rater_pairs(votes_of(mistake, votes=6))
    assert len(found.pairs) == 28
    with_three = [one for one in found.pairs if "rtr_3" in (one.first, one.second)]
    others = [one for one in found.pairs if one not in with_three]
    assert max(_ac1(one) for one in with_three) < min(_ac1(one) for one in others)
    pair = with_three[0]
    assert {(one.first, one.second) for one in pair.differing} == {
        ("first", "second"),
        ("second", "first"),
    }
    assert all(one.n is not None and one.n >= SHOWN_FROM for one in found.pairs)


def test_two_people_with_little_in_common_are_never_a_number() -> None:
    found = rater_pairs(votes_of(slips, items=9))
    assert found.pairs
    for one in found.pairs:
        assert (one.n, one.agreement, one.cohen, one.gwet, one.differing) == (
            None,
            None,
            None,
            None,
            (),
        )
        assert not one.enough
        assert one.reason == f"fewer than {SHOWN_FROM} items in common"


def test_alike_on_every_item_is_read_only_where_the_items_are_many() -> None:
    many = rater_pairs(votes_of(lambda item, rater, dice: 0, votes=8, items=30))
    few = rater_pairs(votes_of(lambda item, rater, dice: 0, votes=8, items=12))
    assert {one.enough for one in many.pairs} == {True}
    assert {one.enough for one in few.pairs} == {False}
    assert all(one.reason for one in few.pairs)


def test_those_with_fewer_shared_judgments_are_counted_not_shown() -> None:
    found = rater_pairs(votes_of(slips), most=3)
    assert len(found.raters) == 3
    assert found.left_out == 5
    assert len(found.pairs) == 3


def _ac1(pair: RaterPair) -> float:
    assert pair.gwet is not None
    assert pair.gwet.value is not None
    return pair.gwet.value
