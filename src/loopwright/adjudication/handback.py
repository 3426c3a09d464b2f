"""Handing a case back with a question to those who judged its item, and their answers."""

from dataclasses import replace

from sqlalchemy import Connection

from loopwright.adjudication import store, store_decisions, store_handback
from loopwright.adjudication.model import (
    Adjudicator,
    AnswerBack,
    AskedBack,
    Case,
    CaseState,
    EventKind,
)
from loopwright.adjudication.opening import tell
from loopwright.adjudication.service import held_case, masked
from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.projects.model import Project

_HOUR = 3600.0


def ask(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str, text: str, now: float
) -> Case:
    """Ask those who judged; the case waits for their answers, or until their time is over.

    Raises Conflict before the blind decision, and where nobody who judged is in the project.
    """
    case = held_case(tx, project.id, case_id, by)
    if store_decisions.blind_of(tx, case.id, by.person_id) is None:
        raise Conflict(
            f"Case {case.id} is not decided blind by you yet.",
            remedy="Answer it first without the votes, then ask about them.",
            code="blind_first",
        )
    people = store_handback.judges_of(tx, project.id, case.item_id)
    if not people:
        raise Conflict(
            f"Nobody who judged the item of case {case.id} is in project {project.id}.",
            remedy="Decide with what is there, or pass the case on.",
            code="nobody_to_ask",
        )
    until = now + project.spec.escalation.answer_hours * _HOUR
    asked = AskedBack(
        id=new_id("ask"),
        case_id=case.id,
        project_id=project.id,
        item_id=case.item_id,
        text=masked(text),
        asked_by=by.person_id,
        people=people,
        at=now,
        until=until,
    )
    store_handback.add_question(tx, asked)
    waits = replace(
        case,
        state=CaseState.ASKED,
        holder=None,
        claimed_until=None,
        answers_until=until,
        deadline=max(case.deadline, until),
    )
    after = store.change(tx, case, waits)
    detail = {"question_id": asked.id, "people": len(people)}
    store.add_event(
        tx, case_id=case.id, kind=EventKind.ASKED, by=by.person_id, now=now, detail=detail
    )
    tell(tx, after, "case.asked", now)
    return after


def answer(
    tx: Connection, *, project_id: str, person_id: str, asked_id: str, text: str, now: float
) -> AnswerBack:
    """Answer a question about one's own judgment; the last answer wakes the case.

    The same answer again is harmless. Raises NotFound for a question to others, Conflict for
    another answer and where the case is closed.
    """
    asked = store_handback.get_question(tx, asked_id)
    if asked is None or asked.project_id != project_id or person_id not in asked.people:
        raise NotFound(
            f"Nobody asked you {asked_id} in project {project_id}.",
            remedy="Your open questions stand on My work.",
        )
    case = store.get_to_change(tx, asked.case_id)
    given = AnswerBack(asked.id, person_id, masked(text), now)
    known = store_handback.answers_to(tx, [asked.id]).get(asked.id, [])
    mine = next((one for one in known if one.person_id == person_id), None)
    if mine is not None:
        if mine.text == given.text:
            return mine
        raise Conflict(
            "You answered this question before, and the answer may have been read.",
            remedy="Nothing is left to do here.",
            code="already_answered",
        )
    if case is None or not case.is_open:
        raise Conflict(
            "The case was closed meanwhile, so nobody waits for an answer.",
            remedy="Nothing is left to do here.",
            code="case_closed",
        )
    store_handback.add_answer(tx, given)
    detail = {"question_id": asked.id}
    store.add_event(
        tx, case_id=case.id, kind=EventKind.ANSWERED, by=person_id, now=now, detail=detail
    )
    # Who left the project meanwhile is not waited for.
    here = set(store_handback.judges_of(tx, project_id, asked.item_id)) & set(asked.people)
    if case.state is CaseState.ASKED and here <= {person_id, *(one.person_id for one in known)}:
        wake(tx, case, now)
    return given


def wake(tx: Connection, case: Case, now: float) -> Case:
    """Let a case that was handed back be taken again."""
    awake = store.change(tx, case, replace(case, state=CaseState.ANSWERED, answers_until=None))
    tell(tx, awake, "case.answered", now)
    return awake
