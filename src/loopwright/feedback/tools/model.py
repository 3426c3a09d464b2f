"""What a row of another tool's export says, before it is decided what it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from loopwright.base.types import Json
from loopwright.intake.model import Message


class Tool(StrEnum):
    """Tools whose exports are read without a mapping file."""

    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"
    HUGGINGFACE = "huggingface"


@dataclass(frozen=True)
class Box:
    """A labeled rectangle: x, y, width and height in percent of the image; its size in pixels."""

    labels: tuple[str, ...]
    percent: tuple[float, float, float, float]
    size: tuple[int, int] | None
    turned: bool


Kind = Literal["pair", "ranking", "label", "rating", "text", "thumb", "box"]
Prompt = str | Sequence[Message]


@dataclass(frozen=True)
class Shown:
    """What somebody judged: a prompt with its completions, if any, and its key in the tool."""

    key: str
    prompt: Prompt
    texts: tuple[Prompt, ...] = ()
    sources: tuple[str, ...] = ()
    image: str = ""
    """The file name of the image that was shown."""


@dataclass(frozen=True)
class Said:
    """One answer of one person to one control (or question) of the tool."""

    place: str
    shown: Shown
    control: str
    kind: Kind
    value: str
    """pair: first, second, tie or both_bad; label, text: as it stands; thumb: up or down."""
    annotator: str
    score: float | None = None
    most: float | None = None
    at: float | None = None
    ranks: tuple[float, ...] = ()
    """ranking: the rank of each shown text, 1 the best."""
    box: Box | None = None
    sheet: str = ""
    """Which of the person's answers to the whole row this belongs to, where there are several."""
    side: str = ""
    """first or second: which of two shown texts it is about, where the tool says so."""
    unread: str = ""
    """Why the answer cannot be read; the others of its row can."""


@dataclass(frozen=True)
class Plain:
    """A row that one of the plain imports takes as it is."""

    place: str
    values: Json


@dataclass(frozen=True)
class LeftOut:
    """Something that is not taken in, with the reason as a plural noun ("predictions")."""

    what: str
    count: int = 1


@dataclass(frozen=True)
class Bad:
    """A row, or one person's answer in it, that cannot be read, and why."""

    place: str
    reason: str
    who: str = ""
    """Whose answer it is; "" for the whole row."""

    @property
    def where(self) -> str:
        """Return the place with the person."""
        return f"{self.place}, annotator {self.who}" if self.who else self.place


Read = Said | Plain | LeftOut | Bad

Fields = Mapping[str, str]
"""Ours (prompt, completion, first, second, image) -> the tool's field, where not guessed."""
