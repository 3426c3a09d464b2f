"""A guideline version as annotators see it."""

from dataclasses import dataclass

from loopwright.base.types import Json


@dataclass(frozen=True)
class GuidelineVersion:
    """Immutable once published; `number` counts from 1 within its project."""

    id: str
    project_id: str
    number: int
    text: str
    criteria: list[Json]
    checklist: list[str]
    flags: list[Json]
    digest: str
    published_at: float
