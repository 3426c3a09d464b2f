"""Wire shapes of an annotator's own work."""

from pydantic import BaseModel

from loopwright.base.types import Json
from loopwright.labeling.schemas import QuestionOut
from loopwright.labeling.store_mine import MyJudgment
from loopwright.questions.correction import UNCHANGED, Correction


class MyJudgmentOut(BaseModel):
    """A judgment of mine, in the sides that I was shown.

    `unchanged` tells of a correction whether the text was left as it was; null for other kinds.
    """

    id: str
    item_id: str
    question_id: str
    kind: str | None
    answer: Json
    unchanged: bool | None
    created_at: float
    undone: bool
    can_undo: bool
    active_ms: int | None
    revisions: int | None
    signals: Json | None
    note: str | None
    guideline_number: int | None
    prompt_start: str


class MyJudgmentsOut(BaseModel):
    """Judgments of mine, newest first; `next` is null on the last page.

    `questions` holds what was asked, by id, as the project asks it now.
    """

    judgments: list[MyJudgmentOut]
    questions: dict[str, QuestionOut]
    next: str | None


class DayOut(BaseModel):
    """What I did on a day, in UTC."""

    day: str
    judged: int
    skipped: int
    active_ms: int


class MyDaysOut(BaseModel):
    """Days with any work of mine, newest first."""

    days: list[DayOut]


def my_judgment_out(one: MyJudgment, *, can_undo: bool) -> MyJudgmentOut:
    """Return the wire form of a judgment of mine."""
    found = one.judgment
    return MyJudgmentOut(
        id=found.id,
        item_id=found.item_id,
        question_id=found.question_id,
        kind=found.kind,
        answer=found.answer,
        unchanged=found.outcome == UNCHANGED if found.kind == Correction.name else None,
        created_at=found.created_at,
        undone=found.superseded_by is not None and found.superseded_by.startswith("undo:"),
        can_undo=can_undo,
        active_ms=found.active_ms,
        revisions=found.revisions,
        signals=found.signals,
        note=found.note,
        guideline_number=one.guideline_number,
        prompt_start=one.prompt_start,
    )
