"""Opening cases: by rule or because somebody asked; several reasons join one open case."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.adjudication import rules, store
from loopwright.adjudication.model import (
    Case,
    CaseState,
    EventKind,
    Level,
    NewReason,
    ReasonKind,
    Severity,
)
from loopwright.base.digests import digest_json
from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.infra import events
from loopwright.infra.database import Repeat
from loopwright.intake import store as intake
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.labeling import store as labeling
from loopwright.labeling.model import AssignmentState
from loopwright.projects.spec import ProjectSpec


def escalate_item(
    tx: Connection, *, spec: ProjectSpec, item_id: str, reasons: Sequence[NewReason], now: float
) -> Case | None:
    """Put reasons on an item's open case, opening one where there is none.

    A reason that the item was escalated for before changes nothing. Returns the case, None where
    no reason was new.
    """
    known = store.known_keys(tx, item_id)
    fresh = [one for one in reasons if one.key not in known]
    if not fresh:
        return None
    case = store.open_case_of(tx, item_id)
    opened = case is None
    if case is None:
        case = _opened(tx, spec, item_id, fresh, now)
    for reason in fresh:
        if not store.add_reason(tx, case_id=case.id, item_id=item_id, reason=reason, now=now):
            raise Repeat  # another gave the same reason meanwhile
        case = _joined(tx, spec, case, reason, new=opened, now=now)
    tell(tx, case, "case.opened" if opened else "case.changed", now)
    return case


def request(
    tx: Connection,
    *,
    spec: ProjectSpec,
    item_id: str,
    question: str,
    person_id: str,
    sees_results: bool,
    now: float,
) -> Case:
    """Ask somebody senior about an item; the same question again is the same request.

    Raises NotFound for an item that was never offered to who asks (those who see results may ask
    about any), Conflict where the project does not take requests or the case is decided.
    """
    whole = intake.ITEMS.whole(tx, item_id, project_id=spec.id)
    met = labeling.met_by(tx, whole).get(person_id)
    if not sees_results:
        if met is None or met is AssignmentState.BARRED:
            raise NotFound(
                f"No item {item_id} was offered to you in project {spec.id}.",
                remedy="Ask about an item on your label page or in your own judgments.",
            )
        if not spec.escalation.requests:
            raise Conflict(
                f"Project {spec.id} takes no requests to somebody senior.",
                remedy="Write a note to the leads, or skip the item.",
                code="requests_off",
            )
    masked = capture_text(question, MaskScope()).text
    reason = NewReason(
        kind=ReasonKind.REQUEST,
        key=f"request:{person_id}:{digest_json(masked)[-16:]}",
        severity=Severity.NORMAL,
        detail={},
        question=masked,
        by=person_id,
    )
    case = escalate_item(tx, spec=spec, item_id=whole, reasons=[reason], now=now)
    if case is not None:
        return case
    return store.cases_of_item(tx, whole)[-1]  # the same question was asked before


def tell(tx: Connection, case: Case, kind: str, now: float) -> None:
    """Say that something happened to a case: where it is, nothing of what people said."""
    events.emit(
        tx,
        kind=kind,
        project_id=case.project_id,
        subject_id=case.id,
        payload={"item_id": case.item_id, "state": case.state.value, "level": case.level.value},
        now=now,
    )


def _opened(
    tx: Connection, spec: ProjectSpec, item_id: str, reasons: Sequence[NewReason], now: float
) -> Case:
    item, prompt = intake.items_with_prompts(tx, [item_id])[item_id]
    segment = next((one for one in spec.segments if one.id == prompt.segment), None)
    severity = max(one.severity for one in reasons)
    case = Case(
        id=new_id("cas"),
        project_id=spec.id,
        item_id=item_id,
        question_id=item.question_id,
        requires=tuple(sorted({*item.requires, *(() if segment is None else segment.requires)})),
        state=CaseState.WAITING,
        level=Level(spec.escalation.first),
        severity=severity,
        opened_at=now,
        deadline=rules.deadline_of(now, severity, spec.escalation.hours),
        holder=None,
        claimed_until=None,
        answers_until=None,
        closed_at=None,
        version=1,
    )
    if not store.insert(tx, case):
        raise Repeat  # another opened one meanwhile
    return case


def _joined(
    tx: Connection, spec: ProjectSpec, case: Case, reason: NewReason, *, new: bool, now: float
) -> Case:
    kind = EventKind.OPENED if new else EventKind.REASON_ADDED
    detail = {"reason": reason.kind.value, "key": reason.key}
    store.add_event(tx, case_id=case.id, kind=kind, by=reason.by, now=now, detail=detail)
    after = rules.joined(case, reason.severity, spec.escalation)
    return case if after == case else store.change(tx, case, after)
