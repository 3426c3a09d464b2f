"""Every query of discussion."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    case,
    func,
    or_,
    select,
    true,
    type_coerce,
)

from loopwright.accounts.tables import rater
from loopwright.discussion.model import (
    Before,
    Disputed,
    Entry,
    EntryKind,
    OpenedBy,
    Participant,
    Reader,
    Row,
    Subject,
    SubjectKind,
    Thread,
    ThreadState,
)
from loopwright.discussion.rules import READ, word_of
from loopwright.discussion.tables import thread, thread_entry, thread_participant, thread_stream
from loopwright.infra.refs import Ids
from loopwright.infra.upsert import insert_into
from loopwright.intake.tables import item
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import judgment
from loopwright.quality.store_settlements import is_settled
from loopwright.quality.tables import consensus
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state

THREADS = Ids(
    noun="thread",
    id=thread.c.id,
    project=thread.c.project_id,
    remedy="List the project's threads and use one of their ids.",
)


def next_seq(tx: Connection, project_id: str) -> int:
    """Return the number of the project's next entry; others wait for it until this one commits.

    So whoever reads on from a number never misses one that was given out before.
    """
    insert = insert_into(tx, thread_stream).values(project_id=project_id, last_seq=1)
    statement = insert.on_conflict_do_update(
        index_elements=["project_id"], set_={"last_seq": thread_stream.c.last_seq + 1}
    )
    return int(tx.scalar(statement.returning(thread_stream.c.last_seq)) or 0)


def last_seq(tx: Connection, project_id: str) -> int:
    """Return the number of the project's newest entry, 0 before the first."""
    query = select(thread_stream.c.last_seq).where(thread_stream.c.project_id == project_id)
    return int(tx.scalar(query) or 0)


def insert_thread(tx: Connection, made: Thread) -> bool:
    """Store a thread; return False where there is an open one on its subject."""
    statement = insert_into(tx, thread).values(asdict(made)).on_conflict_do_nothing()
    return tx.scalar(statement.returning(thread.c.id)) is not None


def open_on(tx: Connection, project_id: str, subject: Subject) -> Thread | None:
    """Return the open thread on a subject, held for a change."""
    query = select(thread).where(
        thread.c.project_id == project_id,
        thread.c.subject_kind == subject.kind.value,
        thread.c.subject_id == subject.id,
        thread.c.state == ThreadState.OPEN.value,
    )
    return _one_thread(tx, query.with_for_update())


def get(tx: Connection, thread_id: str, *, project_id: str) -> Thread | None:
    """Return a thread of the project."""
    return _one_thread(tx, _by_id(project_id, thread_id))


def hold(tx: Connection, project_id: str, thread_id: str) -> Thread | None:
    """Return a thread of the project; others who change it wait until the transaction ends."""
    return _one_thread(tx, _by_id(project_id, thread_id).with_for_update())


def close(tx: Connection, thread_id: str, *, state: ThreadState, now: float) -> None:
    """Mark a thread as ended."""
    ended = thread.update().where(thread.c.id == thread_id)
    tx.execute(ended.values(state=state.value, closed_at=now))


def may_see(reader: Reader) -> ColumnElement[bool]:
    """Return the condition under which a reader knows of a thread: blind until judged."""
    if reader.reads_all:
        return true()
    return or_(thread.c.subject_kind != SubjectKind.ITEM.value, has_judged(reader.person_id))


def has_judged(person_id: str) -> ColumnElement[bool]:
    """Return the condition that somebody's judgment on the item of a thread is in force."""
    return (
        select(judgment.c.id)
        .join(rater, rater.c.id == judgment.c.rater_id)
        .where(
            judgment.c.item_id == thread.c.subject_id,
            judgment.c.superseded_by.is_(None),
            rater.c.person_id == person_id,
        )
        .exists()
    )


def sees(tx: Connection, found: Thread, reader: Reader) -> bool:
    """Return whether a reader may know of a thread."""
    query = select(thread.c.id).where(thread.c.id == found.id, may_see(reader))
    return tx.scalar(query) is not None


def judged(tx: Connection, *, item_id: str, person_id: str) -> bool:
    """Return whether a person's judgment on an item is in force."""
    return bool(judged_of(tx, [item_id], person_id=person_id))


def judged_of(tx: Connection, item_ids: Iterable[str], *, person_id: str) -> set[str]:
    """Return those of these items on which a person's judgment is in force."""
    return {
        item_id
        for part in chunks(sorted(set(item_ids)))
        for item_id in tx.scalars(
            select(judgment.c.item_id)
            .join(rater, rater.c.id == judgment.c.rater_id)
            .where(
                judgment.c.item_id.in_(part),
                judgment.c.superseded_by.is_(None),
                rater.c.person_id == person_id,
            )
        )
    }


def before(tx: Connection, item_id: str) -> list[Before]:
    """Return the independent judgments in force on an item, in the order they came."""
    query = (
        select(judgment.c.outcome, judgment.c.answer, rater.c.person_id)
        .outerjoin(rater, rater.c.id == judgment.c.rater_id)
        .where(judgment.c.item_id == item_id, judgment.c.superseded_by.is_(None))
        .order_by(judgment.c.seq)
    )
    return [
        Before(row.person_id, row.outcome, row.answer.get("reason")) for row in tx.execute(query)
    ]


def page(
    tx: Connection,
    project_id: str,
    reader: Reader,
    *,
    state: ThreadState | None = None,
    subject: SubjectKind | None = None,
    subject_id: str | None = None,
    mine: bool = False,
    before_seq: int | None = None,
    limit: int,
) -> list[Thread]:
    """Return threads that a reader may see, the latest activity first.

    `mine`: only those on items that they judged, that they are in, or that call their role.
    """
    query = select(thread).where(thread.c.project_id == project_id, may_see(reader))
    if state is not None:
        query = query.where(thread.c.state == state.value)
    if subject is not None:
        query = query.where(thread.c.subject_kind == subject.value)
    if subject_id is not None:
        query = query.where(thread.c.subject_id == subject_id)
    if mine:
        query = query.where(_concerns(reader))
    if before_seq is not None:
        query = query.where(thread.c.last_seq < before_seq)
    query = query.order_by(thread.c.last_seq.desc()).limit(limit)
    return [_thread(row) for row in tx.execute(query).mappings()]


def _concerns(reader: Reader) -> ColumnElement[bool]:
    is_in = select(thread_participant.c.id).where(
        thread_participant.c.thread_id == thread.c.id,
        thread_participant.c.person_id == reader.person_id,
    )
    called = select(thread_entry.c.id).where(
        thread_entry.c.thread_id == thread.c.id,
        type_coerce(thread_entry.c.mentions, Text).contains(f'"{word_of(reader.role)}"'),
    )
    on_mine = (thread.c.subject_kind == SubjectKind.ITEM.value) & has_judged(reader.person_id)
    return or_(on_mine, is_in.exists(), called.exists())


def participants(tx: Connection, thread_ids: Iterable[str]) -> list[Participant]:
    """Return the people of threads, in the order in which they joined."""
    return [
        Participant(**row)
        for part in chunks(list(thread_ids))
        for row in tx.execute(
            select(thread_participant)
            .where(thread_participant.c.thread_id.in_(part))
            .order_by(thread_participant.c.id)
        ).mappings()
    ]


def insert_participant(tx: Connection, made: Participant) -> None:
    """Store somebody who joins a thread that is held."""
    tx.execute(thread_participant.insert().values(asdict(made)))


def mark_seen(tx: Connection, participant_id: str, *, read_seq: int, here_until: float) -> None:
    """Store how far somebody has read, never less than before, and until when they are here."""
    read = thread_participant.c.read_seq
    tx.execute(
        thread_participant.update()
        .where(thread_participant.c.id == participant_id)
        .values(read_seq=_larger(read, read_seq), here_until=here_until)
    )


def here(tx: Connection, thread_id: str, *, now: float) -> list[str]:
    """Return the names of those who are in a thread now."""
    query = select(thread_participant.c.name).where(
        thread_participant.c.thread_id == thread_id, thread_participant.c.here_until > now
    )
    return sorted(tx.scalars(query))


def entries(tx: Connection, thread_id: str) -> list[Entry]:
    """Return a thread's log, oldest first."""
    query = select(thread_entry).where(thread_entry.c.thread_id == thread_id)
    return _entries(tx, query.order_by(thread_entry.c.seq))


def entry(tx: Connection, entry_id: str) -> Entry | None:
    """Return one entry."""
    found = _entries(tx, select(thread_entry).where(thread_entry.c.id == entry_id))
    return found[0] if found else None


def insert_entry(tx: Connection, made: Entry) -> None:
    """Append an entry to the log of a thread that is held."""
    tx.execute(thread_entry.insert().values(asdict(made)))
    tx.execute(thread.update().where(thread.c.id == made.thread_id).values(last_seq=made.seq))


def entries_after(
    tx: Connection, project_id: str, reader: Reader, *, seq: int, limit: int
) -> list[Entry]:
    """Return what happened after a number, in threads that a reader may see, oldest first."""
    query = (
        select(thread_entry)
        .join(thread, thread.c.id == thread_entry.c.thread_id)
        .where(thread_entry.c.project_id == project_id, thread_entry.c.seq > seq, may_see(reader))
    )
    return _entries(tx, query.order_by(thread_entry.c.seq).limit(limit))


def entries_of(
    tx: Connection, thread_ids: Iterable[str], kinds: Iterable[EntryKind]
) -> list[Entry]:
    """Return the entries of some kinds in these threads, in their order."""
    wanted = [kind.value for kind in kinds]
    found: list[Entry] = []
    for part in chunks(list(thread_ids)):
        query = select(thread_entry).where(
            thread_entry.c.thread_id.in_(part), thread_entry.c.kind.in_(wanted)
        )
        found += _entries(tx, query.order_by(thread_entry.c.seq))
    return found


def disputed(
    tx: Connection, project_id: str, *, since: float, until: float, limit: int
) -> list[Disputed]:
    """Return items with split votes, never discussed, whose votes last changed in that time."""
    query = (
        select(consensus, item.c.question_id, item_state.c.state)
        .join(item, item.c.id == consensus.c.item_id)
        .join(item_state, item_state.c.item_id == consensus.c.item_id)
        .outerjoin(
            thread,
            (thread.c.project_id == consensus.c.project_id)
            & (thread.c.subject_kind == SubjectKind.ITEM.value)
            & (thread.c.subject_id == consensus.c.item_id),
        )
        .where(
            consensus.c.project_id == project_id,
            consensus.c.updated_at >= since,
            consensus.c.updated_at <= until,
            consensus.c.split,
            item_state.c.state == ItemProgress.CLOSED.value,
            thread.c.id.is_(None),
            ~is_settled(),
        )
        .order_by(consensus.c.updated_at, consensus.c.item_id)
        .limit(limit)
    )
    return [
        Disputed(
            item_id=row.item_id,
            project_id=row.project_id,
            question_id=row.question_id,
            split=row.split,
            n=row.n,
            closed=row.state == ItemProgress.CLOSED.value,
            updated_at=row.updated_at,
        )
        for row in tx.execute(query)
    ]


def count_opened(tx: Connection, project_id: str) -> int:
    """Return how many threads that disagreement opened are still open."""
    query = select(func.count()).where(
        thread.c.project_id == project_id,
        thread.c.state == ThreadState.OPEN.value,
        thread.c.opened_by == OpenedBy.DISAGREEMENT.value,
    )
    return int(tx.scalar(query.select_from(thread)) or 0)


def ended(tx: Connection, project_id: str) -> list[Thread]:
    """Return the threads that have ended, in the order in which they were opened."""
    query = select(thread).where(
        thread.c.project_id == project_id, thread.c.state != ThreadState.OPEN.value
    )
    return [_thread(row) for row in tx.execute(query.order_by(thread.c.id)).mappings()]


def unread(tx: Connection, threads: Sequence[Thread], reader: Reader) -> list[Entry]:
    """Return what others said in these threads since the reader last read each."""
    found: list[Entry] = []
    me = thread_participant
    for part in chunks([one.id for one in threads]):
        query = (
            select(thread_entry)
            .outerjoin(
                me,
                (me.c.thread_id == thread_entry.c.thread_id) & (me.c.person_id == reader.person_id),
            )
            .where(
                thread_entry.c.thread_id.in_(part),
                thread_entry.c.kind.in_([kind.value for kind in READ]),
                thread_entry.c.seq > func.coalesce(me.c.read_seq, 0),
                thread_entry.c.participant_id.is_distinct_from(me.c.id),
            )
        )
        found += _entries(tx, query.order_by(thread_entry.c.seq))
    return found


def _by_id(project_id: str, thread_id: str) -> Select[Any]:
    return select(thread).where(thread.c.project_id == project_id, thread.c.id == thread_id)


def _one_thread(tx: Connection, query: Select[Any]) -> Thread | None:
    row = tx.execute(query).mappings().first()
    return None if row is None else _thread(row)


def _thread(row: Any) -> Thread:
    return Thread(
        **{
            **row,
            "subject_kind": SubjectKind(row["subject_kind"]),
            "state": ThreadState(row["state"]),
            "opened_by": OpenedBy(row["opened_by"]),
        }
    )


def _entries(tx: Connection, query: Select[Any]) -> list[Entry]:
    rows: list[Row] = [dict(row) for row in tx.execute(query).mappings()]
    return [Entry(**{**row, "kind": EntryKind(row["kind"])}) for row in rows]


def _larger(column: ColumnElement[int], number: int) -> ColumnElement[int]:
    """Return the larger of both; the two databases have no common word for it."""
    return case((column > number, column), else_=number)
