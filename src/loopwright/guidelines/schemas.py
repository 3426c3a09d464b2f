"""Wire shapes of the guidelines stage."""

from pydantic import BaseModel

from loopwright.base.types import Json


class GuidelineOut(BaseModel):
    """A published guideline version."""

    id: str
    number: int
    text: str
    criteria: list[Json]
    checklist: list[str]
    flags: list[Json]
    digest: str
    published_at: float


class GuidelinesOut(BaseModel):
    """A project's versions, newest first."""

    versions: list[GuidelineOut]
