"""What can be told right or wrong, a drop against oneself, and evidence that chance explains."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from loopwright.coaching import integrity, trends
from loopwright.coaching.integrity import Sign, Written
from loopwright.coaching.resolved import Resolved, resolve
from loopwright.quality.said import Judged, SaidBook

START = 1_790_000_000.0


def book(rows: Sequence[tuple[str, str, str]], *, kind: str = "single_label") -> SaidBook:
    """Judgments (rater, item, answer), a minute apart."""
    made = SaidBook()
    made.add(
        Judged(at, "q", kind, item, rater, answer, None, "all", 1, START + 60.0 * at)
        for at, (rater, item, answer) in enumerate(rows)
    )
    return made


def told(rows: Sequence[tuple[str, str, str]], truth: dict[str, str] | None = None) -> Resolved:
    made = book(rows)
    [aspect] = made.ordered()
    return resolve(made.votes(aspect, ("a", "b")), truth or {}, weeks=tuple(made.weeks.names))


def test_a_judgment_is_held_against_the_others_not_against_itself() -> None:
    """Two others must agree: r1 and r2 each see one of each, which tells nothing of them."""
    found = told([("r1", "i", "a"), ("r2", "i", "a"), ("r3", "i", "b")])
    raters = [found.raters[at] for at in found.rater]
    assert (raters, found.right.tolist()) == (["r3"], [False])


def test_a_known_answer_counts_before_the_others() -> None:
    """Even where nobody else judged, and against all; a label that is gone tells nothing."""
    rows = [("r1", "i", "a"), ("r2", "i", "a"), ("r3", "i", "a"), ("r1", "j", "b")]
    found = told(rows, {"i": "b", "j": "b"})
    assert found.right.tolist() == [False, False, False, True]
    assert found.known.all()
    assert len(told([("r1", "j", "b")], {"j": "no longer offered"})) == 0


def sequence(shares: Sequence[tuple[int, float]], seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return np.concatenate([generator.random(n) < share for n, share in shares])


def drift(right: np.ndarray, ease: np.ndarray | None = None) -> trends.Drift:
    weeks = [f"w{at // 100:02d}" for at in range(len(right))]
    return trends.drift(right, np.full(len(right), 0.85) if ease is None else ease, weeks=weeks)


def test_a_drop_is_noticed_and_dated() -> None:
    """From 0.85 to 0.6: an alarm, dated to within a hundred judgments."""
    late = [drift(sequence([(500, 0.85), (200, 0.6)], seed)) for seed in range(20)]
    assert sum(one.alarmed for one in late) >= 19
    dated = [one for one in late if one.since_week in ("w04", "w05")]
    assert len(dated) >= 17
    assert "w" in str(trends.noticed(late[0]))


def test_no_drop_rarely_looks_like_one() -> None:
    """Of 200 people without a drop, 1,000 judgments each, few stand under an alarm."""
    steady = [drift(sequence([(1000, 0.85)], seed)) for seed in range(200)]
    assert sum(one.alarmed for one in steady) <= 12


def test_harder_items_are_no_drop() -> None:
    """Right less often because the others are too: nothing is noticed."""
    ease = np.concatenate([np.full(300, 0.9), np.full(300, 0.6)])
    hard = [drift(sequence([(300, 0.9), (300, 0.6)], seed), ease) for seed in range(30)]
    assert sum(one.alarmed for one in hard) <= 5


def test_a_short_history_says_what_is_missing() -> None:
    """No score, no alarm, a reason."""
    short = drift(np.ones(99, bool))
    assert (short.score, short.alarmed) == (None, False)
    assert short.baseline.reason == "needs 1 more judgment to know the beginning"
    assert drift(np.ones(0, bool)).latest.value is None


def crowd(colluding: bool, seed: int) -> Resolved:
    """Eight people at 0.8 on 300 items; two of them copy each other's errors."""
    generator = np.random.default_rng(seed)
    rows = []
    for item in range(300):
        wrong = generator.random(8) < 0.2
        if colluding:
            wrong[1] = wrong[0]
        rows += [(f"r{at}", f"i{item}", "b" if bad else "a") for at, bad in enumerate(wrong)]
    return told(rows)


def test_people_who_err_together_are_shown_with_what_chance_says() -> None:
    """The pair is found; independent people of the same skill are not."""
    [found] = integrity.shared_errors(crowd(colluding=True, seed=3))
    assert found.raters == ("r0", "r1")
    assert "Of 28 pairs" in found.sentence
    shown = sum(bool(integrity.shared_errors(crowd(colluding=False, seed=s))) for s in range(20))
    assert shown <= 2


def test_a_wrong_majority_of_few_makes_no_accomplices() -> None:
    """Three good people and a careless one: what two others say proves nothing."""
    generator = np.random.default_rng(9)
    rows = []
    for item in range(300):
        wrong = generator.random(4) < np.array([0.4, 0.1, 0.1, 0.1])
        rows += [(f"r{at}", f"i{item}", "b" if bad else "a") for at, bad in enumerate(wrong)]
    assert integrity.shared_errors(told(rows)) == []


def test_hard_items_do_not_make_accomplices() -> None:
    """Everybody errs on the same hard items: expected, so nobody is shown."""
    generator = np.random.default_rng(5)
    rows = []
    for item in range(300):
        share = 0.45 if item % 4 == 0 else 0.05
        wrong = generator.random(8) < share
        rows += [(f"r{at}", f"i{item}", "b" if bad else "a") for at, bad in enumerate(wrong)]
    assert len(integrity.shared_errors(told(rows))) <= 1


def test_copied_reasons_pasted_text_and_sudden_volume() -> None:
    """Each with its count; short reasons, few answers and even days say nothing."""
    long = "It names the form, the office and the day."
    written = [Written("r1", f"i{at}", long.upper() if at else long, 0) for at in range(5)]
    written += [Written("r2", f"i{at}", "good", at % 2) for at in range(40)]
    [same] = integrity.same_reasons(written)
    assert (same.sign, same.count, same.raters) == (Sign.SAME_REASONS, 5, ("r1",))
    [pasted] = integrity.pasted(written)
    assert (pasted.raters, pasted.count) == (("r2",), 20)
    days = {"r1": [("d1", 40)] * 5 + [("d6", 400)], "r2": [("d", 90)] * 9, "r3": [("d", 500)]}
    [much] = integrity.volume(days)
    assert much.raters == ("r1",)


def test_nothing_judged_says_nothing() -> None:
    """Empty arrays are no error."""
    empty = told([("r1", "i", "a")])
    assert integrity.shared_errors(empty) == []
    assert len(replace(empty)) == 0
    with pytest.raises(IndexError):
        _ = empty.rater[0]
