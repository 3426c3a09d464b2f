"""What arrives: prompts, completions, items to judge, and the imports that brought them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from loopwright.base.types import Json

Message = dict[str, str]
"""One turn: {"role": "system" | "user" | "assistant", "content": text}."""

DEFAULT_SEGMENT = "all"
MAX_TEXT = 400_000
"""Characters of one prompt's turn, or of one completion."""
MAX_KEY = 200
"""Characters of a name that something is known by: an item's key, an annotator, a source."""


class ItemPurpose(StrEnum):
    """Why an item is judged (or kept)."""

    CORE = "core"
    """A plain share of what the policy meets."""
    CONFUSED = "confused"
    """Chosen because the reward model is unsure."""
    TARGETED = "targeted"
    """Chosen because a failure was found there."""
    EVALUATION = "evaluation"
    """Compares two policy versions; never trained on."""
    CONTRAST = "contrast"
    """A right and a wrong answer known beforehand; audits reward models, never queued."""
    DEMONSTRATION = "demonstration"
    """A prompt with the answer to learn from; never queued."""
    SHADOW = "shadow"
    """Compares a candidate with the stable version on live traffic."""


QUEUED = frozenset(set(ItemPurpose) - {ItemPurpose.CONTRAST, ItemPurpose.DEMONSTRATION})
"""Purposes whose items may be offered to annotators."""


@dataclass(frozen=True)
class NewPrompt:
    """A prompt as it arrives, not yet masked; `key` is unique within its source."""

    messages: Sequence[Message]
    source: str
    key: str | None = None
    """None: the digest of the messages."""
    segment: str = DEFAULT_SEGMENT
    residency: str | None = None
    names: Sequence[str] = ()
    """Names of people known from the row's metadata, masked wherever they stand."""
    origin: Json = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True)
class NewCompletion:
    """A policy version's text as it arrives, not yet masked.

    `messages` is set only when the policy's part is more than one assistant turn.
    """

    prompt_id: str
    policy_version_id: str
    text: str
    messages: Sequence[Message] | None = None


@dataclass(frozen=True)
class Image:
    """A stored image of a project, by the digest of its bytes; sizes in pixels."""

    digest: str
    media_type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class ItemImage:
    """The image that an item shows; `sensitive` asks for a cover until the annotator lifts it."""

    digest: str
    width: int
    height: int
    alt: str
    sensitive: bool


@dataclass(frozen=True)
class NewItem:
    """A prompt with the completions to judge, in item order ("first", "second")."""

    question_id: str
    prompt_id: str
    completion_ids: Sequence[str]
    purpose: ItemPurpose
    origin_key: str
    """Unique within the project: the same key again is the same item."""
    set_name: str | None = None
    origin: Json = field(default_factory=dict)
    requires: Sequence[str] = ()
    """Skills and languages that who judges it must have."""
    image: ItemImage | None = None


@dataclass(frozen=True)
class MaskedPrompt:
    """A prompt whose messages hold no unmasked value; made only by `intake.capture`."""

    id: str
    project_id: str
    source: str
    key: str
    messages: Sequence[Message]
    digest: str
    segment: str
    residency: str | None
    mask_counts: Mapping[str, int]
    origin: Json
    simulated: bool


@dataclass(frozen=True)
class MaskedText:
    """A completion whose text holds no unmasked value; made only by `intake.capture`."""

    text: str
    messages: Sequence[Message] | None
    digest: str
    mask_counts: Mapping[str, int]


@dataclass(frozen=True)
class Prompt:
    """A stored prompt."""

    id: str
    project_id: str
    source: str
    key: str
    messages: list[Message]
    digest: str
    segment: str
    split: str
    residency: str | None
    mask_counts: dict[str, int]
    origin: Json
    simulated: bool
    created_at: float


@dataclass(frozen=True)
class Completion:
    """A stored completion."""

    id: str
    prompt_id: str
    policy_version_id: str
    text: str
    messages: list[Message] | None
    digest: str
    created_at: float

    def as_messages(self) -> list[Message]:
        """Return the completion as turns that follow the prompt."""
        return self.messages or [{"role": "assistant", "content": self.text}]


@dataclass(frozen=True)
class Item:
    """A stored item."""

    id: str
    project_id: str
    question_id: str
    prompt_id: str
    completion_ids: list[str]
    requires: list[str]
    purpose: ItemPurpose
    set_name: str | None
    image: ItemImage | None
    digest: str
    origin: Json
    origin_key: str
    created_at: float


@dataclass(frozen=True)
class Placed:
    """What a bulk insert did: the ids in the order asked, and those that are new."""

    ids: list[str]
    added: frozenset[str]


@dataclass(frozen=True)
class ImportCounts:
    """What one import read and what of it was new."""

    rows: int = 0
    rejected: int = 0
    rejected_answers: int = 0
    """Those of the rejected that are one person's answer in another tool's row, not a row."""
    repeated: int = 0
    """Votes of a person on an item that the file holds more than once."""
    differing: int = 0
    """Votes that say other than an earlier one by the same person on the item, which stands."""
    prompts: int = 0
    completions: int = 0
    items: int = 0
    judgments: int = 0
    annotators: int = 0
    sources: int = 0
    prompts_added: int = 0
    items_added: int = 0
    judgments_added: int = 0
    masked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportReport:
    """One finished import."""

    id: str
    project_id: str
    kind: str
    source: str
    file: str
    file_digest: str
    mapping_digest: str
    counts: Json
    seconds: float
    created_at: float


@dataclass(frozen=True)
class Reject:
    """A row that was skipped, with the reason."""

    place: str
    reason: str
