"""Votes with a cause of disagreement that is known because it was put there."""

from collections.abc import Callable

import numpy as np

from loopwright.quality.said import Judged, SaidBook, Votes

RATERS = 8
ITEMS = 240
Answer = Callable[[int, int, np.random.Generator], int]
"""(item, rater, dice) -> 0 or 1, where 0 is the item's clear answer."""

SEGMENTS = ("billing", "shipping", "refunds")


def segment_of(item: int) -> str:
    return SEGMENTS[item % 3]


def judged(
    answer: Answer, *, votes: int = 4, items: int = ITEMS, raters: int = RATERS, seed: int = 1
) -> list[Judged]:
    """Return `votes` judgments on each item; the items' clear answers differ."""
    dice = np.random.default_rng(seed)
    found: list[Judged] = []
    for item in range(items):
        for rater in sorted(dice.permutation(raters)[:votes].tolist()):
            truth = item % 2
            said = truth ^ answer(item, rater, dice)
            found.append(
                Judged(
                    seq=len(found) + 1,
                    question_id="better",
                    kind="pairwise",
                    item_id=f"itm_{item}",
                    rater_id=f"rtr_{rater}",
                    outcome=("first", "second")[said],
                    votes=None,
                    segment=segment_of(item),
                    guideline=1 + (item >= items // 2),
                    created_at=1_760_000_000.0 + 86_400.0 * item / 10,
                )
            )
    return found


def book_of(rows: list[Judged]) -> SaidBook:
    book = SaidBook()
    book.add(rows)
    return book


def votes_of(answer: Answer, *, votes: int = 4, items: int = ITEMS, seed: int = 1) -> Votes:
    """Return the votes on the one aspect there is."""
    book = book_of(judged(answer, votes=votes, items=items, seed=seed))
    [aspect] = book.ordered()
    return book.votes(aspect, ("first", "second", "tie", "both_bad"))


def slip(rate: float, dice: np.random.Generator) -> int:
    return int(dice.random() < rate)


def clear(item: int, rater: int, dice: np.random.Generator) -> int:
    """Nearly everybody sees the clear answer."""
    return slip(0.03, dice)


def ambiguous(item: int, rater: int, dice: np.random.Generator) -> int:
    """A quarter of the items, of every segment, is a coin to everybody."""
    return slip(0.5 if item % 4 == 0 else 0.03, dice)


def missing_rule(item: int, rater: int, dice: np.random.Generator) -> int:
    """Refunds are a coin to everybody."""
    return slip(0.5 if segment_of(item) == "refunds" else 0.03, dice)


def old_rule(item: int, rater: int, dice: np.random.Generator) -> int:
    """Under the first guideline version everything was a coin."""
    return slip(0.5 if item < ITEMS // 2 else 0.03, dice)


def taste(item: int, rater: int, dice: np.random.Generator) -> int:
    """Every other person wants the other answer on the items that are a matter of taste."""
    mine = rater % 2 if (item * 7919) % 10 < 6 else 0
    return mine ^ slip(0.04, dice)


def mistake(item: int, rater: int, dice: np.random.Generator) -> int:
    """One person answers at random, the others well."""
    return slip(0.5 if rater == 3 else 0.03, dice)


def slips(item: int, rater: int, dice: np.random.Generator) -> int:
    """Everybody slips alike, everywhere."""
    return slip(0.15, dice)
