"""One side of a race over comparisons: reads a `Turn` from stdin, prints what it took."""

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import orjson

from loopwright.base.types import Json
from loopwright.cli.bench.quality_pairs import RESAMPLES, SEED, Turn, made_up
from loopwright.stats.annotator_ratings import fit_annotators
from loopwright.stats.bradley_terry import rate_coded
from loopwright.stats.paired_fit import Coded, Floats

Scores = Callable[[], Floats]


def main() -> None:
    """Run the turn."""
    turn = Turn(**orjson.loads(sys.stdin.buffer.read()))
    votes, truth = made_up(turn.votes)
    sides: dict[str, Callable[[Coded], Scores]] = {
        "crowd-kit ratings": _crowd_kit,
        "our ratings": _our_ratings,
        "evalica intervals": _evalica,
        "our intervals": _our_intervals,
    }
    # the peer raises numbers to powers that overflow now and then; it goes on, and so do we
    warnings.simplefilter("ignore")
    fit = sides[turn.side](votes)
    repeats = 3 if turn.side.startswith("our") else 1
    sys.stdout.buffer.write(orjson.dumps(take(fit, truth, repeats=repeats)))


def take(fit: Scores, truth: Floats, *, repeats: int) -> Json:
    """Return the best processor seconds of the fits, and the correlation of scores with truth."""
    seconds: list[float] = []
    scores = truth
    for _ in range(repeats):
        began = time.process_time()
        scores = fit()
        seconds.append(time.process_time() - began)
    found = float(np.corrcoef(scores, truth)[0, 1])
    return {"cpu_seconds": round(min(seconds), 5), "correlation": round(found, 5)}


def _our_ratings(votes: Coded) -> Scores:
    return lambda: fit_annotators(votes).beta[: votes.sources]


def _crowd_kit(votes: Coded) -> Scores:
    import pandas as pd
    from crowdkit.aggregation import NoisyBradleyTerry

    winner = np.where(votes.verdict > 0, votes.first, votes.second)
    columns = {"worker": votes.rater, "left": votes.first, "right": votes.second, "label": winner}
    frame = pd.DataFrame(columns)

    def fit() -> Floats:
        shares = NoisyBradleyTerry().fit_predict(frame).reindex(range(votes.sources)).to_numpy()
        scores: Floats = np.log(shares / (1.0 - shares))
        return scores

    return fit


def _our_intervals(votes: Coded) -> Scores:
    names = [f"{number:03}" for number in range(votes.sources)]

    def fit() -> Floats:
        found = {one.source: one.rating.value for one in rate_coded(votes, names).ratings}
        return np.array([found[name] or 0.0 for name in names])

    return fit


def _evalica(votes: Coded) -> Scores:
    import evalica

    names = [f"{number:03}" for number in range(votes.sources)]
    left, right = ([names[at] for at in side] for side in (votes.first, votes.second))
    winners = [evalica.Winner.X if one > 0 else evalica.Winner.Y for one in votes.verdict]

    def fit() -> Floats:
        found = evalica.bootstrap(
            evalica.bradley_terry,
            left,
            right,
            winners,
            n_resamples=RESAMPLES,
            bootstrap_method="percentile",
            random_state=SEED,
        )
        scores: Floats = np.log(found.result.scores.reindex(names).to_numpy())
        return scores

    return fit


if __name__ == "__main__":
    main()
