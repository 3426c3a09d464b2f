"""Did you mean: the known word that is closest to a mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(typed: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the known word most like `typed`, None when none is as alike as `likeness` (0..1)."""
    by_fold = {word.casefold(): word for word in known}
    found = get_close_matches(typed.casefold(), by_fold, n=1, cutoff=likeness)
    return by_fold[found[0]] if found else None


def did_you_mean(typed: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Return "Did you mean x? " (to go before a remedy), or nothing."""
    found = nearest(typed, known, likeness=likeness)
    return "" if found is None else f"Did you mean {found}? "
