"""Wire shapes of intake."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loopwright.base.types import STORABLE, Json
from loopwright.intake.model import (
    DEFAULT_SEGMENT,
    MAX_KEY,
    MAX_TEXT,
    ImportReport,
    Item,
    ItemPurpose,
    Prompt,
)
from loopwright.projects.spec import Tags

MAX_BATCH = 1000
Text = Annotated[str, Field(max_length=MAX_TEXT, pattern=STORABLE)]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY, pattern=STORABLE)]


class Body(BaseModel):
    """What is sent; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class MessageIn(Body):
    """One turn."""

    role: Literal["system", "user", "assistant", "tool"]
    content: Text


class PromptIn(Body):
    """One prompt; `key` is unique within its source (default: what it says)."""

    messages: list[MessageIn] = Field(min_length=1, max_length=200)
    source: Key = "api"
    key: Key | None = None
    segment: Key = DEFAULT_SEGMENT
    residency: Key | None = None
    names: list[Key] = Field(default_factory=list, max_length=50)


class PromptsIn(Body):
    """A batch of prompts."""

    prompts: list[PromptIn] = Field(min_length=1, max_length=MAX_BATCH)


class PromptRef(BaseModel):
    """A prompt that was stored, in the order sent."""

    id: str
    split: str
    mask_counts: dict[str, int]


class PromptsAdded(BaseModel):
    """What a batch of prompts became."""

    prompts: list[PromptRef]


class CompletionIn(Body):
    """One completion, and which policy version wrote it (a name; made when not there)."""

    text: Text
    policy: Key = "unknown"


class ImageIn(Body):
    """An image that was sent before, by its digest; `alt` says in words what it shows."""

    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    alt: Annotated[str, Field(max_length=2000, pattern=STORABLE)] = ""
    sensitive: bool = False


class ItemIn(Body):
    """One item: completions to judge (a ranking up to nine, an image alone none), a
    demonstration (one completion), or a contrast (right, wrong)."""

    prompt: PromptIn | None = None
    prompt_id: Key | None = None
    completions: list[CompletionIn] = Field(default_factory=list, max_length=9)
    image: ImageIn | None = None
    purpose: ItemPurpose = ItemPurpose.CORE
    set_name: Key | None = None
    requires: Tags = ()
    """Skills and languages that who judges it must have."""
    not_for: list[Key] = Field(default_factory=list, max_length=50)
    """Ids of people who never get it: they wrote a part of it, or asked for it."""
    key: Key | None = None
    """Unique within the project; the same key again is the same item."""


class ImageStored(BaseModel):
    """An image that items may name by its digest; sizes in pixels."""

    digest: str
    media_type: str
    width: int
    height: int
    bytes: int


class ItemsIn(Body):
    """A batch of items to one question."""

    question: Key | None = None
    items: list[ItemIn] = Field(min_length=1, max_length=MAX_BATCH)
    overlap: int | None = Field(default=None, ge=1, le=100)
    """How many judgments each is to get; default: the project's."""
    open: bool = True


class ItemsAdded(BaseModel):
    """What a batch of items became; ids in the order sent."""

    ids: list[str]
    added: int


class PromptOut(BaseModel):
    """A stored prompt."""

    id: str
    source: str
    key: str
    messages: list[dict[str, str]]
    segment: str
    split: str
    residency: str | None
    mask_counts: dict[str, int]
    simulated: bool
    created_at: float

    @classmethod
    def of(cls, prompt: Prompt) -> PromptOut:
        """Return the wire form."""
        return cls.model_validate({name: getattr(prompt, name) for name in cls.model_fields})


class PromptPage(BaseModel):
    """A page of prompts, oldest first."""

    prompts: list[PromptOut]
    total: int


class ItemImageOut(BaseModel):
    """The image that an item shows; sizes in pixels."""

    digest: str
    width: int
    height: int
    alt: str
    sensitive: bool


class ItemOut(BaseModel):
    """A stored item; which policy wrote which completion stays hidden."""

    id: str
    question_id: str
    purpose: ItemPurpose
    set_name: str | None
    requires: list[str]
    segment: str
    source: str
    prompt: list[dict[str, str]]
    completions: list[str]
    image: ItemImageOut | None
    created_at: float

    @classmethod
    def of(cls, item: Item, prompt: Prompt, texts: list[str]) -> ItemOut:
        """Return the wire form."""
        return cls(
            id=item.id,
            question_id=item.question_id,
            purpose=item.purpose,
            set_name=item.set_name,
            requires=item.requires,
            segment=prompt.segment,
            source=prompt.source,
            prompt=prompt.messages,
            completions=texts,
            image=None if item.image is None else ItemImageOut(**vars(item.image)),
            created_at=item.created_at,
        )


class ItemPage(BaseModel):
    """A page of items, oldest first, with how many there are by purpose."""

    items: list[ItemOut]
    counts: dict[str, int]


class ImportOut(BaseModel):
    """One finished import."""

    id: str
    kind: str
    source: str
    file: str
    file_digest: str
    counts: Json
    seconds: float
    created_at: float
    sentence: str

    @classmethod
    def of(cls, report: ImportReport) -> ImportOut:
        """Return the wire form."""
        fields = {name: getattr(report, name) for name in cls.model_fields if name != "sentence"}
        return cls(**fields, sentence=sentence_of(report))


class ImportExample(BaseModel):
    """A mapping to start from, and a small file (name and content) that it reads."""

    model_config = ConfigDict(from_attributes=True)

    form: Literal[
        "pairwise",
        "single_label",
        "multi_label",
        "ranking",
        "rubric",
        "likert",
        "correction",
        "boxes",
        "scorecard",
        "people",
        "preferences",
        "demonstrations",
        "prompts",
        "contrast",
    ]
    """The kind of question that its votes answer, or of import; people: a column for each."""
    question: str | None
    mapping: str
    file: str
    rows: str


class ImportExamples(BaseModel):
    """A project's examples: its questions first, in their order."""

    examples: list[ImportExample]


class ImportsOut(BaseModel):
    """A project's imports, newest first."""

    imports: list[ImportOut]


def sentence_of(report: ImportReport) -> str:
    """Return in a sentence what an import did."""
    names = ("judgments", "items", "prompts", "feedback")
    added = [(name, report.counts.get(f"{name}_added", 0)) for name in names]
    what = ", ".join(
        f"{count:,} {name.removesuffix('s') if count == 1 else name}"
        for name, count in added
        if count
    )
    skipped = _differing(report.counts) + _skipped(report.counts)
    out = report.counts.get("left_out") or {}
    listed = ", ".join(f"{count:,} {reason}" for reason, count in sorted(out.items()))
    skipped = (f" Left out: {listed}." if listed else "") + skipped
    if not what and report.counts.get("rows") == 0:
        return f"Nothing in {report.file} could be taken in.{skipped}"
    if not what:
        return f"Nothing was added: all of {report.file} was already there.{skipped}"
    return f"Added {what} from {report.file}.{skipped}"


def _differing(counts: Json) -> str:
    """Say how many votes contradict an earlier one that stands."""
    count = counts.get("differing", 0)
    if not count:
        return ""
    votes = "1 vote says" if count == 1 else f"{count:,} votes say"
    return f" {votes} other than an earlier one by the same person, which stands."


def _skipped(counts: Json) -> str:
    """Say how many rows, and single answers of other rows, were skipped."""
    answers = counts.get("rejected_answers", 0)
    given = ((counts.get("rejected", 0) - answers, "row"), (answers, "single answer"))
    told = [f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in given if count]
    if not told:
        return ""
    were = "was" if counts["rejected"] == 1 else "were"
    return f" {' and '.join(told)} {were} skipped; the rejects say why."
