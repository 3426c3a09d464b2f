"""The running account of consensus, and the numbers of a sequence that may still show."""

from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.quality.book import ConsensusBook
from loopwright.quality.gaps import SequenceGaps
from loopwright.quality.model import Consensus, ItemVote
from loopwright.quality.tracks import OTHER, categories_of

ANSWERS = ("first", "second", "tie", "both_bad")

drawn = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from(ANSWERS)),
    min_size=1,
    max_size=30,
    unique_by=lambda one: one[:2],
)


def votes(rows: list[tuple[int, int, str]], *, question: str = "q") -> list[ItemVote]:
    return [
        ItemVote(seq, "p", question, f"i{item}", f"r{rater}", answer)
        for seq, (item, rater, answer) in enumerate(rows, 1)
    ]


def answers(book: ConsensusBook) -> dict[str, Consensus]:
    book.refit()
    changed, _ = book.changes(now=1.0)
    return {row.item_id: row for row in changed}


def test_answers_in_use_are_listed_in_one_order() -> None:
    assert categories_of({"tie"}) == ("first", "second", "tie")
    assert categories_of({"spam"}) == ("spam", OTHER)
    assert categories_of({"spam", "fine"}) == ("fine", "spam")


@given(drawn, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_votes_one_by_one_end_where_all_at_once_do(
    rows: list[tuple[int, int, str]], random: object
) -> None:
    all_at_once, one_by_one = ConsensusBook(), ConsensusBook()
    all_at_once.load(votes(rows))
    arriving = votes(rows)
    random.shuffle(arriving)  # type: ignore[attr-defined]
    for vote in arriving:
        one_by_one.add(vote)
        one_by_one.add(vote)
    assert answers(one_by_one) == answers(all_at_once)


@given(drawn)
@settings(max_examples=30, deadline=None)
def test_what_is_withdrawn_was_never_there(rows: list[tuple[int, int, str]]) -> None:
    book, kept = ConsensusBook(), ConsensusBook()
    arriving = votes(rows)
    book.load(arriving)
    for vote in arriving[1::2]:
        book.withdraw(vote.seq)
        book.withdraw(vote.seq)
    kept.load(arriving[::2])
    assert answers(book) == answers(kept)


def test_an_item_without_votes_is_reported_empty() -> None:
    book = ConsensusBook()
    book.add(ItemVote(1, "p", "q", "i", "r", "first"))
    changed, _ = book.changes(now=1.0)
    assert changed[0].votes == {"first": 1}
    book.withdraw(1)
    assert book.changes(now=2.0) == ([], ["i"])


def test_an_undone_judgment_does_not_take_the_new_one_with_it() -> None:
    book = ConsensusBook()
    book.load([ItemVote(1, "p", "q", "i", "r", "first"), ItemVote(2, "p", "q", "i", "s", "first")])
    book.add(ItemVote(3, "p", "q", "i", "r", "second"))
    book.withdraw(1)
    changed, _ = book.changes(now=1.0)
    assert changed[0].votes == {"first": 1, "second": 1}


def test_a_new_answer_joins_the_others() -> None:
    book = ConsensusBook()
    for seq, label in enumerate(["spam", "spam", "fine", "odd"]):
        book.add(ItemVote(seq, "p", "q", f"i{seq}", "r", label))
    changed, _ = book.changes(now=1.0)
    assert {row.item_id: row.answer for row in changed} == {
        "i0": "spam",
        "i1": "spam",
        "i2": "fine",
        "i3": "odd",
    }


def test_questions_and_projects_are_kept_apart() -> None:
    book = ConsensusBook()
    book.load(
        [
            ItemVote(1, "p", "q", "i", "r", "first"),
            ItemVote(2, "p", "topic", "k", "r", "spam"),
            ItemVote(3, "other", "q", "j", "r", "tie"),
        ]
    )
    changed, _ = book.changes(now=1.0)
    assert {(row.project_id, row.item_id): set(row.posterior) for row in changed} == {
        ("p", "i"): {"first", "second"},
        ("p", "k"): {"spam", OTHER},
        ("other", "j"): {"first", "second", "tie"},
    }


def test_commits_out_of_order_are_waited_for() -> None:
    gaps = SequenceGaps(10)
    gaps.seen([11, 14], now=0.0)
    assert gaps.last == 14
    assert gaps.waiting(now=1.0, seconds=60.0) == [12, 13]
    gaps.seen([13], now=2.0)
    assert gaps.last == 14
    assert gaps.waiting(now=3.0, seconds=60.0) == [12]
    assert gaps.waiting(now=61.0, seconds=60.0) == []


@given(st.permutations(range(1, 40)))
def test_whatever_the_order_nothing_is_missed(order: list[int]) -> None:
    gaps, read = SequenceGaps(0), set[int]()
    committed = set[int]()
    for seq in order:
        committed.add(seq)
        waiting = set(gaps.waiting(now=0.0, seconds=60.0))
        found = {one for one in committed if one > gaps.last or one in waiting}
        gaps.seen(sorted(found), now=0.0)
        read |= found
    assert read == committed
