"""One side of the Dawid-Skene race: reads a `Turn` from stdin, prints what the fits took."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import psutil
from numpy.typing import NDArray

from loopwright.base.types import Json
from loopwright.cli.bench.quality_truth import CATEGORIES, Turn, Votes
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, dawid_skene

Answers = NDArray[np.int64]
_FREE = TruthSettings(shrink=4.0)
"""Nearly the free matrices that the other side fits, so that both solve the same problem."""


def main() -> None:
    """Run the turn."""
    turn = Turn(**orjson.loads(sys.stdin.buffer.read()))
    with np.load(turn.votes) as file:
        votes = Votes(
            file["item"], file["rater"], file["answer"], file["truth"], int(file["raters"])
        )
    fit = _ours(turn, votes) if turn.side == "ours" else _crowd_kit(turn, votes)
    sys.stdout.buffer.write(orjson.dumps(take(fit, votes, repeats=turn.repeats)))


def take(fit: Callable[[], Answers], votes: Votes, *, repeats: int) -> Json:
    """Return the best processor seconds, the first fit's growth in memory, and the accuracy."""
    before = _rss_reset()
    seconds: list[float] = []
    peak, answers = None, votes.truth
    for number in range(repeats):
        began = time.process_time()
        answers = fit()
        seconds.append(time.process_time() - began)
        if number == 0:
            peak = _peak()
    grown = None if before is None or peak is None else round((peak - before) / 2**20, 1)
    return {
        "cpu_seconds": round(min(seconds), 5),
        "peak_growth_mib": grown,
        "accuracy": round(float((answers == votes.truth).mean()), 5),
    }


def _ours(turn: Turn, votes: Votes) -> Callable[[], Answers]:
    def fit() -> Answers:
        coded = CodedVotes(
            votes.item, votes.rater, votes.answer, len(votes.truth), votes.raters, CATEGORIES
        )
        found = dawid_skene(
            coded,
            settings=_FREE,
            iterations=turn.iterations,
            tolerance=0.0,
            dtype=np.float32 if turn.single else np.float64,
        )
        answers: Answers = found.posterior.argmax(axis=1)
        return answers

    return fit


def _crowd_kit(turn: Turn, votes: Votes) -> Callable[[], Answers]:
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame({"task": votes.item, "worker": votes.rater, "label": votes.answer})

    def fit() -> Answers:
        found = DawidSkene(n_iter=turn.iterations, tol=0.0).fit_predict(frame)
        answers: Answers = found.reindex(range(len(votes.truth))).to_numpy()
        return answers

    return fit


def _rss_reset() -> int | None:
    """Forget the highest memory so far (Linux only); return the bytes in use."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return int(psutil.Process().memory_info().rss)


def _peak() -> int | None:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 if found else None


if __name__ == "__main__":
    main()
