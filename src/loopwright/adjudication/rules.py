"""When an item is escalated and who may do what with a case; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loopwright.accounts.model import Role
from loopwright.adjudication.model import (
    FREE_STATES,
    Case,
    CaseState,
    ItemFacts,
    Level,
    NewReason,
    RaisedFlag,
    ReasonKind,
    Severity,
)
from loopwright.base.digests import digest_json
from loopwright.projects.escalation_spec import EscalationSpec, Hours
from loopwright.questions.model import ShownOrder

SENIOR_TAG = "senior"
_SPECIALISTS = frozenset({Role.SPECIALIST, Role.LEAD, Role.OWNER})
_HOUR = 3600.0


def level_of(roles: Collection[Role], tags: Collection[str]) -> Level | None:
    """Return at which level somebody decides; None for nobody who does.

    Specialists, leads and owners decide everything; the tag `senior` makes an annotator one who
    decides what is not for a specialist.
    """
    if _SPECIALISTS & set(roles):
        return Level.SPECIALIST
    if Role.ANNOTATOR in roles and SENIOR_TAG in tags:
        return Level.SENIOR
    return None


def levels_for(level: Level) -> tuple[Level, ...]:
    """Return the levels of the cases that somebody of a level may decide."""
    return (Level.SENIOR, Level.SPECIALIST) if level is Level.SPECIALIST else (Level.SENIOR,)


def reasons_of_votes(facts: ItemFacts, spec: EscalationSpec) -> list[NewReason]:
    """Return why the votes on an item call for somebody senior.

    One vote is no disagreement, and votes that are not all in may still agree.
    """
    if not facts.complete or not facts.votes:
        return []
    found = []
    if spec.disagreement and facts.split:
        detail = {"votes": dict(facts.votes)}
        found.append(
            NewReason(ReasonKind.DISAGREEMENT, "disagreement", Severity.NORMAL, detail=detail)
        )
    limit = spec.probability_below
    if limit is not None and facts.probability is not None and facts.probability < limit:
        unsure = {"probability": facts.probability, "below": limit}
        found.append(NewReason(ReasonKind.UNSURE, "unsure", Severity.LOW, detail=unsure))
    return found


def reason_of_flag(
    raised: RaisedFlag, spec: EscalationSpec, scales: Mapping[str, Sequence[str]]
) -> NewReason | None:
    """Return why a flag calls for somebody senior, None where it is not grave enough.

    `scales` has each flag's severities, the least grave first. A flag whose scale does not know
    the word of the rule counts at its gravest level alone, one that the guideline no longer has
    only where its severity is that word.
    """
    if spec.flags_at is None:
        return None
    scale = scales.get(raised.flag, (raised.severity, spec.flags_at))
    wanted = scale.index(spec.flags_at) if spec.flags_at in scale else len(scale) - 1
    given = scale.index(raised.severity) if raised.severity in scale else -1
    if given < wanted:
        return None
    gravest = given == len(scale) - 1
    return NewReason(
        ReasonKind.FLAG,
        f"flag:{raised.judgment_id}:{raised.flag}",
        Severity.HIGH if gravest else Severity.NORMAL,
        detail={"flag": raised.flag, "severity": raised.severity},
    )


def deadline_of(opened_at: float, severity: Severity, hours: Hours) -> float:
    """Return until when a case of this severity shall be decided."""
    of = {Severity.HIGH: hours.high, Severity.NORMAL: hours.normal, Severity.LOW: hours.low}
    return opened_at + of[severity] * _HOUR


def joined(case: Case, severity: Severity, spec: EscalationSpec) -> Case:
    """Return an open case with one more reason: never less grave, never later than before."""
    gravest = max(case.severity, severity)
    sooner = deadline_of(case.opened_at, gravest, spec.hours)
    return replace(case, severity=gravest, deadline=min(case.deadline, sooner))


def state_at(case: Case, now: float) -> CaseState:
    """Return where a case is at a time: claims and waits for answers end by themselves."""
    if case.state is CaseState.CLAIMED and (case.claimed_until or 0.0) <= now:
        return CaseState.WAITING
    if case.state is CaseState.ASKED and (case.answers_until or 0.0) <= now:
        return CaseState.ANSWERED
    return case.state


def is_free(case: Case, now: float) -> bool:
    """Return whether somebody may take the case now."""
    return state_at(case, now) in FREE_STATES


def overdue(case: Case, now: float) -> bool:
    """Return whether an open case is past its deadline."""
    return case.is_open and case.deadline <= now


def passed_on(case: Case, now: float, spec: EscalationSpec) -> Case:
    """Return a case as a specialist gets it: free, with at least half its time once more."""
    half = (deadline_of(0.0, case.severity, spec.hours)) / 2
    return replace(
        case,
        state=CaseState.ESCALATED,
        level=Level.SPECIALIST,
        deadline=max(case.deadline, now + half),
        holder=None,
        claimed_until=None,
        answers_until=None,
    )


def first_fitting(cases: Iterable[Case], tags: Collection[str]) -> list[Case]:
    """Return the cases whose tags somebody has: the most urgent first, the gravest of those."""
    fitting = [case for case in cases if set(tags) >= set(case.requires)]
    return sorted(fitting, key=lambda case: (case.deadline, -case.severity, case.id))


def shown_order(case_id: str, person_id: str, completions: int) -> ShownOrder | None:
    """Return the order in which somebody sees the completions of a case.

    It is as good as drawn, and always the same for the same person and case.
    """
    if completions < 2:
        return None
    drawn = {place: digest_json([case_id, person_id, place]) for place in range(completions)}
    return ShownOrder.of(sorted(drawn, key=drawn.__getitem__))


def differs(
    outcome: str | None,
    votes: list[list[Any]] | None,
    *,
    blind: tuple[str, list[list[Any]] | None],
) -> bool:
    """Return whether a final answer says something else than the blind one."""
    return (outcome, votes) != blind


def shares(outcomes: Sequence[str]) -> dict[str, float]:
    """Return the share of each answer among the votes."""
    return {
        outcome: round(outcomes.count(outcome) / len(outcomes), 6)
        for outcome in sorted(set(outcomes))
    }


_OPEN_ENDED = frozenset({"boxes", "correction"})


def is_right(kind: str, given: str, wanted: str) -> bool | None:
    """Return whether an answer to a check is right; None where it cannot simply be told.

    How much better a side is, is a matter of degree: only which one it is counts.
    """
    return None if kind in _OPEN_ENDED else given == wanted
