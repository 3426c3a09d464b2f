"""A person against their own beginning: drift, learning, what they miss most; pure.

Nobody is compared with a fixed bar. A drop is noticed by a self-starting CUSUM (Hawkins 1987; the
score of `stats.cusum`): what is expected of a person is what they did before the likeliest change,
adjusted for how easy each item was, so that hard items do not look like a drop.

An accuracy that is estimated, not known, makes false alarms: of simulated people, 22 % in 2,000
judgments when the first 60 are taken for the truth. With at least 100 judgments before the change,
and three quarters of a standard error taken off, 4.5 % at 0.85 and 4.3 % at 0.75 (800 runs each);
a drop from 0.85 to 0.70 after 400 judgments is noticed 94 later in the median (400 runs, 2 % not
within 600).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from loopwright.coaching.resolved import Floats, Resolved
from loopwright.quality.said import Flags
from loopwright.stats.cusum import Cusum
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.learning_curve import LearningCurve, fit_learning_curve
from loopwright.stats.proportions import wilson

BASELINE = 100
"""The judgments of one's own that one is compared with, at the least."""
LATEST = 60
FALSE_ALARMS = (
    "without any drop 4 in 100 people see this once in 2,000 judgments on one part of an answer, "
    "12 in 100 of those who are nearly always right"
)
_CURVE_POINTS = (1, 10, 30, 100, 300, 1000, 3000, 10000)
_METHOD = f"self-starting CUSUM after {BASELINE} judgments, adjusted for the ease of items"
_OFF = 0.75
"""Standard errors of one's own accuracy by which less is expected than was seen."""
_LEAST_EASE, _MOST_EASE = 0.05, 0.98


@dataclass(frozen=True)
class Drift:
    """Whether accuracy dropped against one's own beginning, and since when."""

    baseline: Estimate
    latest: Estimate
    score: float | None
    """The CUSUM now; an alarm at `stats.cusum.ALARM`. None before the baseline is there."""
    alarmed: bool
    """Whether it reached the alarm and did not come back to zero since."""
    since_week: str | None
    """The week of the likeliest change."""
    since: int
    """Judgments since the likeliest change."""
    method: str = _METHOD


@dataclass(frozen=True)
class WeekShare:
    """The share right in one week."""

    week: str
    right: Estimate


@dataclass(frozen=True)
class AspectTrend:
    """How somebody, or a group, judges one aspect over time."""

    question_id: str
    aspect: str
    right: Estimate
    everybody: Estimate
    """The share right of all people on it."""
    weak: bool
    """Whether this person's interval lies below the share of all."""
    drift: Drift
    curve: LearningCurve
    points: tuple[tuple[int, Estimate], ...]
    """The learning curve at round numbers of judgments."""
    weeks: tuple[WeekShare, ...]


def trend(found: Resolved, mine: Flags, *, watched: bool = True) -> AspectTrend:
    """Return the trend of the rows that `mine` marks against all rows of the aspect.

    Unless they are `watched`, no drop is looked for.
    """
    right, ease = found.right[mine], found.ease[mine]
    share, everybody = _share(right), _share(found.right)
    curve = fit_learning_curve(list(range(1, len(right) + 1)), [bool(one) for one in right])
    places = [at for at in _CURVE_POINTS if at < len(right)]
    places += [len(right)] if len(right) else []
    weak = bool(
        share.high is not None and everybody.value is not None and share.high < everybody.value
    )
    return AspectTrend(
        question_id=found.question_id,
        aspect=found.aspect,
        right=share,
        everybody=everybody,
        weak=weak,
        drift=drift(right, ease, weeks=[found.weeks[at] for at in found.week[mine]])
        if watched
        else Drift(
            _share(right[:BASELINE]),
            _share(right[BASELINE:][-LATEST:]),
            None,
            alarmed=False,
            since_week=None,
            since=0,
            method="no drop is looked for",
        ),
        curve=curve,
        points=tuple(zip(places, curve.at(places), strict=True)) if places else (),
        weeks=_by_week(found, mine),
    )


def drift(right: Flags, ease: Floats, *, weeks: Sequence[str]) -> Drift:
    """Return whether accuracy dropped; rows oldest first, as long as each other."""
    first = _share(right[:BASELINE])
    if len(right) < BASELINE:
        missing = BASELINE - len(right)
        none = unknown(
            f"needs {missing} more judgment{'s' * (missing > 1)} to know the beginning",
            len(right),
            _METHOD,
        )
        return Drift(none, none, None, alarmed=False, since_week=None, since=0)
    usual = np.concatenate([[0.0], np.cumsum([_logit(_bounded(float(one))) for one in ease])])
    hits = np.concatenate([[0.0], np.cumsum(right)])
    state, alarmed = Cusum(), False
    for at in range(BASELINE, len(right)):
        before = at - state.since
        level = _level(float(hits[before]), before)
        easier = _logit(_bounded(float(ease[at]))) - float(usual[before]) / before
        expected = _bounded(_expit(level + easier))
        state = state.after(correct=bool(right[at]), expected=expected)
        alarmed = (alarmed or state.alarm()) and state.score > 0.0
    since_week = weeks[len(right) - state.since] if state.since else None
    latest = _share(right[BASELINE:][-LATEST:])
    return Drift(first, latest, state.score, alarmed, since_week, state.since)


def noticed(found: Drift) -> str | None:
    """Return in a sentence what was noticed; None where nothing was."""
    if not found.alarmed or found.latest.value is None or found.baseline.value is None:
        return None
    return (
        f"Right less often than at the beginning ({found.latest.value:.0%} of the latest "
        f"{found.latest.n} against {found.baseline.value:.0%}), likeliest since "
        f"{found.since_week}; {FALSE_ALARMS}."
    )


def _level(hits: float, n: int) -> float:
    """Return what may be expected of somebody, in logits: a little less than was seen."""
    share = (hits + 1.5) / (n + 2.0)
    return _logit(_bounded(share - _OFF * (share * (1.0 - share) / (n + 2.0)) ** 0.5))


def _share(right: Flags) -> Estimate:
    return wilson(int(right.sum()), len(right))


def _by_week(found: Resolved, mine: Flags) -> tuple[WeekShare, ...]:
    weeks, right = found.week[mine], found.right[mine]
    named = sorted({(found.weeks[at], int(at)) for at in np.unique(weeks)})
    return tuple(WeekShare(name, _share(right[weeks == at])) for name, at in named)


def _bounded(share: float) -> float:
    return min(_MOST_EASE, max(_LEAST_EASE, share))


def _logit(share: float) -> float:
    return log(share / (1.0 - share))


def _expit(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))
