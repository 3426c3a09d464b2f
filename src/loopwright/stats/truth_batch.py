"""The fixed point of `truth` from all votes at once, over arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.estimate import Estimate
from loopwright.stats.truth import (
    Posterior,
    TruthSettings,
    TruthStream,
    Vote,
    posterior_of,
    reliability,
)
from loopwright.stats.truth_em import CodedVotes, dawid_skene, pooled_accuracy

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_EM_STEPS = 60


@dataclass(frozen=True)
class TruthResult:
    """Posteriors by item, reliability by rater, and how the search ended."""

    posteriors: dict[str, Posterior]
    reliabilities: dict[str, Estimate]
    iterations: int
    change: float


def infer_truth(
    votes: Sequence[Vote],
    categories: Sequence[str],
    *,
    settings: TruthSettings | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
    minimum: int = 5,
    elsewhere: Mapping[str, float] | None = None,
) -> TruthResult:
    """Return consensus and reliabilities; of a rater's two votes on an item the last counts.

    Raises KeyError for an answer that is not one of the categories.
    """
    known = settings or TruthSettings()
    last = {(vote.item, vote.rater): vote.answer for vote in votes}
    item_code: dict[str, int] = {}
    rater_code: dict[str, int] = {}
    answer_code = {category: code for code, category in enumerate(categories)}
    rows = [
        (
            item_code.setdefault(item, len(item_code)),
            rater_code.setdefault(rater, len(rater_code)),
            answer_code[answer],
        )
        for (item, rater), answer in last.items()
    ]
    if not rows:
        return TruthResult({}, {}, 0, 0.0)
    table = np.array(rows, dtype=np.int64)
    coded = CodedVotes(
        table[:, 0], table[:, 1], table[:, 2], len(item_code), len(rater_code), len(categories)
    )
    started = np.array([(elsewhere or {}).get(rater, np.nan) for rater in rater_code])
    sides = _Sides(_groups(votes, item_code), started)
    posterior, used, change = _iterate(
        coded, known, sides, iterations=iterations, tolerance=tolerance
    )
    n = np.bincount(coded.item, minlength=coded.items)
    posteriors = {
        name: posterior_of(categories, posterior[code].tolist(), int(n[code]))
        for name, code in item_code.items()
    }
    found = _reliabilities(coded, posterior, known, minimum=minimum)
    return TruthResult(
        posteriors, {name: found[code] for name, code in rater_code.items()}, used, change
    )


@dataclass(frozen=True)
class _Sides:
    """What is known beside the votes: the group of each item (None: no item has one), and each
    rater's accuracy elsewhere, NaN where it is not known."""

    group: Codes | None
    elsewhere: Floats


def fitted_stream(
    votes: Sequence[Vote],
    categories: Sequence[str],
    *,
    settings: TruthSettings | None = None,
    elsewhere: Mapping[str, float] | None = None,
) -> TruthStream:
    """Return a stream that stands where the batch ended, ready for the next vote."""
    stream = TruthStream(categories, settings, elsewhere=elsewhere)
    result = infer_truth(votes, categories, settings=settings, elsewhere=elsewhere)
    stream.load(votes, result.posteriors)
    return stream


def _groups(votes: Sequence[Vote], item_code: dict[str, int]) -> Codes | None:
    """Return the group of each item, 0 for those without; None where no item has one."""
    names = {vote.group for vote in votes} - {""}
    if not names:
        return None
    code = {name: number for number, name in enumerate(sorted(names), start=1)}
    group = np.zeros(len(item_code), dtype=np.int64)
    for vote in votes:
        group[item_code[vote.item]] = code.get(vote.group, 0)
    return group


def _iterate(
    coded: CodedVotes,
    settings: TruthSettings,
    sides: "_Sides",
    *,
    iterations: int,
    tolerance: float,
) -> tuple[Floats, int, float]:
    # Plain EM is near the same fixed point and an iteration costs a fifth.
    near = dawid_skene(
        coded, settings=settings, iterations=_EM_STEPS, tolerance=1e-5, dtype=np.float64
    )
    posterior = near.posterior.astype(np.float64)
    change = np.inf
    used = 0
    while used < iterations and change > tolerance:
        update = _step(coded, posterior, settings, sides)
        change = float(np.abs(update - posterior).max())
        posterior = update
        used += 1
    return posterior, used, change


def _step(coded: CodedVotes, posterior: Floats, settings: TruthSettings, sides: "_Sides") -> Floats:
    """Return every item's posterior given the counts that leave it out."""
    size = coded.categories
    item_votes = np.bincount(coded.item, minlength=coded.items)[coded.item]
    several = item_votes > 1
    # A vote that is alone on its item is no evidence of reliability (`truth`).
    own = posterior[coded.item] * several[:, None]
    cells = (coded.rater * size + coded.answer)[:, None] * size + np.arange(size)
    counts = np.bincount(cells.ravel(), own.ravel(), coded.raters * size * size)
    counts = counts.reshape(coded.raters, size, size)  # rater, answer, truth
    rows = counts.sum(axis=1)
    hit = own[np.arange(len(own)), coded.answer]
    right = np.bincount(coded.rater, hit, coded.raters)
    total = np.bincount(coded.rater, several, coded.raters)
    item_hits = np.bincount(coded.item, hit, coded.items)[coded.item]
    others = total.sum() - item_votes * several
    pooled = pooled_accuracy(right.sum() - item_hits, others, size, settings)
    known = ~np.isnan(sides.elsewhere)[coded.rater]
    weight = np.where(known, settings.group_votes, settings.rater_votes)
    pooled = np.where(known, sides.elsewhere[coded.rater], pooled)
    accuracy = (right[coded.rater] - hit + weight * pooled) / (
        total[coded.rater] - several + weight
    )
    if sides.group is not None:
        accuracy = _on_group(coded, sides.group[coded.item], (hit, several), accuracy, settings)
    coin = np.repeat(((1.0 - accuracy) / (size - 1))[:, None], size, axis=1)
    coin[np.arange(len(own)), coded.answer] = accuracy
    seen = np.maximum(counts[coded.rater, coded.answer] - own, 0.0)
    likelihood = (seen + settings.shrink * coin) / (rows[coded.rater] - own + settings.shrink)
    logs = np.log(posterior.sum(axis=0) - posterior + settings.prior)
    for truth in range(size):
        logs[:, truth] += np.bincount(coded.item, np.log(likelihood[:, truth]), coded.items)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    result: Floats = shares / shares.sum(axis=1, keepdims=True)
    return result


def _on_group(
    coded: CodedVotes,
    group: Codes,
    counted: tuple[Floats, NDArray[np.bool_]],
    accuracy: Floats,
    settings: TruthSettings,
) -> Floats:
    """Return each vote's accuracy on the group of its item, given the counts that leave it out."""
    hit, several = counted
    cell = coded.rater * (int(group.max()) + 1) + group
    right, total = np.bincount(cell, hit), np.bincount(cell, several)
    held = settings.group_votes
    own = (right[cell] - hit + held * accuracy) / (total[cell] - several + held)
    return np.where(group > 0, own, accuracy)


def _reliabilities(
    coded: CodedVotes, posterior: Floats, settings: TruthSettings, *, minimum: int
) -> list[Estimate]:
    hit = posterior[coded.item, coded.answer]
    shared = np.bincount(coded.item, minlength=coded.items)[coded.item] >= 2
    rater = coded.rater[shared]
    right = np.bincount(rater, hit[shared], coded.raters)
    spread = np.bincount(rater, (hit * (1.0 - hit))[shared], coded.raters)
    n = np.bincount(rater, minlength=coded.raters)
    everybody = pooled_accuracy(hit[shared].sum(), len(rater), coded.categories, settings)
    return [
        reliability(
            right=float(right[code]),
            spread=float(spread[code]),
            n=int(n[code]),
            prior=(float(everybody), settings.rater_votes),
            minimum=minimum,
        )
        for code in range(coded.raters)
    ]
