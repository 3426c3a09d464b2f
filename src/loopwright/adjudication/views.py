"""What each person may see of the cases: nothing of others before the blind decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection

from loopwright.accounts.access import Permission, allowed
from loopwright.accounts.model import Actor
from loopwright.adjudication import rules, store, store_decisions, store_handback, store_studies
from loopwright.adjudication.model import (
    Adjudicator,
    AnswerBack,
    AskedBack,
    BlindDecision,
    Case,
    CaseEvent,
    CaseState,
    Decision,
    Level,
    Reason,
)
from loopwright.adjudication.service import adjudicator_of, case_seen
from loopwright.adjudication.shown import offer_of
from loopwright.intake import store as intake
from loopwright.labeling.offers import Offer
from loopwright.projects.model import Project
from loopwright.quality import service as quality
from loopwright.quality import store as quality_store
from loopwright.quality.model import BlindVote, ShownConsensus
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.proportions import wilson

_TITLE = 160


@dataclass(frozen=True)
class Listed:
    """A case in the queue. `reasons` is None for who is still to decide it blind."""

    case: Case
    state: CaseState
    prompt_start: str
    segment: str
    overdue: bool
    mine: bool
    can_take: bool
    decided_blind: bool
    reasons: list[Reason] | None


@dataclass(frozen=True)
class Opened:
    """What is shown once somebody decided blind, or may not decide at all."""

    reasons: list[Reason]
    votes: list[BlindVote]
    consensus: ShownConsensus | None
    asked: list[AskedBack]
    answers: dict[str, list[AnswerBack]]
    names: dict[str, str]
    """What the people who judged are called on this item, by person."""
    events: list[CaseEvent]
    decision: Decision | None
    study_id: str | None


@dataclass(frozen=True)
class CaseView:
    """A case as one person sees it; `opened` is None for who is still to decide it blind."""

    listed: Listed
    offer: Offer
    blind: BlindDecision | None
    opened: Opened | None


@dataclass(frozen=True)
class Standing:
    """Who asks: the level at which they decide, and how many cases they hold."""

    level: Level | None
    held: list[str]
    most: int
    takeable: int
    """Cases that they could take now."""


@dataclass(frozen=True)
class Figures:
    """How the desk does."""

    open_by_level: dict[str, int]
    open_by_state: dict[str, int]
    overdue: int
    oldest_seconds: float | None
    decided: int
    withdrawn: int
    irresolvable: int
    median_seconds: float | None
    """From opening to the decision; None without a decision."""
    changed: Estimate
    """The share of decisions that differ from the blind one of the same person."""
    held: list[int]
    """How many cases each of those at work holds, the most first."""


def cases(
    tx: Connection,
    *,
    project: Project,
    actor: Actor,
    closed: bool,
    limit: int,
    offset: int,
    now: float,
) -> list[Listed]:
    """Return open cases, the most urgent first, or closed ones, the latest first."""
    if closed:
        found = store.closed_cases(tx, project.id, limit=limit, offset=offset)
    else:
        found = store.open_cases(tx, project.id, limit=limit, offset=offset)
    return _listed(tx, project, actor, found, now)


def cases_of_item(
    tx: Connection, *, project: Project, actor: Actor, item_id: str, now: float
) -> list[Listed]:
    """Return the cases of an item, the oldest first."""
    whole = intake.ITEMS.whole(tx, item_id, project_id=project.id)
    return _listed(tx, project, actor, store.cases_of_item(tx, whole), now)


def standing(tx: Connection, *, project: Project, actor: Actor, now: float) -> Standing:
    """Return who asks, as the desk sees them."""
    by = adjudicator_of(tx, actor, project.id)
    held = store.held_by(tx, project.id, actor.person_id, now=now)
    most = project.spec.escalation.held_at_once
    if by is None:
        return Standing(None, [one.id for one in held], most, 0)
    free = store.free(tx, project.id, by=by, levels=rules.levels_for(by.level), now=now)
    takeable = len(rules.first_fitting(free, by.tags))
    return Standing(by.level, [one.id for one in held], most, takeable)


def view(tx: Connection, *, project: Project, actor: Actor, case: Case, now: float) -> CaseView:
    """Return a case as this person may see it now."""
    [listed] = _listed(tx, project, actor, [case], now)
    blind = store_decisions.blind_of(tx, case.id, actor.person_id)
    return CaseView(
        listed=listed,
        offer=offer_of(tx, project=project, seen=case_seen(tx, case, actor.person_id)),
        blind=blind,
        opened=None if listed.reasons is None else _opened(tx, project, case, listed.reasons),
    )


def figures(tx: Connection, *, project_id: str, now: float) -> Figures:
    """Return how the desk does; times in seconds."""
    waiting = store.open_cases(tx, project_id, limit=100_000)
    decided = store_decisions.decisions(tx, project_id)
    opened = store.opened_of(tx, project_id, [CaseState.DECIDED])
    spent = [one.at - opened[one.case_id] for one in decided if one.case_id in opened]
    changed = wilson(sum(one.changed for one in decided), len(decided))
    if not decided:
        changed = unknown("needs a decision", 0, changed.method)
    held = store.holders(tx, project_id, now=now)
    return Figures(
        open_by_level=_counted([case.level.value for case in waiting]),
        open_by_state=_counted([rules.state_at(case, now).value for case in waiting]),
        overdue=sum(rules.overdue(case, now) for case in waiting),
        oldest_seconds=max((now - case.opened_at for case in waiting), default=None),
        decided=len(decided),
        withdrawn=len(store.opened_of(tx, project_id, [CaseState.WITHDRAWN])),
        irresolvable=sum(one.answer is None for one in decided),
        median_seconds=median(spent) if spent else None,
        changed=changed,
        held=sorted(held.values(), reverse=True),
    )


def _listed(
    tx: Connection, project: Project, actor: Actor, found: Sequence[Case], now: float
) -> list[Listed]:
    by = adjudicator_of(tx, actor, project.id)
    ids = [case.id for case in found]
    involved = set() if by is None else store.involved_in(tx, ids, by)
    blind = store_decisions.blind_cases(tx, ids, actor.person_id)
    reasons = store.reasons_of(tx, ids)
    items = intake.items_with_prompts(tx, [case.item_id for case in found])
    results = allowed(actor, Permission.RESULTS_READ, project.id)
    listed = []
    for case in found:
        _, prompt = items[case.item_id]
        outside = results and (by is None or case.id in involved)
        shown = not case.is_open or case.id in blind or outside
        listed.append(
            Listed(
                case=case,
                state=rules.state_at(case, now),
                prompt_start=prompt.messages[-1]["content"][:_TITLE],
                segment=prompt.segment,
                overdue=rules.overdue(case, now),
                mine=case.holder == actor.person_id and case.state is CaseState.CLAIMED,
                can_take=by is not None
                and rules.is_free(case, now)
                and case.id not in involved
                and _fits(case, by),
                decided_blind=case.id in blind,
                reasons=reasons.get(case.id, []) if shown else None,
            )
        )
    return listed


def _fits(case: Case, by: Adjudicator) -> bool:
    return case.level in rules.levels_for(by.level) and by.tags >= set(case.requires)


def _opened(tx: Connection, project: Project, case: Case, reasons: list[Reason]) -> Opened:
    asked = store_handback.questions_of(tx, case.id)
    studies = store_studies.live_of_item(tx, case.item_id)
    agreed = list(quality_store.consensus_of(tx, [case.item_id]).values())
    shown = quality.in_full(tx, spec=project.spec, page=agreed)
    return Opened(
        reasons=reasons,
        votes=quality.votes(tx, spec=project.spec, item_id=case.item_id),
        consensus=shown[0] if shown else None,
        asked=asked,
        answers=store_handback.answers_to(tx, [one.id for one in asked]),
        names=store_handback.names_on(tx, case.item_id),
        events=store.events_of(tx, case.id),
        decision=store_decisions.decision_of(tx, case.id),
        study_id=studies[0] if studies else None,
    )


def _counted(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
