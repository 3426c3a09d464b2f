"""Use cases of discussion: open, say, change, take a stance, be there."""

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.discussion import log, rules, store
from loopwright.discussion.answering import read_stance
from loopwright.discussion.model import (
    Disputed,
    EntryKind,
    OpenedBy,
    Reader,
    Subject,
    SubjectKind,
    Thread,
    ThreadState,
    Visit,
)
from loopwright.guidelines import service as guidelines
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.labeling import queue


def open_thread(
    tx: Connection,
    *,
    project_id: str,
    reader: Reader,
    subject: Subject,
    client_id: str,
    text: str,
    now: float,
) -> str:
    """Open a thread with its first message, once for each `client_id`; return the thread's id.

    Where one is open on the subject, the message goes there. Raises NotFound for a subject that
    is not there, or an item that the reader has not judged and may not see otherwise.
    """
    question_id = _question_of(tx, project_id, reader, subject)
    earlier = store.entry(tx, log.entry_id(project_id, reader, client_id))
    draft = log.Draft(client_id, EntryKind.MESSAGE, text)
    if earlier is not None:  # sent again, perhaps after the thread has ended
        first = log.seen(tx, Visit(project_id, earlier.thread_id, reader, now))
        log.known(tx, first, reader, draft)
        return first.id
    found = store.open_on(tx, project_id, subject)
    fresh = found is None
    if found is None:
        found = _begin(tx, project_id, subject, question_id, by=OpenedBy.PERSON, now=now)
    me = log.join(tx, found, reader, now=now)
    if fresh:
        opened = log.Draft(f"opened:{found.id}", EntryKind.OPENED)
        log.append(tx, found, (me, reader), opened, now=now)
    if log.known(tx, found, reader, draft) is None:
        log.append(tx, found, (me, reader), draft, now=now)
    return found.id


def open_for_disagreement(tx: Connection, found: Disputed, *, now: float) -> str | None:
    """Open a thread on a disputed item; return its id, None where one is there already."""
    subject = Subject(SubjectKind.ITEM, found.item_id)
    if store.page(
        tx,
        found.project_id,
        _NOBODY,
        subject=subject.kind,
        subject_id=subject.id,
        limit=1,
    ):
        return None
    made = _thread(tx, found.project_id, subject, found.question_id, OpenedBy.DISAGREEMENT, now)
    if not _stored(tx, made, now=now):
        return None
    log.append(tx, made, None, log.Draft("", EntryKind.OPENED), now=now)
    return made.id


def post(tx: Connection, visit: Visit, *, client_id: str, text: str) -> None:
    """Say something in a thread, once for each `client_id`. Raises Conflict once it has ended."""
    found = log.held(tx, visit)
    _add(tx, found, visit, log.Draft(client_id, EntryKind.MESSAGE, text))


def edit(tx: Connection, visit: Visit, *, message_id: str, client_id: str, text: str) -> None:
    """Put a text in the place of one's own message; what was there stays in the history."""
    found = log.held(tx, visit)
    draft = log.Draft(client_id, EntryKind.EDIT, text, replaces=message_id)
    if log.known(tx, found, visit.reader, draft) is not None:
        return
    _require_open(found)
    _change(tx, found, visit, draft)


def delete(tx: Connection, visit: Visit, *, message_id: str) -> None:
    """Stop showing a message; a tombstone stays. The same again changes nothing.

    One's own, and anybody's for whoever may resolve; also after the thread has ended.
    """
    found = log.held(tx, visit)
    draft = log.Draft(f"delete:{message_id}", EntryKind.DELETION, replaces=message_id)
    _change(tx, found, visit, draft)


def take_stance(tx: Connection, visit: Visit, *, client_id: str, answer: Json) -> None:
    """Answer the item's question anew, having read the thread. Judgments are never changed.

    Raises InvalidInput for an answer that does not fit the question, or a thread on no item.
    """
    found = log.held(tx, visit)
    read, order = read_stance(tx, found, answer)
    draft = log.Draft(
        client_id,
        EntryKind.STANCE,
        answer=read.answer,
        shown_order=order,
        outcome=read.outcome,
    )
    _add(tx, found, visit, draft)


def be_there(tx: Connection, visit: Visit, *, read: int, here: bool) -> None:
    """Note how far somebody has read, and that they are in the thread, or leave it."""
    found = log.held(tx, visit)
    me = log.join(tx, found, visit.reader, now=visit.now)
    until = visit.now + rules.HERE_SECONDS if here else 0.0
    store.mark_seen(tx, me.id, read_seq=min(read, found.last_seq), here_until=until)


_NOBODY = Reader("", "", simulated=False, reads_all=True, writes=False)


def _question_of(tx: Connection, project_id: str, reader: Reader, subject: Subject) -> str | None:
    """Return what is asked of a subject that is there and may be discussed by the reader."""
    if subject.kind is SubjectKind.ITEM:
        return _question_of_item(tx, project_id, reader, subject.id)
    version = guidelines.current(tx, project_id)
    known = (
        [one["id"] for one in version.criteria]
        if subject.kind is SubjectKind.CRITERION
        else version.checklist
    )
    if subject.id not in known:
        raise NotFound(
            f"The guideline of project {project_id} has no such {subject.kind.value}.",
            remedy="Use the id of a criterion, or the text of a line, of the version in force.",
            code="unknown_section",
        )
    return None


def _question_of_item(tx: Connection, project_id: str, reader: Reader, item_id: str) -> str:
    item = intake.get_item(tx, item_id)
    here = item is not None and item.project_id == project_id
    knows = reader.reads_all or store.judged(tx, item_id=item_id, person_id=reader.person_id)
    if item is None or not here or not knows:
        raise NotFound(
            f"There is no item {item_id} in project {project_id} that you have judged.",
            remedy="Discuss an item once you have judged it; My work lists yours.",
            code="unknown_item",
        )
    return item.question_id


def _begin(
    tx: Connection,
    project_id: str,
    subject: Subject,
    question_id: str | None,
    *,
    by: OpenedBy,
    now: float,
) -> Thread:
    made = _thread(tx, project_id, subject, question_id, by, now)
    if _stored(tx, made, now=now):
        return made
    other = store.open_on(tx, project_id, subject)
    if other is None:  # opened and ended by others in this moment
        raise Conflict(
            "A thread on this was opened and ended just now.",
            remedy="Read it; open a new one if there is more to say.",
            code="thread_closed",
        )
    return other


def _thread(
    tx: Connection,
    project_id: str,
    subject: Subject,
    question_id: str | None,
    by: OpenedBy,
    now: float,
) -> Thread:
    return Thread(
        id=new_id("thr"),
        project_id=project_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        question_id=question_id,
        state=ThreadState.OPEN,
        opened_by=by,
        guideline_version_id=guidelines.current(tx, project_id).id,
        created_at=now,
        closed_at=None,
        last_seq=0,
    )


def _stored(tx: Connection, made: Thread, *, now: float) -> bool:
    if not store.insert_thread(tx, made):
        return False
    if made.on_item:
        queue.seal(tx, project_id=made.project_id, item_id=made.subject_id, now=now)
    # Without a subject: the stream of events is read by people who may not know of the thread.
    events.emit(
        tx,
        kind="thread.opened",
        project_id=made.project_id,
        subject_id=None,
        payload={"thread_id": made.id, "on": made.subject_kind.value, "by": made.opened_by.value},
        now=now,
    )
    return True


def _require_open(found: Thread) -> None:
    problem = rules.closed_refusal(found)
    if problem is not None:
        raise problem


def _add(tx: Connection, found: Thread, visit: Visit, draft: log.Draft) -> None:
    if log.known(tx, found, visit.reader, draft) is not None:
        return
    _require_open(found)
    me = log.join(tx, found, visit.reader, now=visit.now)
    log.append(tx, found, (me, visit.reader), draft, now=visit.now)


def _change(tx: Connection, found: Thread, visit: Visit, draft: log.Draft) -> None:
    entries = store.entries(tx, found.id)
    message = next((one for one in rules.shown(entries) if one.id == draft.replaces), None)
    me = log.join(tx, found, visit.reader, now=visit.now)
    own = message is not None and message.participant_id == me.id
    problem = rules.change_refusal(message, kind=draft.kind, mine=own, reader=visit.reader)
    if problem is not None:
        raise problem
    if message is None or message.deleted:
        return
    log.append(tx, found, (me, visit.reader), draft, now=visit.now)
