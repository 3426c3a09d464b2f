"""The final decision of a case, made once its votes were seen; and deciding it anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from loopwright.adjudication import rules, store, store_decisions, store_studies
from loopwright.adjudication.model import (
    Adjudicator,
    BlindDecision,
    Case,
    CaseState,
    Decision,
    EventKind,
)
from loopwright.adjudication.opening import tell
from loopwright.adjudication.service import (
    case_seen,
    held_case,
    masked,
    not_mine,
    require_criteria,
    to_change,
)
from loopwright.adjudication.shown import read_seen
from loopwright.base.errors import Conflict, InvalidInput
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.labeling import store as labeling
from loopwright.labeling.answers import ReadAnswer
from loopwright.projects.model import Project
from loopwright.quality import service as quality
from loopwright.quality.model import SettledBy


@dataclass(frozen=True)
class Final:
    """A decision as it arrives; `answer` is None where no answer is right."""

    answer: Json | None
    rationale: str
    lesson: str | None = None
    criteria: Sequence[str] = ()
    gold: bool = False


def decide(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str, final: Final, now: float
) -> Decision:
    """Store the decision of a case and settle its item with it.

    Where no answer is right, nothing is settled: the shares of the votes are kept. Raises
    Conflict before the blind decision, where the case is not held (with what was decided, when
    another was first), and where the item was settled otherwise; InvalidInput for an answer that
    does not fit the question.
    """
    case = held_case(tx, project.id, case_id, by)
    blind = store_decisions.blind_of(tx, case.id, by.person_id)
    if blind is None:
        raise Conflict(
            f"Case {case.id} is not decided blind by you yet.",
            remedy="Answer it first without the votes; the final decision may differ.",
            code="blind_first",
        )
    require_criteria(project.spec, final.criteria)
    if final.gold and final.answer is None:
        raise InvalidInput(
            f"Case {case.id} has no right answer, so its item cannot become gold.",
            remedy="Give an answer, or leave gold out.",
        )
    seen = case_seen(tx, case, by.person_id)
    read = None
    if final.answer is not None:
        read = read_seen(tx, project=project, seen=seen, answer=final.answer)
    before = store_decisions.decision_of(tx, case.id)
    made = _decision(tx, case, by, final, read=read, blind=blind, before=before, now=now)
    if read is not None:
        settled = quality.settle(
            tx,
            project_id=project.id,
            item_id=case.item_id,
            question_id=case.question_id,
            answer=read.answer,
            source=SettledBy.ADJUDICATION,
            ref_id=made.id,
            by=by.person_id,
            now=now,
            shown_order=seen.shown_order,
            replaces=_standing(tx, case, before),
        )
        made = replace(made, settlement_id=settled.id)
    store_decisions.add_decision(tx, made)
    closed = replace(case, state=CaseState.DECIDED, holder=None, claimed_until=None, closed_at=now)
    done = store.change(tx, case, closed)
    detail = {"decision_id": made.id, "number": made.number}
    store.add_event(
        tx, case_id=case.id, kind=EventKind.DECIDED, by=by.person_id, now=now, detail=detail
    )
    tell(tx, done, "case.decided", now)
    return made


def reopen(tx: Connection, *, project: Project, by: Adjudicator, case_id: str, now: float) -> Case:
    """Take one's own decided case once more, to decide it anew; until then its answer stands.

    Raises Conflict for another's decision, and where a case study teaches the decided answer or
    the item is escalated anew.
    """
    case = to_change(tx, project.id, case_id)
    decision = store_decisions.decision_of(tx, case.id)
    if case.state is not CaseState.DECIDED or decision is None:
        raise not_mine(tx, case)
    if decision.person_id != by.person_id:
        raise Conflict(
            f"Case {case.id} was decided by somebody else.",
            remedy="Ask about the item to open a new case, with what you found.",
            code="not_your_decision",
        )
    if store_studies.live_of_item(tx, case.item_id):
        raise Conflict(
            f"A case study teaches the answer of case {case.id}.",
            remedy="Retire the case study first (Guidelines, Case studies).",
            code="built_on",
        )
    other = store.open_case_of(tx, case.item_id)
    if other is not None:
        raise Conflict(
            f"The item of case {case.id} was escalated anew as {other.id}.",
            remedy="Decide that case.",
            code="escalated_anew",
        )
    until = now + project.spec.escalation.claim_minutes * 60.0
    again = replace(
        case,
        state=CaseState.CLAIMED,
        holder=by.person_id,
        claimed_until=until,
        closed_at=None,
    )
    kept = store.change(tx, case, again)
    store.add_event(tx, case_id=case.id, kind=EventKind.REOPENED, by=by.person_id, now=now)
    tell(tx, kept, "case.reopened", now)
    return kept


def _decision(
    tx: Connection,
    case: Case,
    by: Adjudicator,
    final: Final,
    *,
    read: ReadAnswer | None,
    blind: BlindDecision,
    before: Decision | None,
    now: float,
) -> Decision:
    outcome, votes = (None, None) if read is None else (read.outcome, read.votes)
    distribution = None
    if read is None:
        judged = labeling.judgments_of_items(tx, [case.item_id])
        distribution = rules.shares([one.outcome for one in judged])
    return Decision(
        id=new_id("dec"),
        case_id=case.id,
        project_id=case.project_id,
        item_id=case.item_id,
        question_id=case.question_id,
        number=1 if before is None else before.number + 1,
        person_id=by.person_id,
        answer=None if read is None else read.answer,
        outcome=outcome,
        votes=votes,
        shown_order=blind.shown_order,
        changed=rules.differs(outcome, votes, blind=(blind.outcome, blind.votes)),
        distribution=distribution,
        rationale=masked(final.rationale),
        lesson=masked(final.lesson) if final.lesson and final.lesson.strip() else None,
        criteria=sorted(set(final.criteria)),
        gold=final.gold,
        settlement_id=None,
        at=now,
    )


def _standing(tx: Connection, case: Case, before: Decision | None) -> str | None:
    """Return the settlement that a decision replaces: what stood when the case was opened, or
    the case's own earlier decision. What was settled since is not replaced unseen."""
    standing = quality.settlement_of(tx, [case.item_id]).get(case.item_id)
    if standing is None:
        return None
    own = before is not None and standing.ref_id == before.id
    return standing.id if own or standing.settled_at <= case.opened_at else None
