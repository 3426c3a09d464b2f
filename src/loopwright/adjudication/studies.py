"""Case studies: written examples made of decided cases, read and checked by annotators."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from loopwright.adjudication import rules, store_decisions, store_studies
from loopwright.adjudication.model import (
    Adjudicator,
    CaseStudy,
    Decision,
    Level,
    Reading,
    StudyVersion,
)
from loopwright.adjudication.service import find, masked, require_criteria
from loopwright.adjudication.shown import Seen, read_seen
from loopwright.base.errors import Conflict
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.labeling import queue
from loopwright.projects.model import Project
from loopwright.questions.model import ShownOrder


@dataclass(frozen=True)
class Written:
    """What somebody writes of a decided case, to teach with it."""

    title: str
    why: str
    criteria: Sequence[str] = ()
    check_asked: bool = True


def publish(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str, written: Written, now: float
) -> CaseStudy:
    """Make a case study of a decided case; of one that has a study, the next version.

    Raises Conflict where the case has no right answer, or is not the senior person's own.
    """
    case = find(tx, project.id, case_id)
    decision = store_decisions.decision_of(tx, case.id)
    if case.is_open or decision is None or decision.answer is None:
        raise Conflict(
            f"Case {case.id} has no right answer, so there is nothing to teach.",
            remedy="Decide it with an answer first.",
            code="nothing_to_teach",
        )
    if by.level is not Level.SPECIALIST and decision.person_id != by.person_id:
        raise Conflict(
            f"Case {case.id} was decided by somebody else.",
            remedy="Ask a specialist or a lead to make a case study of it.",
            code="not_your_decision",
        )
    require_criteria(project.spec, written.criteria)
    known = store_studies.live_of_item(tx, case.item_id)
    if known:
        found = store_studies.STUDIES.one(tx, known[0], store_studies.get, project_id=project.id)
        return _next_version(tx, found, written, decision, by, now)
    item, prompt = intake.items_with_prompts(tx, [case.item_id])[case.item_id]
    study_id = new_id("stu")
    made = CaseStudy(
        id=study_id,
        project_id=project.id,
        item_id=item.id,
        question_id=item.question_id,
        segment=prompt.segment,
        decision_id=decision.id,
        created_at=now,
        retired_at=None,
        newest=_version(study_id, 1, written, decision, by, now),
    )
    store_studies.insert(tx, made)
    _tell(tx, made, "case_study.published", now)
    return made


def retire(tx: Connection, *, project: Project, study_id: str, now: float) -> CaseStudy:
    """Take a case study out of use; what people answered stays."""
    found = get(tx, project.id, study_id)
    store_studies.retire(tx, found.id, now=now)
    _tell(tx, found, "case_study.retired", now)
    return replace(found, retired_at=found.retired_at or now)


def get(tx: Connection, project_id: str, study_id: str) -> CaseStudy:
    """Return a case study of the project. Raises NotFound."""
    return store_studies.STUDIES.one(tx, study_id, store_studies.get, project_id=project_id)


def seen_of(study: CaseStudy) -> Seen:
    """Return a case study's item as everybody sees it: in the order of its answer."""
    order = study.newest.shown_order
    return Seen(
        ref_id=study.id,
        item_id=study.item_id,
        question_id=study.question_id,
        shown_order=None if order is None else ShownOrder(order),
    )


def read_study(
    tx: Connection,
    *,
    project: Project,
    study_id: str,
    person_id: str,
    answer: Json | None,
    now: float,
) -> Reading:
    """Store that a person read a case study, with their answer to its check if they gave one.

    Who knows the answer is never offered the item. Raises InvalidInput when the answer does not
    fit the question.
    """
    study = get(tx, project.id, study_id)
    outcome, right, kept = None, None, None
    if answer is not None:
        read = read_seen(tx, project=project, seen=seen_of(study), answer=answer)
        kept, outcome = read.answer, read.outcome
        right = rules.is_right(read.kind, read.outcome, study.newest.outcome)
    reading = Reading(
        study_id=study.id,
        version=study.newest.version,
        person_id=person_id,
        answer=kept,
        outcome=outcome,
        is_right=right,
        at=now,
    )
    store_studies.add_reading(tx, project.id, reading)
    queue.bar(tx, project_id=project.id, item_ids=[study.item_id], people=[person_id], now=now)
    return reading


def _next_version(
    tx: Connection,
    study: CaseStudy,
    written: Written,
    decision: Decision,
    by: Adjudicator,
    now: float,
) -> CaseStudy:
    version = _version(study.id, study.newest.version + 1, written, decision, by, now)
    store_studies.add_version(tx, version)
    made = replace(study, newest=version)
    _tell(tx, made, "case_study.published", now)
    return made


def _version(
    study_id: str, number: int, written: Written, decision: Decision, by: Adjudicator, now: float
) -> StudyVersion:
    return StudyVersion(
        study_id=study_id,
        version=number,
        title=masked(written.title),
        why=masked(written.why),
        criteria=sorted(set(written.criteria)),
        answer=decision.answer or {},
        outcome=decision.outcome or "",
        votes=decision.votes,
        shown_order=decision.shown_order,
        check_asked=written.check_asked,
        by=by.person_id,
        at=now,
    )


def _tell(tx: Connection, study: CaseStudy, kind: str, now: float) -> None:
    events.emit(
        tx,
        kind=kind,
        project_id=study.project_id,
        subject_id=study.id,
        payload={"item_id": study.item_id, "version": study.newest.version},
        now=now,
    )
