"""Use cases of labeling: submit, skip, undo, and judgments made elsewhere.

Every one of them takes the judge's place in the queue first, so that one person's requests
follow each other and all locks are taken in one order.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind
from loopwright.base.errors import Conflict, LoopwrightError, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra import events, faults
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.intake.rules import derived_id
from loopwright.labeling import queue, rules, store, store_desk, store_effort, store_seals
from loopwright.labeling.answers import ReadAnswer, keep_edit, read_answer
from loopwright.labeling.desk import Desk
from loopwright.labeling.model import (
    Assignment,
    AssignmentState,
    ImportedJudgment,
    Judge,
    Judgment,
    Origin,
    SkipReason,
    Standing,
    Submission,
    Submitted,
)
from loopwright.labeling.reserve import expire_leases, reserve, reserve_more
from loopwright.projects import service as projects
from loopwright.projects.model import Project
from loopwright.sampling import service as sampling
from loopwright.sampling import upkeep
from loopwright.sampling.model import ItemProgress

__all__ = [
    "Desk",
    "ImportedJudgment",
    "desk_of",
    "expire_leases",
    "judge_of",
    "record_imported",
    "reserve",
    "reserve_more",
    "skip",
    "submit",
    "submit_and_reserve",
    "undo",
]


def desk_of(tx: Connection, *, project_id: str, person_id: str, kind: str, now: float) -> Desk:
    """Return a person's desk in a project, their place in the queue held; made on first use.

    Raises NotFound when there is no such project.
    """
    human = kind == PersonKind.HUMAN.value
    found = store_desk.whole(tx, project_id=project_id, person_id=person_id, human=human)
    if found is None:
        project = projects.get(tx, project_id)
        judge = judge_of(tx, project_id=project_id, person_id=person_id, kind=kind, now=now)
        return Desk.of(tx, project=project, judge=judge, now=now)
    project, judge, look = found
    return Desk(tx, project, judge, now, **vars(look))


def judge_of(tx: Connection, *, project_id: str, person_id: str, kind: str, now: float) -> Judge:
    """Return a person as a judge; their pseudonym is made on first use."""
    rater = accounts.rater_of(tx, project_id=project_id, person_id=person_id)
    if rater is None:
        # The place in the queue is also the lock under which the pseudonym is made.
        sampling.hold_cursor(tx, project_id=project_id, judge_id=person_id)
        rater = accounts.ensure_rater(
            tx, project_id=project_id, person_id=person_id, kind=kind, now=now
        )
    human = kind == PersonKind.HUMAN.value
    return Judge(rater_id=rater.id, judge_id=person_id, tags=rater.tags, human=human)


def submit(
    tx: Connection, *, project: Project, judge: Judge, submission: Submission, now: float
) -> Submitted:
    """Store an answer, once for each `client_id`.

    Raises Conflict when the assignment is another's, was settled or offered anew, or its lease
    ran out and the slot is gone; InvalidInput when the answer does not fit the question.
    """
    desk = Desk.of(tx, project=project, judge=judge, now=now)
    done, _ = submit_and_reserve(desk, submission=submission, count=0, held=())
    return done


def submit_and_reserve(
    desk: Desk, *, submission: Submission, count: int, held: Sequence[str]
) -> tuple[Submitted, list[Assignment]]:
    """Store an answer as `submit` does, and lease up to `count` further items."""
    tx, now = desk.tx, desk.now
    offer = next((one for one in desk.mine if one.id == submission.assignment_id), None)
    if offer is None:
        offer = _my_assignment(tx, desk.project.id, desk.judge, submission.assignment_id)
    done = _store_answer(desk, offer=offer, submission=submission)
    fresh = 0 if done.repeated else 1
    offers = reserve_more(desk, count=count, held=held, uncounted=fresh)
    desk.standing  # noqa: B018 - waits for the judgment: raises where it was not taken
    faults.point("submit.reserved")
    if fresh:
        # Last, because others wait for these two rows until the transaction ends.
        counted = sampling.count_judgment(
            tx,
            project_id=desk.project.id,
            item_id=offer.item_id,
            judge_id=desk.judge.judge_id,
            now=now,
        )
        faults.point("submit.counted")
        if counted is not None:
            desk.counted(counted)
            done = replace(done, item_closed=counted.closes)
            if counted.state.skips:
                queue.set_aside_if_nobody_is_left(tx, state=counted.state, now=now)
                desk.recount()
    return done, offers


def _store_answer(desk: Desk, *, offer: Assignment, submission: Submission) -> Submitted:
    tx, project, now = desk.tx, desk.project, desk.now
    read = read_answer(tx, project=project, offer=offer, answer=submission.answer)
    client = {"project_id": project.id, "client_id": submission.client_id}
    # The answer to an offer as it stands is hardly ever a repeat; the insert finds that out.
    known = None
    if offer.state is not AssignmentState.OPEN or offer.token != submission.token:
        known = store.judgment_of_client(tx, **client)
    if known is None:
        _claim(tx, offer, submission.token)
        row = _judgment_row(offer, submission, read, now)
        active_ms = rules.active_ms(submission.active_ms, offered_at=offer.created_at, now=now)
        recorded = store.record(tx, row, offer=offer, active_ms=active_ms, now=now)
    else:
        return _repeated(known, offer, submission, read.answer)
    faults.point("submit.stored")
    if read.edit is not None:
        keep_edit(tx, project_id=project.id, item_id=offer.item_id, text=read.edit, now=now)

    def standing() -> Standing:
        counters = recorded()
        if counters is None:
            # The offer waits for an answer, so the id's judgment is another's, or was undone.
            raise _client_id_reused(store.judgment_of_client(tx, **client), submission)
        return store_effort.standing_of(counters, now=now)

    desk.judged(offer, standing)
    return Submitted(row["id"], repeated=False, item_closed=False)


def _judgment_row(offer: Assignment, submission: Submission, read: ReadAnswer, now: float) -> Json:
    note = submission.note
    return {
        "id": new_id("jdg"),
        "client_id": submission.client_id,
        "project_id": offer.project_id,
        "item_id": offer.item_id,
        "question_id": offer.question_id,
        "rater_id": offer.rater_id,
        "assignment_id": offer.id,
        "kind": read.kind,
        "answer": read.answer,
        "shown_order": offer.shown_order,
        "outcome": read.outcome,
        "votes": read.votes,
        "guideline_version_id": offer.guideline_version_id,
        "origin": submission.origin.value,
        "active_ms": submission.active_ms,
        "revisions": submission.revisions,
        "note": None if note is None else capture_text(note, MaskScope()).text,
        "signals": submission.signals,
        "created_at": now,
    }


def skip(
    tx: Connection,
    *,
    project: Project,
    judge: Judge,
    assignment_id: str,
    token: int,
    reason: SkipReason,
    now: float,
) -> None:
    """Give an item back with a reason; somebody else gets it. The same skip again is harmless.

    Raises Conflict when the assignment is another's, was judged, or was offered anew.
    """
    sampling.hold_cursor(tx, project_id=project.id, judge_id=judge.judge_id)
    offer = _my_assignment(tx, project.id, judge, assignment_id)
    if offer.state is AssignmentState.SKIPPED and offer.reason == reason.value:
        return
    problem = rules.refusal(offer, token)
    if problem is not None:
        raise problem
    leased = offer.state is AssignmentState.OPEN
    store.settle(tx, [offer.id], state=AssignmentState.SKIPPED, reason=reason.value, now=now)
    store_effort.count_skipped(tx, project_id=project.id, rater_id=offer.rater_id, now=now)
    queue.count_skip(tx, project=project, item_id=offer.item_id, leased=leased, now=now)


def undo(
    tx: Connection, *, project: Project, judge: Judge, judgment_id: str, now: float
) -> Assignment:
    """Take a judgment back while its item is open (or just closed); return the item, leased anew.

    Raises NotFound for no judgment of this judge, Conflict when it can no longer be undone.
    """
    sampling.hold_cursor(tx, project_id=project.id, judge_id=judge.judge_id)
    found = store.get_judgment(tx, judgment_id)
    if found is None or found.project_id != project.id or found.assignment_id is None:
        raise _no_judgment(judgment_id)
    offer = _my_assignment(tx, project.id, judge, found.assignment_id)
    state = sampling.state_of(tx, found.item_id)
    still_open = state is not None and state.state is not ItemProgress.CLOSED
    revealed = project.spec.reveal == "after_judgment"
    sealed = bool(store_seals.sealed(tx, [found.item_id]))
    problem = rules.undo_refusal(
        found, item_open=still_open, revealed=revealed, sealed=sealed, now=now
    )
    if problem is not None:
        raise problem
    again = replace(
        offer,
        state=AssignmentState.OPEN,
        token=offer.token + 1,
        lease_until=now + project.spec.lease_seconds,
        settled_at=None,
    )
    store.supersede(tx, found.id, by=f"undo:{offer.id}:{again.token}", now=now)
    store.lease(tx, [again])
    store_effort.uncount_judged(
        tx, project_id=project.id, rater_id=offer.rater_id, judged_at=found.created_at
    )
    sampling.uncount_judgment(
        tx, project_id=project.id, item_id=found.item_id, judge_id=judge.judge_id, now=now
    )
    events.emit(
        tx,
        kind="judgment.undone",
        project_id=project.id,
        subject_id=found.id,
        payload={"item_id": found.item_id},
        now=now,
    )
    return again


def record_imported(
    tx: Connection, *, project_id: str, rows: Sequence[ImportedJudgment], now: float
) -> int:
    """Store judgments made elsewhere; return how many were new. The same rows again add none.

    New ones count toward what their items want, and bar who made them from items that want more.
    """
    values: list[Json] = [
        {
            "id": derived_id("jdg", project_id, row.client_id),
            "client_id": row.client_id,
            "project_id": project_id,
            "item_id": row.item_id,
            "question_id": row.question_id,
            "rater_id": row.rater_id,
            "kind": row.kind,
            "answer": {"outcome": row.outcome} if row.answer is None else row.answer,
            "shown_order": row.shown_order,
            "outcome": row.outcome,
            "votes": row.votes,
            "origin": Origin.IMPORT.value,
            "created_at": row.created_at,
        }
        for row in rows
    ]
    new = store.insert_missing_judgments(tx, values)
    fresh = [row for row, value in zip(rows, values, strict=True) if value["id"] in new]
    upkeep.count_imported(
        tx, project_id=project_id, counts=Counter(row.item_id for row in fresh), now=now
    )
    votes = [(row.item_id, row.rater_id) for row in fresh]
    queue.bar_voters(tx, project_id=project_id, votes=votes, now=now)
    return len(new)


def _repeated(
    known: Judgment, offer: Assignment, submission: Submission, answer: Json
) -> Submitted:
    if known.assignment_id == offer.id and known.answer == answer:
        return Submitted(known.id, repeated=True, item_closed=False)
    raise _client_id_reused(known, submission)


def _client_id_reused(known: Judgment | None, submission: Submission) -> Conflict:
    stands = f" (judgment {known.id})" if known is not None else ""
    return Conflict(
        f"The client id {submission.client_id!r} stands for another answer{stands}.",
        remedy="Make a new client id for each answer; keep it only to send the same one again.",
        code="client_id_reused",
        detail={} if known is None else {"judgment_id": known.id},
    )


def _my_assignment(tx: Connection, project_id: str, judge: Judge, assignment_id: str) -> Assignment:
    found = store.assignment_for_update(tx, assignment_id)
    if found is None or found.project_id != project_id:
        raise NotFound(
            f"There is no assignment {assignment_id} in project {project_id}.",
            remedy="Ask for assignments and answer one of those.",
        )
    if found.judge_id != judge.judge_id:
        raise Conflict(
            f"Assignment {assignment_id} belongs to another annotator.",
            remedy="Answer the items that were offered to you; keep this answer as a draft.",
            code="not_your_assignment",
        )
    return found


def _claim(tx: Connection, offer: Assignment, token: int) -> None:
    """Raise unless the slot of this offer is the judge's, or could be taken again just now."""
    problem: LoopwrightError | None = rules.refusal(offer, token)
    if problem is None and offer.state is AssignmentState.EXPIRED:
        problem = None if sampling.retake(tx, offer.item_id) else rules.slot_lost(offer)
    if problem is not None:
        raise problem


def _no_judgment(judgment_id: str) -> NotFound:
    return NotFound(
        f"There is no judgment {judgment_id} of yours here.",
        remedy="Undo a judgment that you made on this page or with this key.",
    )
