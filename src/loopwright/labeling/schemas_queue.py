"""Wire shapes of keeping the queue."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from loopwright.base.types import STORABLE
from loopwright.intake.model import ItemPurpose
from loopwright.labeling.model import StuckItem
from loopwright.labeling.schemas import Body
from loopwright.sampling.model import Band, Branch, Pause, QueueCount
from loopwright.sampling.rules import tags_of

BandName = Literal["targeted", "evaluation", "confused", "core"]
ItemIds = Annotated[list[str], Field(min_length=1, max_length=1000)]


class PauseIn(Body):
    """Why nothing is to be offered for now; annotators read it."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]


class Selection(Body):
    """Which items: by id, or all of a segment, of a purpose, or of the whole queue."""

    items: ItemIds | None = None
    segment: str | None = None
    purpose: ItemPurpose | None = None
    everything: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [self.items is not None, self.segment is not None or self.purpose is not None]
        if sum([*given, self.everything]) != 1:
            raise ValueError("name items, or a segment and/or purpose, or set everything")
        return self


class MoveIn(Selection):
    """Put items at the end of a band."""

    band: BandName


class OverlapIn(Selection):
    """Want so many judgments on items; `closed` ones too, which opens them again."""

    overlap: Annotated[int, Field(ge=1, le=100)]
    closed: bool = False


class ReopenIn(Body):
    """Offer items that were set aside again."""

    items: ItemIds


class ChangedOut(BaseModel):
    """How many items changed."""

    changed: int


class PauseOut(BaseModel):
    """Why and since when nothing new is offered."""

    reason: str
    since: float


class BranchOut(BaseModel):
    """One lane in one band; `people` may take from it."""

    requires: list[str]
    band: str
    open: int
    closed: int
    stuck: int
    wanted: int
    done: int
    imported: int
    people: int


class QueueOut(BaseModel):
    """The queue: `judgments` are still wanted on `open` items; `stuck` ones wait for a lead."""

    paused: PauseOut | None
    judgments: int
    open: int
    stuck: int
    branches: list[BranchOut]


class StuckOut(BaseModel):
    """An item that was set aside, with how often each reason was given.

    `why`: too many people skipped it, or somebody did and nobody is left who has not met it.
    """

    item_id: str
    why: Literal["skipped", "nobody_left"]
    requires: list[str]
    band: str
    wanted: int
    done: int
    skips: int
    reasons: dict[str, int]
    prompt_start: str


class StuckItemsOut(BaseModel):
    """Items that were set aside, oldest first."""

    items: list[StuckOut]


def queue_out(pause: Pause | None, rows: list[tuple[Branch, QueueCount, int]]) -> QueueOut:
    """Return the wire form of a queue."""
    total = QueueCount()
    for _, count, _ in rows:
        total = total.plus(count)
    return QueueOut(
        paused=None if pause is None else PauseOut(reason=pause.reason, since=pause.since),
        judgments=total.remaining,
        open=total.open,
        stuck=total.stuck,
        branches=[
            BranchOut(
                requires=list(tags_of(branch.lane)),
                band=Band(branch.band).name.lower(),
                people=people,
                **count._asdict(),
            )
            for branch, count, people in rows
        ],
    )


def stuck_out(item: StuckItem, *, most_skips: int) -> StuckOut:
    """Return the wire form of an item that was set aside; `most_skips` as the project allows."""
    return StuckOut(
        item_id=item.item_id,
        why="skipped" if item.skips >= most_skips else "nobody_left",
        requires=list(tags_of(item.lane)),
        band=Band(item.band).name.lower(),
        wanted=item.wanted,
        done=item.done,
        skips=item.skips,
        reasons=item.reasons,
        prompt_start=item.prompt_start,
    )
