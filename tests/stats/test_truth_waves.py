"""The engine over arrays against the engine vote by vote."""

import numpy as np
import pytest
from numpy.typing import NDArray

from loopwright.stats.truth import TruthSettings, TruthStream, Vote
from loopwright.stats.truth_em import CodedVotes
from loopwright.stats.truth_waves import WaveResult, Waves

ANSWERS = ("a", "b", "c")


def crowd(seed: int, *, items: int = 60, raters: int = 9) -> CodedVotes:
    """Return votes in a random order, no rater twice on an item, some items with one vote."""
    generator = np.random.default_rng(seed)
    pairs = [(item, rater) for item in range(items) for rater in range(raters)]
    generator.shuffle(pairs)
    chosen = np.array(pairs[: items * 3])
    truth = chosen[:, 0] % 3
    right = generator.random(len(chosen)) < 0.7
    answer = np.where(right, truth, generator.integers(0, 3, len(chosen)))
    return CodedVotes(chosen[:, 0], chosen[:, 1], answer, items, raters, 3)


def never(
    item: NDArray[np.int64], posterior: NDArray[np.float64], n: NDArray[np.int64]
) -> NDArray[np.bool_]:
    return np.zeros(len(item), dtype=bool)


def streamed(votes: CodedVotes, settings: TruthSettings | None = None) -> TruthStream:
    stream = TruthStream(ANSWERS, settings)
    for item, rater, answer in zip(votes.item, votes.rater, votes.answer, strict=True):
        stream.add(Vote(str(item), str(rater), ANSWERS[answer]))
    return stream


def differences(stream: TruthStream, found: WaveResult) -> NDArray[np.float64]:
    """Return how far every probability is from the stream's."""
    known = {item: stream.posterior(str(item)) for item in range(len(found.posterior))}
    rows = [
        np.zeros(len(ANSWERS)) if one is None else np.array(list(one.probabilities.values()))
        for one in known.values()
    ]
    return np.abs(np.array(rows) - found.posterior)


@pytest.mark.parametrize("shrink", [4.0, 1000.0])
def test_one_vote_a_wave_is_the_stream_itself(shrink: float) -> None:
    votes, settings = crowd(1), TruthSettings(shrink=shrink)
    found = Waves(votes, settings).run(closes=never, behind=10**9)
    assert differences(streamed(votes, settings), found).max() < 1e-9
    assert found.used.all()
    assert found.taken.tolist() == np.bincount(votes.item, minlength=votes.items).tolist()


@pytest.mark.parametrize("order", ["as they came", "by item", "by rater"])
def test_batches_stay_close_whatever_the_order(order: str) -> None:
    votes = crowd(2, items=700, raters=40)
    keys = {"as they came": np.arange(len(votes.item)), "by item": votes.item}
    sorted_ = np.argsort(keys.get(order, votes.rater), kind="stable")
    votes = CodedVotes(votes.item[sorted_], votes.rater[sorted_], votes.answer[sorted_], 700, 40, 3)
    found = Waves(votes).run(closes=never)
    apart = differences(streamed(votes), found)
    assert apart.mean() < 0.005
    assert apart.max() < 0.2


def test_a_closed_item_takes_no_more_votes_and_teaches_nothing_more() -> None:
    votes = crowd(3)
    told: list[tuple[int, int]] = []

    def seen(vote: NDArray[np.int64], posterior: NDArray[np.float64], n: NDArray[np.int64]) -> None:
        told.extend(zip(vote.tolist(), n.tolist(), strict=True))

    found = Waves(votes).run(closes=lambda item, posterior, n: n >= 2, seen=seen, behind=5)
    assert found.taken.max() == 2
    assert sorted(vote for vote, _ in told) == np.flatnonzero(found.used).tolist()
    # the first two votes of each item in their order, and only those
    rank = np.array([np.sum(votes.item[:at] == votes.item[at]) for at in range(len(votes.item))])
    assert found.used.tolist() == (rank < 2).tolist()
    kept = CodedVotes(
        votes.item[found.used], votes.rater[found.used], votes.answer[found.used], 60, 9, 3
    )
    alone = Waves(kept).run(closes=never, behind=10**9)
    exact = Waves(votes).run(closes=lambda item, posterior, n: n >= 2, behind=10**9)
    assert np.abs(alone.posterior - exact.posterior).max() < 1e-9


def test_no_votes_at_all() -> None:
    none = np.array([], dtype=np.int64)
    found = Waves(CodedVotes(none, none, none, 2, 1, 2)).run(closes=never)
    assert found.taken.tolist() == [0, 0]
    assert not found.posterior.any()
