"""What kinds with named options have in common."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote, Vote
from loopwright.questions.reasons import refused, spelled

YES, NO = "yes", "no"
NONE = "(none)"
_OUTCOME = 200
"""Longest outcome that is stored; a longer one ends in a digest of the whole."""


def option_ids(config: Json) -> tuple[str, ...]:
    """Return the ids of a question's options, in their order."""
    return tuple(option["id"] for option in config["options"])


def known_label(label: Any, options: Sequence[str], what: str = "") -> str:
    """Return a label that is one of the options. Raises InvalidInput naming them."""
    if not isinstance(label, str) or label not in options:
        raise refused(
            f"{what}{spelled(label)} is not a label of this question.",
            f"Send one of: {', '.join(options)}.",
        )
    return label


def yes_or_no(options: Sequence[str], chosen: set[str]) -> tuple[Vote, ...]:
    """Return a vote on each option: whether it was chosen."""
    return tuple(CategoryVote(YES if one in chosen else NO, aspect=one) for one in options)


def chosen_options(votes: Sequence[Vote]) -> str:
    """Return the options that have a yes, in their order."""
    found = [v.aspect for v in votes if isinstance(v, CategoryVote) and v.label == YES]
    return bounded(",".join(found)) or NONE


def bounded(outcome: str) -> str:
    """Return an outcome that is short, the same for the same text and else another."""
    if len(outcome) <= _OUTCOME:
        return outcome
    return f"{outcome[: _OUTCOME - 18]}…#{sha256(outcome.encode()).hexdigest()[:16]}"
