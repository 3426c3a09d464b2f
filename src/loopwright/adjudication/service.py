"""Use cases of a case: take it, decide blind, decide, pass it on, give it back.

Every one of them holds the case first, so that of two people at once one is told what the other
did.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import role_in
from loopwright.accounts.model import EVERYWHERE, Actor
from loopwright.adjudication import rules, store, store_decisions, store_studies
from loopwright.adjudication.model import (
    Adjudicator,
    BlindDecision,
    Case,
    CaseState,
    EventKind,
    GoldCandidate,
    Level,
)
from loopwright.adjudication.opening import tell
from loopwright.adjudication.shown import Seen, read_seen, seen_by
from loopwright.base.errors import Conflict, Forbidden, InvalidInput, NotFound
from loopwright.base.nearest import did_you_mean
from loopwright.base.types import Json
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.labeling import queue
from loopwright.projects.model import Project
from loopwright.projects.spec import ProjectSpec
from loopwright.sampling import service as sampling

_MINUTE = 60.0


def adjudicator_of(tx: Connection, actor: Actor, project_id: str) -> Adjudicator | None:
    """Return whoever asks as somebody who decides cases; None for everybody else."""
    rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
    tags = frozenset() if rater is None else rater.tags
    held = {actor.roles.get(project_id), actor.roles.get(EVERYWHERE)}
    level = rules.level_of([role for role in held if role is not None], tags)
    return None if level is None else Adjudicator(actor.person_id, level, tags)


def require_adjudicator(tx: Connection, actor: Actor, project_id: str) -> Adjudicator:
    """Return whoever asks as somebody who decides cases; raise Forbidden for others."""
    found = adjudicator_of(tx, actor, project_id)
    if found is not None:
        return found
    role = role_in(actor, project_id)
    raise Forbidden(
        f"The role {role.value if role else 'none'} decides no cases in project {project_id}.",
        remedy="Ask a lead for the tag `senior` or the role specialist (Settings, People).",
    )


def require_specialist(tx: Connection, actor: Actor, project_id: str) -> Adjudicator:
    """Return whoever asks as a specialist; raise Forbidden for others."""
    found = require_adjudicator(tx, actor, project_id)
    if found.level is Level.SPECIALIST:
        return found
    raise Forbidden(
        f"This is for a specialist or a lead of project {project_id}.",
        remedy="Ask one of them.",
    )


def claim(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str | None, now: float
) -> Case | None:
    """Take a case, or the next fitting one; None when there is none.

    Taking one's own case again keeps it longer. Raises Conflict when the case is another's or
    not for this person, or when the person holds as many as one may.
    """
    # Before the case, and in the place where a person's requests follow each other.
    sampling.hold_cursor(tx, project_id=project.id, judge_id=by.person_id)
    held = store.held_by(tx, project.id, by.person_id, now=now)
    if case_id is not None:
        case = to_change(tx, project.id, case_id)
        if case.id in {one.id for one in held}:
            return store.change(tx, case, _kept(case, by, project, now))
        _require_takeable(tx, case, by, now)
    else:
        fitting = rules.first_fitting(
            store.free(tx, project.id, by=by, levels=rules.levels_for(by.level), now=now), by.tags
        )
        if not fitting:
            return None
        case = fitting[0]
    most = project.spec.escalation.held_at_once
    if len(held) >= most:
        raise Conflict(
            f"You hold {len(held)} cases, and {most} is the most at once in {project.id}.",
            remedy="Decide one, hand it back or release it first.",
            code="cases_held",
            detail={"cases": [one.id for one in held]},
        )
    taken = store.change(tx, case, _kept(case, by, project, now))
    store.add_event(tx, case_id=case.id, kind=EventKind.CLAIMED, by=by.person_id, now=now)
    # Who will have seen the votes never judges the item as one of them.
    queue.bar(tx, project_id=project.id, item_ids=[case.item_id], people=[by.person_id], now=now)
    tell(tx, taken, "case.claimed", now)
    return taken


def release(tx: Connection, *, project: Project, by: Adjudicator, case_id: str, now: float) -> Case:
    """Give a case back undecided; what was decided blind stays."""
    case = held_case(tx, project.id, case_id, by)
    freed = _change(tx, case, state=CaseState.WAITING)
    store.add_event(tx, case_id=case.id, kind=EventKind.RELEASED, by=by.person_id, now=now)
    tell(tx, freed, "case.released", now)
    return freed


def decide_blind(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str, answer: Json, now: float
) -> Case:
    """Store what somebody decides before they see anything of others; it is never changed.

    The same again is harmless. Raises Conflict for another answer, or where the case is not
    held; InvalidInput when the answer does not fit the question.
    """
    case = held_case(tx, project.id, case_id, by)
    seen = case_seen(tx, case, by.person_id)
    read = read_seen(tx, project=project, seen=seen, answer=answer)
    made = BlindDecision(
        case_id=case.id,
        person_id=by.person_id,
        answer=read.answer,
        outcome=read.outcome,
        votes=read.votes,
        shown_order=seen.shown_order,
        at=now,
    )
    if not store_decisions.add_blind(tx, made):
        known = store_decisions.blind_of(tx, case.id, by.person_id)
        if known is not None and known.answer == read.answer:
            return case
        raise Conflict(
            f"You decided case {case.id} blind before, and a blind decision is not changed.",
            remedy="Give your final decision; it may differ, and both are kept.",
            code="already_blind",
        )
    kept = store.change(tx, case, _kept(case, by, project, now))
    store.add_event(tx, case_id=case.id, kind=EventKind.DECIDED_BLIND, by=by.person_id, now=now)
    return kept


def pass_on(
    tx: Connection, *, project: Project, by: Adjudicator, case_id: str, note: str, now: float
) -> Case:
    """Pass a case on from senior to specialist, with a word why.

    Raises Conflict where it is a specialist's already.
    """
    case = held_case(tx, project.id, case_id, by)
    if case.level is Level.SPECIALIST:
        raise Conflict(
            f"Case {case.id} is with the specialists already; nobody stands above them.",
            remedy="Release it for another specialist, or decide that no answer is right.",
            code="highest_level",
        )
    passed = store.change(tx, case, rules.passed_on(case, now, project.spec.escalation))
    detail = {"note": masked(note)}
    store.add_event(
        tx, case_id=case.id, kind=EventKind.ESCALATED, by=by.person_id, now=now, detail=detail
    )
    tell(tx, passed, "case.escalated", now)
    return passed


def withdraw(tx: Connection, *, case: Case, source: str, now: float) -> Case:
    """Close a case whose item was settled otherwise."""
    gone = _change(tx, case, state=CaseState.WITHDRAWN, closed_at=now)
    detail = {"source": source}
    store.add_event(tx, case_id=case.id, kind=EventKind.WITHDRAWN, by=None, now=now, detail=detail)
    tell(tx, gone, "case.withdrawn", now)
    return gone


def gold_candidates(tx: Connection, project_id: str) -> list[GoldCandidate]:
    """Return the items whose decided answer may become gold, the oldest decision first."""
    taught = store_studies.taught_items(tx, project_id)
    return [
        GoldCandidate(
            item_id=one.item_id,
            question_id=one.question_id,
            decision_id=one.id,
            answer=one.answer,
            outcome=one.outcome or "",
            decided_at=one.at,
            taught=one.item_id in taught,
        )
        for one in store_decisions.decisions(tx, project_id)
        if one.gold and one.answer is not None
    ]


def masked(text: str) -> str:
    """Return what somebody wrote, masked as everything is that the product stores."""
    return capture_text(text.strip(), MaskScope()).text


def case_seen(tx: Connection, case: Case, person_id: str) -> Seen:
    """Return a case's item as a person sees it."""
    return seen_by(
        tx,
        ref_id=case.id,
        item_id=case.item_id,
        question_id=case.question_id,
        person_id=person_id,
    )


def require_criteria(spec: ProjectSpec, named: Sequence[str]) -> None:
    """Raise InvalidInput where the guideline does not have a criterion that somebody names."""
    known = [one.id for one in spec.guideline.criteria]
    for one in named:
        if one not in known:
            has = ", ".join(known) or "none"
            raise InvalidInput(
                f"The guideline of project {spec.id} has no criterion {one!r}.",
                remedy=f"{did_you_mean(one, known)}It has: {has}.",
                code="unknown_criterion",
            )


def find(tx: Connection, project_id: str, case_id: str) -> Case:
    """Return a case of the project. Raises NotFound."""
    return store.CASES.one(tx, case_id, store.get, project_id=project_id)


def to_change(tx: Connection, project_id: str, case_id: str) -> Case:
    whole = store.CASES.whole(tx, case_id, project_id=project_id)
    found = store.get_to_change(tx, whole)
    if found is None:
        raise NotFound(f"There is no case {case_id} in project {project_id}.")
    return found


def held_case(tx: Connection, project_id: str, case_id: str, by: Adjudicator) -> Case:
    """Return a case that a person holds; a claim that lapsed holds until another takes it."""
    case = to_change(tx, project_id, case_id)
    if case.state is CaseState.CLAIMED and case.holder == by.person_id:
        return case
    raise not_mine(tx, case)


def not_mine(tx: Connection, case: Case) -> Conflict:
    """Return the error for a case that somebody acts on without holding it."""
    decision = store_decisions.decision_of(tx, case.id)
    if case.state is CaseState.DECIDED and decision is not None:
        return Conflict(
            f"Case {case.id} was decided meanwhile.",
            remedy="Look at the decision; what you typed is yet on your page.",
            code="already_decided",
            detail={
                "outcome": decision.outcome,
                "answer": decision.answer,
                "rationale": decision.rationale,
                "decided_at": decision.at,
            },
        )
    if case.state is CaseState.WITHDRAWN:
        return Conflict(
            f"Case {case.id} was withdrawn: its item was settled otherwise.",
            remedy="Take the next case.",
            code="case_withdrawn",
        )
    return Conflict(
        f"You do not hold case {case.id}; it is {case.state.value}.",
        remedy="Take it again if nobody has; what you typed is yet on your page.",
        code="case_not_held",
        detail={"state": case.state.value},
    )


def _require_takeable(tx: Connection, case: Case, by: Adjudicator, now: float) -> None:
    if not rules.is_free(case, now):
        raise not_mine(tx, case)
    if case.level not in rules.levels_for(by.level):
        raise Conflict(
            f"Case {case.id} is for a specialist.",
            remedy="Take a case of your own level.",
            code="higher_level",
        )
    if not by.tags >= set(case.requires):
        raise Conflict(
            f"Case {case.id} needs the tags {', '.join(case.requires)}.",
            remedy="Take another case, or ask a lead for the tags you have the skills for.",
            code="tags_missing",
        )
    if store.involved_in(tx, [case.id], by):
        raise Conflict(
            f"You have a part in the item of case {case.id}: you judged it, hold it, wrote a "
            "part of it or asked about it.",
            remedy="Leave it to somebody else; nobody decides what they had a part in.",
            code="involved",
        )


def _kept(case: Case, by: Adjudicator, project: Project, now: float) -> Case:
    minutes = project.spec.escalation.claim_minutes
    return replace(
        case,
        state=CaseState.CLAIMED,
        holder=by.person_id,
        claimed_until=now + minutes * _MINUTE,
        answers_until=None,
    )


def _change(
    tx: Connection, case: Case, *, state: CaseState, closed_at: float | None = None
) -> Case:
    after = replace(
        case,
        state=state,
        holder=None,
        claimed_until=None,
        answers_until=None,
        closed_at=closed_at,
    )
    return store.change(tx, case, after)
