"""Wire shapes of discussion: names of the thread, never people."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from loopwright.base.types import LARGEST, STORABLE, Json
from loopwright.discussion.model import (
    OpenedBy,
    Participant,
    Reader,
    Resolution,
    ShownEntry,
    SubjectKind,
    ThreadState,
)
from loopwright.discussion.viewing import End, Listed, ThreadView
from loopwright.labeling.schemas import AssignmentOut, assignment_out

MOST_TEXT = 4000
ClientId = Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
Message = Annotated[str, Field(min_length=1, max_length=MOST_TEXT, pattern=STORABLE)]


class Body(BaseModel):
    """What is sent holds only what is known."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("text", "rationale", "lesson", check_fields=False)
    @classmethod
    def _says_something(cls, text: str | None) -> str | None:
        if text is not None and not text.strip():
            raise ValueError("it is blank: there is nothing to read")
        return text


class SubjectIn(Body):
    """What a thread hangs on: an item's id, a criterion's id, or the text of a checklist line."""

    kind: SubjectKind
    id: Annotated[str, Field(min_length=1, max_length=4000, pattern=STORABLE)]


class ThreadIn(Body):
    """A thread's first message; the same `client_id` again is the same message."""

    client_id: ClientId
    subject: SubjectIn
    text: Message


class MessageIn(Body):
    """A message, or the new text of one; Markdown. `@annotator-2` and `@lead` call people."""

    client_id: ClientId
    text: Message


class StanceIn(Body):
    """An answer to the item's question, in the shape and the order in which it is shown."""

    client_id: ClientId
    answer: Json


class ResolutionIn(Body):
    """How a thread ends: with an answer (on an item), why, and what is to be learned from it.

    `replaces` names the settlement that stands, where the item is settled already.
    """

    client_id: ClientId
    outcome: Literal["resolved", "irresolvable"]
    answer: Json | None = None
    rationale: Message
    lesson: Message | None = None
    replaces: Annotated[str, Field(max_length=200, pattern=STORABLE)] | None = None

    def resolution(self) -> Resolution:
        """Return what was decided."""
        return Resolution(
            client_id=self.client_id,
            state=ThreadState(self.outcome),
            rationale=self.rationale,
            lesson=self.lesson,
            answer=self.answer,
            replaces=self.replaces,
        )


class PresenceIn(Body):
    """How far one has read, and whether one is still there; send it every 15 seconds."""

    read: Annotated[int, Field(ge=0, le=LARGEST)]
    here: bool = True


class ThreadSubjectOut(BaseModel):
    """What a thread hangs on, and what to call it in a line."""

    kind: SubjectKind
    id: str
    title: str


class ThreadRow(BaseModel):
    """A thread in a list. `waits` says why it waits for the reader, null where it does not."""

    id: str
    subject: ThreadSubjectOut
    state: ThreadState
    opened_by: OpenedBy
    created_at: float
    closed_at: float | None
    messages: int
    stances: int
    unread: int
    called: int
    waits: Literal["mention", "unread", "stance"] | None


class ThreadsOut(BaseModel):
    """A page of threads; `next` is the `before` of the next page."""

    threads: list[ThreadRow]
    next: str | None


class MyThreadsOut(BaseModel):
    """The threads that wait for the reader, and how much is unread in them."""

    threads: list[ThreadRow]
    unread: int
    called: int


class TalkerOut(BaseModel):
    """Somebody in a thread, by the name that they have there."""

    name: str
    me: bool
    here: bool
    simulated: bool


class EarlierOut(BaseModel):
    """A text that a message had before it was edited."""

    text: str
    at: float


class ThreadEntryOut(BaseModel):
    """Something that happened; `text` is null where it was deleted or there is none."""

    id: str
    seq: int
    kind: str
    author: str | None
    mine: bool
    at: float
    text: str | None
    edited_at: float | None
    deleted: bool
    history: list[EarlierOut]


class VotedOut(BaseModel):
    """One answer among the independent judgments."""

    text: str
    votes: int
    reasons: list[str]
    mine: bool


class MovedOut(BaseModel):
    """So many people went from one answer to another; `before` null: they had not judged."""

    before: str | None
    after: str
    people: int


class AnswerCountOut(BaseModel):
    """An answer and how many gave it."""

    text: str
    people: int


class ThreadEndOut(BaseModel):
    """How a thread ended, and how the answers fell before and after it."""

    by: str
    at: float
    rationale: str
    lesson: str | None
    answer: str | None
    before: list[AnswerCountOut]
    after: list[AnswerCountOut]


class ThreadMayOut(BaseModel):
    """What the reader may do here now."""

    write: bool
    answer: bool
    resolve: bool
    remove: bool
    """Take down what others wrote."""


class ThreadOut(ThreadRow):
    """A thread as one reader sees it. `seq` is where the stream goes on from.

    `stance` is the reader's own answer now; `moves` is null until they gave one.
    """

    me: str | None
    people: list[TalkerOut]
    entries: list[ThreadEntryOut]
    read: int
    seq: int
    item: AssignmentOut | None
    votes: list[VotedOut]
    stance: Json | None
    moves: list[MovedOut] | None
    end: ThreadEndOut | None
    may: ThreadMayOut


def row_fields(listed: Listed) -> Json:
    """Return the fields of a thread in a list."""
    one = listed.standing.thread
    return {
        "id": one.id,
        "subject": ThreadSubjectOut(kind=one.subject_kind, id=one.subject_id, title=listed.title),
        "state": one.state,
        "opened_by": one.opened_by,
        "created_at": one.created_at,
        "closed_at": one.closed_at,
        "messages": listed.standing.messages,
        "stances": listed.standing.stances,
        "unread": listed.standing.unread,
        "called": listed.standing.called,
        "waits": listed.standing.waits,
    }


def thread_row(listed: Listed) -> ThreadRow:
    """Return the wire form of a thread in a list."""
    return ThreadRow(**row_fields(listed))


def thread_out(view: ThreadView) -> ThreadOut:
    """Return the wire form of a thread."""
    found = view.listed.standing.thread
    is_open = found.state is ThreadState.OPEN
    names = {one.id: one.name for one in view.people}
    mine = None if view.me is None else view.me.id
    return ThreadOut(
        **row_fields(view.listed),
        me=None if view.me is None else view.me.name,
        people=[_person(one, view) for one in view.people],
        entries=[entry_out(one, names, mine) for one in view.entries],
        read=view.read_seq,
        seq=view.seq,
        item=None if view.offer is None else assignment_out(view.offer),
        votes=[VotedOut(**{**vars(one), "reasons": list(one.reasons)}) for one in view.votes],
        stance=view.stance,
        moves=None if view.moves is None else [MovedOut(**vars(one)) for one in view.moves],
        end=None if view.end is None else _end(view.end),
        may=_may(view.reader, on_item=found.on_item, is_open=is_open),
    )


def entry_out(entry: ShownEntry, names: dict[str, str], mine: str | None) -> ThreadEntryOut:
    """Return the wire form of an entry; `names` are the people of its thread."""
    return ThreadEntryOut(
        id=entry.id,
        seq=entry.seq,
        kind=entry.kind.value,
        author=names.get(entry.participant_id or ""),
        mine=mine is not None and entry.participant_id == mine,
        at=entry.at,
        text=entry.text,
        edited_at=entry.edited_at,
        deleted=entry.deleted,
        history=[EarlierOut(text=one.text, at=one.at) for one in entry.history],
    )


def _person(one: Participant, view: ThreadView) -> TalkerOut:
    return TalkerOut(
        name=one.name,
        me=view.me is not None and one.id == view.me.id,
        here=one.name in view.here,
        simulated=one.simulated,
    )


def _may(reader: Reader, *, on_item: bool, is_open: bool) -> ThreadMayOut:
    return ThreadMayOut(
        write=reader.writes and is_open,
        answer=reader.writes and is_open and on_item,
        resolve=reader.resolves and is_open,
        remove=reader.resolves,
    )


def _end(end: End) -> ThreadEndOut:
    return ThreadEndOut(
        by=end.by,
        at=end.at,
        rationale=end.text,
        lesson=end.lesson,
        answer=end.answer,
        before=[AnswerCountOut(text=text, people=people) for text, people in end.before],
        after=[AnswerCountOut(text=text, people=people) for text, people in end.after],
    )
