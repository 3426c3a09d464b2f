"""Writing a thread's log: who writes joins under a name of the thread, each entry is kept once."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.discussion import rules, store
from loopwright.discussion.model import Entry, EntryKind, Participant, Reader, Thread, Visit
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.intake.rules import derived_id
from loopwright.labeling import queue


@dataclass(frozen=True)
class Draft:
    """An entry before it has its place in the log."""

    client_id: str
    kind: EntryKind
    text: str | None = None
    replaces: str | None = None
    answer: Json | None = None
    shown_order: str | None = None
    outcome: str | None = None
    lesson: str | None = None
    distribution: Json | None = None


def held(tx: Connection, visit: Visit) -> Thread:
    """Return a thread for a change; others wait. Raises NotFound for one that is not seen."""
    return _seen(tx, visit, store.hold(tx, visit.project_id, visit.thread_id))


def seen(tx: Connection, visit: Visit) -> Thread:
    """Return a thread to read. Raises NotFound, the same for one that may not be seen yet."""
    if visit.reader.reads_all:  # the ids that a wrong one is like are no secret to them
        get = partial(store.get, project_id=visit.project_id)
        return store.THREADS.one(tx, visit.thread_id, get, project_id=visit.project_id)
    return _seen(tx, visit, store.get(tx, visit.thread_id, project_id=visit.project_id))


def _seen(tx: Connection, visit: Visit, found: Thread | None) -> Thread:
    if found is not None and store.sees(tx, found, visit.reader):
        return found
    raise NotFound(
        f"There is no thread {visit.thread_id} for you in project {visit.project_id}.",
        remedy="Threads on an item open to you once you have judged it; list yours.",
        code="unknown_thread",
    )


def join(tx: Connection, found: Thread, reader: Reader, *, now: float) -> Participant:
    """Return somebody's place in a thread that is held; made on first use.

    Who reads a thread on an item without having judged it is never offered the item. Raises
    Conflict while they hold it.
    """
    people = store.participants(tx, [found.id])
    mine = next((one for one in people if one.person_id == reader.person_id), None)
    if mine is not None:
        return mine
    where = {"item_id": found.subject_id, "person_id": reader.person_id}
    if found.on_item and reader.writes and not store.judged(tx, **where):
        queue.keep_blind(tx, project_id=found.project_id, **where, now=now)
    made = Participant(
        id=new_id("thp"),
        thread_id=found.id,
        person_id=reader.person_id,
        name=rules.next_name(reader.role, {one.name for one in people}),
        simulated=reader.simulated,
        read_seq=0,
        here_until=0.0,
    )
    store.insert_participant(tx, made)
    return made


def known(tx: Connection, found: Thread, reader: Reader, draft: Draft) -> Entry | None:
    """Return the entry that a client id of this person stands for already.

    Raises Conflict where it stands for another.
    """
    entry = store.entry(tx, entry_id(found.project_id, reader, draft.client_id))
    if entry is None:
        return None
    said = (found.id, draft.kind, masked(draft.text), draft.replaces, draft.answer)
    if (entry.thread_id, entry.kind, entry.text, entry.replaces, entry.answer) != said:
        raise Conflict(
            f"The client id {draft.client_id!r} stands for another entry.",
            remedy="Make a new client id for each; keep it only to send the same one again.",
            code="client_id_reused",
        )
    return entry


def entry_id(project_id: str, reader: Reader, client_id: str) -> str:
    """Return the id of what a person sends under a client id: the same again is the same entry."""
    return derived_id("ent", project_id, reader.person_id, client_id)


def append(
    tx: Connection,
    found: Thread,
    author: tuple[Participant, Reader] | None,
    draft: Draft,
    *,
    now: float,
) -> Entry:
    """Append an entry to a thread that is held; texts are masked. No author: by the rule."""
    text = masked(draft.text)
    entry = Entry(
        project_id=found.project_id,
        seq=store.next_seq(tx, found.project_id),
        id=new_id("ent")
        if author is None
        else entry_id(found.project_id, author[1], draft.client_id),
        thread_id=found.id,
        participant_id=None if author is None else author[0].id,
        kind=draft.kind,
        text=text,
        replaces=draft.replaces,
        mentions=rules.mentions(text or ""),
        answer=draft.answer,
        shown_order=draft.shown_order,
        outcome=draft.outcome,
        lesson=masked(draft.lesson),
        distribution=draft.distribution,
        created_at=now,
    )
    store.insert_entry(tx, entry)
    return entry


def masked(text: str | None) -> str | None:
    """Return a text without what names people: nothing unmasked is stored."""
    return None if text is None else capture_text(text, MaskScope()).text
