"""Consensus vote by vote: what one vote costs, and how far its answers are from the batch's."""

import time
from collections.abc import Callable
from statistics import median, quantiles

import numpy as np

from loopwright.base.types import Json
from loopwright.cli.bench.quality_truth import made_up
from loopwright.stats.truth import TruthStream, Vote
from loopwright.stats.truth_batch import infer_truth

VOTES = 100_000
_ANSWERS = ("a", "b", "c", "d")


def live(*, votes: int = VOTES, say: Callable[[str], None]) -> tuple[Json, Json]:
    """Return microseconds a vote (the item's answer, and its rater's reliability with interval)
    on the wall clock, and the accuracy that the batch is ahead by when all votes are in."""
    made = made_up(votes)
    rows = [
        Vote(f"i{item}", f"r{rater}", _ANSWERS[answer])
        for item, rater, answer in zip(
            made.item.tolist(), made.rater.tolist(), made.answer.tolist(), strict=True
        )
    ]
    say(f"live: {votes} votes one by one")
    stream = TruthStream(_ANSWERS)
    took: list[int] = []
    cpu = time.process_time()
    for vote in rows:
        began = time.perf_counter_ns()
        stream.add(vote)
        stream.posterior(vote.item)
        stream.reliability(vote.rater)
        took.append(time.perf_counter_ns() - began)
    cpu = time.process_time() - cpu
    batch = infer_truth(rows, _ANSWERS).posteriors
    right = {"live": 0, "batch": 0}
    for item, truth in enumerate(made.truth.tolist()):
        found = stream.posterior(f"i{item}")
        right["live"] += found is not None and found.answer == _ANSWERS[truth]
        right["batch"] += batch[f"i{item}"].answer == _ANSWERS[truth]
    shares = {name: count / len(made.truth) for name, count in right.items()}
    figures = {
        "live.update_us": round(float(np.mean(took)) / 1000, 2),
        "live.accuracy_gap": round(shares["batch"] - shares["live"], 5),
    }
    notes = {
        "votes": votes,
        "accuracy": {name: round(share, 5) for name, share in shares.items()},
        "update_us_median": round(median(took) / 1000, 2),
        "update_us_p99": round(quantiles(took, n=100)[-1] / 1000, 2),
        "update_us_cpu": round(1e6 * cpu / votes, 2),
    }
    return figures, notes
