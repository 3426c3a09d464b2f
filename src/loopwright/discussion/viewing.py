"""What a reader sees of threads: names of the thread instead of people, others' stances late."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.discussion import log, rules, store
from loopwright.discussion.answering import as_shown
from loopwright.discussion.model import (
    Before,
    Entry,
    EntryKind,
    Move,
    Participant,
    Reader,
    ShownEntry,
    Standing,
    SubjectKind,
    Thread,
    ThreadState,
    Visit,
)
from loopwright.guidelines import store as guidelines
from loopwright.intake import store as intake
from loopwright.labeling.offers import Offer, offers_of
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.questions.model import ShownOrder

TITLE = 200
"""Symbols of a prompt that stand for its item in a list."""


@dataclass(frozen=True)
class Share:
    """One answer among the independent judgments, with the reasons that came with it."""

    text: str
    votes: int
    reasons: Sequence[str]
    mine: bool


@dataclass(frozen=True)
class MoveInWords:
    """How many went from one answer to another, in words."""

    before: str | None
    after: str
    people: int


@dataclass(frozen=True)
class End:
    """How a thread ended."""

    by: str
    at: float
    text: str
    lesson: str | None
    answer: str | None
    """In words."""
    before: Sequence[tuple[str, int]]
    after: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Listed:
    """A thread in a list, with what it is about in a line."""

    standing: Standing
    title: str


@dataclass(frozen=True)
class ThreadView:
    """A thread as one reader sees it."""

    listed: Listed
    me: Participant | None
    people: Sequence[Participant]
    here: Sequence[str]
    entries: Sequence[ShownEntry]
    read_seq: int
    seq: int
    """Number of the project's newest entry: a stream goes on from there."""
    offer: Offer | None
    votes: Sequence[Share]
    stance: Json | None
    moves: Sequence[MoveInWords] | None
    """None while the reader has not said where they stand."""
    end: End | None
    reader: Reader


def view(tx: Connection, visit: Visit) -> ThreadView:
    """Return a thread. Raises NotFound, the same for one that the reader may not see yet."""
    found, reader = log.seen(tx, visit), visit.reader
    project = projects.get(tx, found.project_id)
    seq = store.last_seq(tx, found.project_id)  # first: what comes after it is streamed
    people = store.participants(tx, [found.id])
    me = next((one for one in people if one.person_id == reader.person_id), None)
    entries = store.entries(tx, found.id)
    before = store.before(tx, found.subject_id) if found.on_item else []
    stances = rules.stances(entries)
    mine = None if me is None else stances.get(me.id)
    tells = mine is not None or reader.reads_all or found.state is not ThreadState.OPEN
    told = rules.moves(stances, people, before) if tells else None
    [listed] = listing(tx, project.spec, [found], reader)
    offer = None
    if found.on_item:
        [offer] = offers_of(tx, project=project, assignments=[as_shown(tx, found)])
    words = _Words(project.spec, found, None if offer is None else offer.assignment.shown_order)
    return ThreadView(
        listed=listed,
        me=me,
        people=people,
        here=store.here(tx, found.id, now=visit.now),
        entries=rules.shown(entries),
        read_seq=0 if me is None else me.read_seq,
        seq=seq,
        offer=offer,
        votes=_shares(words, before, reader),
        stance=None if mine is None else mine.answer,
        moves=None if told is None else [words.moved(one) for one in told],
        end=_end(words, entries, people),
        reader=reader,
    )


def listing(
    tx: Connection, spec: ProjectSpec, threads: Sequence[Thread], reader: Reader
) -> list[Listed]:
    """Return threads as they stand in a reader's list, in the order given."""
    ids = [one.id for one in threads]
    people = {
        one.thread_id: one
        for one in store.participants(tx, ids)
        if one.person_id == reader.person_id
    }
    said = store.entries_of(tx, ids, (EntryKind.MESSAGE, EntryKind.STANCE, EntryKind.DELETION))
    unread = store.unread(tx, threads, reader)
    items = [one.subject_id for one in threads if one.on_item]
    judged = store.judged_of(tx, items, person_id=reader.person_id)
    titles = _titles(tx, threads)
    standings = (
        _standing(
            one,
            reader,
            people.get(one.id),
            [entry for entry in said if entry.thread_id == one.id],
            [entry for entry in unread if entry.thread_id == one.id],
            judged=one.on_item and one.subject_id in judged,
        )
        for one in threads
    )
    return [Listed(one, titles[one.thread.id]) for one in standings]


def waiting(tx: Connection, *, project_id: str, reader: Reader, limit: int) -> list[Listed]:
    """Return the threads that wait for a reader: called first, then unread, then their stance."""
    spec = projects.get(tx, project_id).spec
    threads = store.page(tx, project_id, reader, mine=True, limit=limit)
    found = [one for one in listing(tx, spec, threads, reader) if one.standing.waits]
    order = ("mention", "unread", "stance")
    return sorted(found, key=lambda one: order.index(one.standing.waits or "stance"))


def _standing(
    found: Thread,
    reader: Reader,
    me: Participant | None,
    said: Sequence[Entry],
    unread: Sequence[Entry],
    *,
    judged: bool,
) -> Standing:
    gone = {one.replaces for one in said if one.kind is EntryKind.DELETION}
    stances = rules.stances(said)
    fresh = [one for one in unread if one.id not in gone]
    name = None if me is None else me.name
    called = sum(1 for one in fresh if rules.calls(one.mentions, name=name, role=reader.role))
    took = me is not None and me.id in stances
    return Standing(
        thread=found,
        messages=sum(1 for one in said if one.kind is EntryKind.MESSAGE and one.id not in gone),
        unread=len(fresh),
        called=called,
        stances=len(stances),
        waits=rules.waits(found, unread=len(fresh), called=called, judged=judged, took_stance=took),
    )


def _titles(tx: Connection, threads: Sequence[Thread]) -> dict[str, str]:
    """Return what each thread is about: the end of the prompt, the criterion's name, the line."""
    items = intake.items_with_prompts(tx, [one.subject_id for one in threads if one.on_item])
    prompts = {key: str(prompt.messages[-1]["content"]) for key, (_, prompt) in items.items()}
    return {
        one.id: prompts[one.subject_id][:TITLE] if one.on_item else _section(tx, one)
        for one in threads
    }


def _section(tx: Connection, found: Thread) -> str:
    version = guidelines.published(tx, found.guideline_version_id or "")
    if found.subject_kind is SubjectKind.CRITERION and version is not None:
        named = (one["name"] for one in version.criteria if one["id"] == found.subject_id)
        return str(next(named, found.subject_id))
    return found.subject_id


@dataclass(frozen=True)
class _Words:
    """Says outcomes as the people of a thread see the item."""

    spec: ProjectSpec
    thread: Thread
    order: ShownOrder | None

    def of(self, outcome: str) -> str:
        return rules.in_words(self.spec, self.thread.question_id or "", outcome, self.order)

    def moved(self, move: Move) -> MoveInWords:
        before = None if move.before is None else self.of(move.before)
        return MoveInWords(before, self.of(move.after), move.people)

    def fell(self, counts: Json) -> list[tuple[str, int]]:
        return [(self.of(outcome), people) for outcome, people in counts.items()]


def _shares(words: _Words, before: Sequence[Before], reader: Reader) -> list[Share]:
    mine = {one.outcome for one in before if one.person_id == reader.person_id}
    return [
        Share(
            text=words.of(outcome),
            votes=votes,
            reasons=[one.reason for one in before if one.outcome == outcome and one.reason],
            mine=outcome in mine,
        )
        for outcome, votes in Counter(one.outcome for one in before).most_common()
    ]


def _end(words: _Words, entries: Sequence[Entry], people: Sequence[Participant]) -> End | None:
    last = next((one for one in entries if one.kind is EntryKind.RESOLUTION), None)
    if last is None:
        return None
    fell = last.distribution or {}
    return End(
        by=next((one.name for one in people if one.id == last.participant_id), ""),
        at=last.created_at,
        text=last.text or "",
        lesson=last.lesson,
        answer=None if last.outcome is None else words.of(last.outcome),
        before=words.fell(fell.get("before", {})),
        after=words.fell(fell.get("after", {})),
    )
