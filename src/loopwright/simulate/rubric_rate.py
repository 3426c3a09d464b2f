"""How a policy fares by the world's hidden rubric, which nothing in the product sees."""

from collections.abc import Sequence

import numpy as np

from loopwright.base.types import Json
from loopwright.simulate.world.rubric import score

_TIE = 1e-9
_RESAMPLES = 2000


def hidden_rubric_win_rate(pairs: Sequence[Json], *, seed: int) -> Json:
    """Return (wins + ties / 2) / n of `candidate` over `baseline` with a bootstrap interval.

    Each pair holds `prompt` (text), `candidate` and `baseline` (texts); prompts are resampled.
    """
    method = "hidden rubric, bootstrap over prompts"
    if not pairs:
        return {"value": None, "low": None, "high": None, "n": 0, "method": method}
    outcomes = np.array([_outcome(pair) for pair in pairs])
    rng = np.random.default_rng([seed, 5])
    means = outcomes[rng.integers(len(outcomes), size=(_RESAMPLES, len(outcomes)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "value": float(outcomes.mean()),
        "low": float(low),
        "high": float(high),
        "n": len(outcomes),
        "method": method,
    }


def _outcome(pair: Json) -> float:
    ours = score(prompt_text=pair["prompt"], answer=pair["candidate"])
    theirs = score(prompt_text=pair["prompt"], answer=pair["baseline"])
    if abs(ours - theirs) <= _TIE:
        return 0.5
    return 1.0 if ours > theirs else 0.0
