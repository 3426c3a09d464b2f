"""The hacking watch: text signals of a batch of completions, and when they stop a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

REASONS = {
    "max_length_ratio": "completions grew longer than the reference policy's",
    "min_distinct": "completions repeat the same word pairs",
    "max_same_share": "one completion answers many different prompts",
    "max_canned_share": "stock phrases took over",
    "max_kl": "the policy moved too far from the reference policy",
}


@dataclass(frozen=True)
class Limits:
    """Crossed for `patience` log lines in a row, a limit stops the run. None: not watched."""

    max_length_ratio: float | None = 2.0
    min_distinct: float | None = 0.05
    max_same_share: float | None = 0.5
    max_canned_share: float | None = None
    max_kl: float | None = None
    patience: int = 2


@dataclass(frozen=True)
class Stop:
    """Why a run was stopped, and the last step at which nothing was crossed."""

    limit: str
    value: float
    bound: float
    step: int
    last_good_step: int

    @property
    def sentence(self) -> str:
        """One line for people."""
        numbers = f"{self.value:.2f}, limit {self.bound:.2f}"
        return f"Stopped at step {self.step}: {REASONS[self.limit]} ({numbers})."


def text_signals(texts: Sequence[str], *, canned_phrases: Sequence[str] = ()) -> dict[str, float]:
    """Mean words, distinct word pairs over all word pairs, most common text's share, canned share.

    Distinct-2 after Li et al. 2016 (arXiv 1510.03055), over the whole batch.
    """
    if not texts:
        return {}
    words = [t.lower().split() for t in texts]
    pairs = Counter(p for w in words for p in pairwise(w))
    phrases = [p.lower() for p in canned_phrases]
    canned = sum(any(p in t.lower() for p in phrases) for t in texts)
    return {
        "words": sum(map(len, words)) / len(texts),
        "distinct": len(pairs) / max(1, sum(pairs.values())),
        "same_share": Counter(texts).most_common(1)[0][1] / len(texts),
        "canned_share": canned / len(texts),
    }


def verdict(history: Sequence[Mapping[str, float]], limits: Limits) -> Stop | None:
    """Read a run's log lines (each with `step`), oldest first; the first line is the reference.

    Pure in the history, so that a resumed run decides as an undisturbed one.
    """
    lines = [h for h in history if "words" in h]
    if not lines:
        return None
    base = lines[0]["words"]
    crossed: Counter[str] = Counter()
    last_good = 0
    for line in lines:
        found = _crossed(line, base=base, limits=limits)
        if not found:
            last_good = int(line["step"])
        for name in list(crossed):
            if name not in found:
                del crossed[name]
        for name, (value, bound) in found.items():
            crossed[name] += 1
            if crossed[name] >= limits.patience:
                return Stop(name, value, bound, int(line["step"]), last_good)
    return None


def _crossed(
    line: Mapping[str, float], *, base: float, limits: Limits
) -> dict[str, tuple[float, float]]:
    seen = {
        "max_length_ratio": line["words"] / max(1.0, base),
        "max_same_share": line.get("same_share", 0.0),
        "max_canned_share": line.get("canned_share", 0.0),
        "max_kl": line.get("kl", 0.0),
    }
    found = {}
    for name, value in seen.items():
        bound = getattr(limits, name)
        if bound is not None and value > bound:
            found[name] = (value, float(bound))
    distinct = line.get("distinct", 1.0)
    if limits.min_distinct is not None and distinct < limits.min_distinct:
        found["min_distinct"] = (distinct, limits.min_distinct)
    return found
