"""A thread is what it hangs on and an append-only log of entries by people under pseudonyms."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loopwright.base.types import Json


class SubjectKind(StrEnum):
    """What a thread hangs on."""

    ITEM = "item"
    """An item; only those who judged it know of the thread."""
    CRITERION = "criterion"
    """A criterion of the guideline, by its id."""
    CHECKLIST = "checklist"
    """A line of the guideline's checklist, by its text."""


class ThreadState(StrEnum):
    """Where a thread stands."""

    OPEN = "open"
    """It is being discussed."""
    RESOLVED = "resolved"
    """Somebody who may decide wrote down the answer, why, and the lesson."""
    IRRESOLVABLE = "irresolvable"
    """People differ for good reasons: the distribution of their answers is the result."""


class OpenedBy(StrEnum):
    """Why a thread was opened."""

    PERSON = "person"
    DISAGREEMENT = "disagreement"
    """The votes on the item were split when all that were wanted had been given."""


class EntryKind(StrEnum):
    """What happened in a thread."""

    OPENED = "opened"
    MESSAGE = "message"
    EDIT = "edit"
    """The text of an earlier message, anew; what was there before stays in the history."""
    DELETION = "deletion"
    """An earlier message is not shown any more."""
    STANCE = "stance"
    """What somebody answers after reading the others; the newest of each person counts."""
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class Subject:
    """What a thread hangs on: the item's id, the criterion's id, or the line's text."""

    kind: SubjectKind
    id: str


@dataclass(frozen=True)
class Thread:
    """One discussion; `last_seq` is the number of its newest entry."""

    id: str
    project_id: str
    subject_kind: SubjectKind
    subject_id: str
    question_id: str | None
    state: ThreadState
    opened_by: OpenedBy
    guideline_version_id: str | None
    created_at: float
    closed_at: float | None
    last_seq: int

    @property
    def on_item(self) -> bool:
        """Return whether it hangs on an item."""
        return self.subject_kind is SubjectKind.ITEM


@dataclass(frozen=True)
class Participant:
    """Somebody in a thread under a name of that thread; the name stays when the person leaves."""

    id: str
    thread_id: str
    person_id: str | None
    name: str
    simulated: bool
    read_seq: int
    """The newest entry that they have read."""
    here_until: float
    """When they count as gone, unless the page says before that they are still there."""


@dataclass(frozen=True)
class Entry:
    """One fact of a thread; `seq` counts the entries of a project in the order of their commits."""

    project_id: str
    seq: int
    id: str
    thread_id: str
    participant_id: str | None
    kind: EntryKind
    text: str | None
    replaces: str | None
    """The message that an edit or a deletion is about."""
    mentions: list[str]
    """Names and roles that the text calls: "annotator 2", "lead"."""
    answer: Json | None
    shown_order: str | None
    """In which order the answer's sides stood."""
    outcome: str | None
    """The answer in item order, in short."""
    lesson: str | None
    distribution: Json | None
    """How the answers fell when the thread ended: {"before": {outcome: n}, "after": {...}}."""
    created_at: float


@dataclass(frozen=True)
class Version:
    """A text that a message had before it was edited."""

    text: str
    at: float


@dataclass(frozen=True)
class ShownEntry:
    """An entry as it is read now: edits applied, a deleted text gone."""

    id: str
    seq: int
    kind: EntryKind
    participant_id: str | None
    at: float
    text: str | None
    edited_at: float | None
    deleted: bool
    history: Sequence[Version]
    mentions: Sequence[str]


@dataclass(frozen=True)
class Before:
    """Somebody's independent judgment on the item of a thread."""

    person_id: str | None
    outcome: str
    reason: str | None


@dataclass(frozen=True)
class Move:
    """So many people answered `before` by themselves and `after` having read the thread."""

    before: str | None
    """None for people who had not judged the item."""
    after: str
    people: int


@dataclass(frozen=True)
class Reader:
    """Who asks: what they may see and do in the project's threads."""

    person_id: str
    role: str
    simulated: bool
    reads_all: bool
    """Sees results, so also threads on items that they did not judge."""
    writes: bool
    """Judges, so also writes and takes a stance."""

    @property
    def resolves(self) -> bool:
        """Return whether they may end a thread: they judge and see results (lead, specialist)."""
        return self.reads_all and self.writes


@dataclass(frozen=True)
class Visit:
    """Who does something in which thread, and when."""

    project_id: str
    thread_id: str
    reader: Reader
    now: float


@dataclass(frozen=True)
class Standing:
    """A thread as one reader has it in a list."""

    thread: Thread
    messages: int
    unread: int
    called: int
    """Unread entries that mention the reader."""
    stances: int
    waits: str | None
    """Why it waits for the reader: "mention", "stance", "unread"; None where it does not."""


@dataclass(frozen=True)
class Disputed:
    """What the rule about disagreement looks at."""

    item_id: str
    project_id: str
    question_id: str
    split: bool
    n: int
    closed: bool
    """All wanted votes are there."""
    updated_at: float
    """When the votes last changed."""


@dataclass(frozen=True)
class Resolution:
    """How somebody ends a thread."""

    client_id: str
    state: ThreadState
    rationale: str
    lesson: str | None
    answer: Json | None
    replaces: str | None
    """The settlement that this one takes the place of, where the item is settled already."""


Row = dict[str, Any]
