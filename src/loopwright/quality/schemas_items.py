"""Wire shapes of the item view. Nothing here tells who judged or which policy wrote a text."""

from typing import Literal, Self

from pydantic import BaseModel

from loopwright.intake.model import ItemPurpose
from loopwright.intake.schemas import ItemImageOut
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.item_history import Happened, Happening
from loopwright.quality.item_view import ItemView
from loopwright.quality.schemas import ConsensusOut, SettledOut, VoteOut, settled_out


class HappeningOut(BaseModel):
    """One thing that happened to the item; `detail` is an answer, a reason or a source."""

    at: float
    what: Happened
    who: str | None
    detail: str

    @classmethod
    def of(cls, found: Happening) -> Self:
        """Return the wire form."""
        return cls(**vars(found))


class ItemViewOut(BaseModel):
    """An item with its votes, its answers and its history.

    `completions` stand in the item's own order; votes count them from 1. `state` is null for an
    item that was never queued.
    """

    id: str
    question_id: str
    question: str | None
    kind: str | None
    purpose: ItemPurpose
    segment: str
    source: str
    prompt: list[dict[str, str]]
    completions: list[str]
    image: ItemImageOut | None
    created_at: float
    state: Literal["open", "closed", "stuck"] | None
    wanted: int | None
    done: int | None
    votes: list[VoteOut]
    consensus: ConsensusOut | None
    settled: SettledOut | None
    history: list[HappeningOut]

    @classmethod
    def of(cls, found: ItemView, spec: ProjectSpec) -> Self:
        """Return the wire form."""
        item, state = found.item, found.state
        asked = next((one for one in spec.questions if one.id == item.question_id), None)
        return cls(
            id=item.id,
            question_id=item.question_id,
            question=None if asked is None else asked.text,
            kind=None if asked is None else asked.kind,
            purpose=item.purpose,
            segment=found.prompt.segment,
            source=found.prompt.source,
            prompt=found.prompt.messages,
            completions=found.texts,
            image=None if item.image is None else ItemImageOut(**vars(item.image)),
            created_at=item.created_at,
            state=None if state is None else state.state.value,
            wanted=None if state is None else state.wanted,
            done=None if state is None else state.done,
            votes=[VoteOut.of(one) for one in found.votes],
            consensus=None if found.consensus is None else ConsensusOut.of(found.consensus),
            settled=settled_out(found.settlement, found.settled_text),
            history=[HappeningOut.of(one) for one in found.history],
        )


class ItemPoliciesOut(BaseModel):
    """Which policy version wrote each completion, in the item's own order."""

    policies: list[str]
