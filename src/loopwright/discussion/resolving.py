"""Ending a thread: the answer, why, and the lesson; or that there is no one answer."""

from dataclasses import replace

from sqlalchemy import Connection

from loopwright.discussion import log, rules, store
from loopwright.discussion.answering import read_stance
from loopwright.discussion.model import EntryKind, Resolution, Thread, Visit
from loopwright.infra import events
from loopwright.quality.settling import settle


def resolve(tx: Connection, visit: Visit, resolution: Resolution) -> None:
    """End a thread, once for each `client_id`; of two who do so at once one is refused.

    An answer on an item becomes its settled answer; the votes stay as they are. Raises Conflict
    when the thread has ended or the item is settled otherwise; InvalidInput for an answer that
    does not fit, one too many, or none where one is needed.
    """
    found, reader, now = log.held(tx, visit), visit.reader, visit.now
    problem = rules.answer_refusal(found, resolution)
    if problem is not None:
        raise problem
    draft, order = _draft(tx, found, resolution), None
    if resolution.answer is not None:
        read, order = read_stance(tx, found, resolution.answer)
        draft = replace(draft, answer=read.answer, shown_order=order, outcome=read.outcome)
    if log.known(tx, found, reader, draft) is not None:
        return
    refusal = rules.closed_refusal(found)
    if refusal is not None:
        raise refusal
    me = log.join(tx, found, reader, now=now)
    store.close(tx, found.id, state=resolution.state, now=now)
    if resolution.answer is not None:
        settle(
            tx,
            project_id=found.project_id,
            item_id=found.subject_id,
            question_id=found.question_id or "",
            answer=resolution.answer,
            source="discussion",
            ref_id=found.id,
            by=reader.person_id,
            now=now,
            shown_order=order,
            replaces=resolution.replaces,
        )
    log.append(tx, found, (me, reader), draft, now=now)
    events.emit(
        tx,
        kind="thread.ended",
        project_id=found.project_id,
        subject_id=None,
        payload={"thread_id": found.id, "state": resolution.state.value},
        now=now,
    )


def _draft(tx: Connection, found: Thread, resolution: Resolution) -> log.Draft:
    fell = None
    if found.on_item:
        entries = store.entries_of(tx, [found.id], [EntryKind.STANCE])
        fell = rules.distribution(store.before(tx, found.subject_id), rules.stances(entries))
    return log.Draft(
        resolution.client_id,
        EntryKind.RESOLUTION,
        text=resolution.rationale,
        lesson=resolution.lesson,
        distribution=fell,
    )
