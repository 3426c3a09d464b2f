"""What answers look like as text: length, stock phrases, sameness; pure."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import stats

from loopwright.evaluation.model import StyleSignals
from loopwright.stats.estimate import Estimate
from loopwright.stats.proportions import wilson

PHRASE_WORDS = 8
CANNED_PROMPTS = 0.2
"""A phrase is canned when it answers more than this share of the prompts."""


def style_signals(candidate: Sequence[str], baseline: Sequence[str]) -> StyleSignals:
    """Return the signals of two policy versions' answers to the same prompts, in one order."""
    named = {"candidate": candidate, "baseline": baseline}
    return StyleSignals(
        length_ratio=length_ratio(candidate, baseline),
        canned_share={name: canned_share(texts) for name, texts in named.items()},
        distinct_share={name: distinct_share(texts) for name, texts in named.items()},
    )


def length_ratio(candidate: Sequence[str], baseline: Sequence[str]) -> Estimate:
    """Return mean words over mean words, paired by prompt.

    Interval by the linearized ratio estimator (Cochran 1977, section 6.3) with t quantiles.
    """
    method = "ratio of mean words, paired by prompt, t 95%"
    n = len(candidate)
    if n != len(baseline):
        raise ValueError(f"{n} answers of the candidate, {len(baseline)} of the baseline")
    above = np.array([len(text.split()) for text in candidate], dtype=float)
    below = np.array([len(text.split()) for text in baseline], dtype=float)
    if n == 0 or below.mean() == 0.0:
        return Estimate(None, None, None, n, method, "the baseline has no words to compare with")
    ratio = float(above.mean() / below.mean())
    if n < 2:
        return Estimate(ratio, None, None, n, method, "an interval needs at least 2 prompts")
    spread = float(np.std(above - ratio * below, ddof=1) / below.mean() / n**0.5)
    half = float(stats.t.ppf(0.975, n - 1)) * spread
    return Estimate(ratio, max(0.0, ratio - half), ratio + half, n, method)


def canned_share(texts: Sequence[str]) -> Estimate:
    """Return the share of answers that hold a phrase found in many prompts' answers.

    A phrase is a run of PHRASE_WORDS words; unlike a list of stock phrases this also finds the
    ones that a policy invents.
    """
    phrases = [_phrases(text) for text in texts]
    seen = Counter(phrase for found in phrases for phrase in found)
    limit = max(2.0, CANNED_PROMPTS * len(texts))
    canned = {phrase for phrase, count in seen.items() if count > limit}
    return wilson(sum(bool(found & canned) for found in phrases), len(texts))


def distinct_share(texts: Sequence[str]) -> Estimate:
    """Return the share of answers that no earlier prompt got word for word."""
    return wilson(len({text.strip().lower() for text in texts}), len(texts))


def _phrases(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + PHRASE_WORDS]) for i in range(len(words) - PHRASE_WORDS + 1)}
