"""What happened to an item, in order, without who it was; pure.

People are numbered as on the item's votes: "annotator 2" is one person on this item only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from loopwright.intake.model import Item
from loopwright.labeling.model import Judgment
from loopwright.quality.model import Settlement
from loopwright.sampling.model import ItemState


class Happened(StrEnum):
    """What can happen to an item."""

    ADDED = "added"
    OPENED = "opened"
    """Judgments were wanted; of an item that was opened again, the last time."""
    JUDGED = "judged"
    UNDONE = "undone"
    SKIPPED = "skipped"
    CLOSED = "closed"
    """Every wanted judgment was there."""
    SETTLED = "settled"


@dataclass(frozen=True)
class Skipped:
    """One person's skip."""

    rater_id: str
    reason: str
    at: float


@dataclass(frozen=True)
class Happening:
    """One thing that happened; `detail` is an answer, a reason or a source, in words."""

    at: float
    what: Happened
    who: str | None
    detail: str


def numbered(judgments: Sequence[Judgment], others: Sequence[str] = ()) -> dict[str, str]:
    """Return {rater: "annotator 1"}.

    By judgment id, whose end is random: the same person has another number on another item.
    """
    ordered = sorted(judgments, key=lambda one: (one.superseded_by is not None, one.id[-12:]))
    raters = dict.fromkeys([*(one.rater_id for one in ordered), *others])
    return {rater: f"annotator {at}" for at, rater in enumerate(raters, 1)}


def history_of(
    *,
    item: Item,
    state: ItemState | None,
    judgments: Sequence[Judgment],
    skips: Sequence[Skipped],
    settlements: Sequence[Settlement],
    words: Callable[[str], str],
) -> list[Happening]:
    """Return what happened to an item, oldest first."""
    name = numbered(judgments, [one.rater_id for one in skips])
    found = [Happening(item.created_at, Happened.ADDED, None, "")]
    if state is not None:
        found.append(Happening(state.opened_at, Happened.OPENED, None, ""))
        if state.closed_at is not None:
            found.append(Happening(state.closed_at, Happened.CLOSED, None, ""))
    for one in judgments:
        who = name[one.rater_id]
        found.append(Happening(one.created_at, Happened.JUDGED, who, words(one.outcome)))
        if one.superseded_at is not None:
            found.append(Happening(one.superseded_at, Happened.UNDONE, who, words(one.outcome)))
    found += [Happening(one.at, Happened.SKIPPED, name[one.rater_id], one.reason) for one in skips]
    found += [
        Happening(one.settled_at, Happened.SETTLED, one.source.value, words(one.outcome))
        for one in settlements
    ]
    rank = {what: at for at, what in enumerate(Happened)}
    return sorted(found, key=lambda one: (one.at, rank[one.what]))
