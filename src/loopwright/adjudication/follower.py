"""One thread that opens cases by the projects' rules, and keeps open cases moving.

It reads what consensus and judgments have come to, some seconds behind them; nobody who judges
waits for it.
"""

import threading
from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import Connection

from loopwright.adjudication import rules, store, store_decisions, store_watch
from loopwright.adjudication.handback import wake
from loopwright.adjudication.model import (
    Case,
    CaseState,
    Decision,
    EventKind,
    ItemFacts,
    Level,
    NewReason,
)
from loopwright.adjudication.opening import escalate_item, tell
from loopwright.adjudication.service import withdraw
from loopwright.adjudication.store_watch import Mark, Place
from loopwright.base.clock import system_now
from loopwright.base.digests import digest_json
from loopwright.base.ids import new_id
from loopwright.infra.home import Home
from loopwright.projects import store as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import service as quality
from loopwright.quality.model import Settlement

_log = structlog.get_logger("adjudication")

PERIOD_SECONDS = 3.0
LEASE_SECONDS = 30.0
SLACK_SECONDS = 60.0
"""How late a commit may show: what changed since then is looked at once more."""
AGAIN_SECONDS = 3600.0
"""How often all consensus answers are looked at: a lead may have closed items by hand."""
RETRY_SECONDS = 5.0
_AT_ONCE = 100


class EscalationFollower:
    """Opens cases by rule; of several servers one holds the lease."""

    def __init__(self, home: Home, *, period: float = PERIOD_SECONDS) -> None:
        self._home = home
        self._period = period
        self._holder = new_id("fol")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: dict[str, list[tuple[float, int]]] = {}
        self._again_at: dict[str, float] = {}

    def start(self) -> None:
        """Begin following; returns at once."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="escalations", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the round under way and give the lease back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._home.db.write(lambda tx: store_watch.release_lease(tx, holder=self._holder))

    def step(self, *, now: float) -> int:
        """Follow once; return how many cases were opened or changed."""
        held = self._home.db.write(
            lambda tx: store_watch.hold_lease(
                tx, holder=self._holder, now=now, seconds=LEASE_SECONDS
            )
        )
        if not held:
            return 0
        specs = [one.spec for one in self._home.db.read(projects.all_projects)]
        changed = sum(self._look(spec, now) for spec in specs if _has_rules(spec))
        return changed + self._tend({spec.id: spec for spec in specs}, now)

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = self._period
            try:
                self.step(now=system_now())
            except Exception:
                # The database may be away for a while; what is there waits for the next round.
                _log.exception("escalation round failed")
                pause = RETRY_SECONDS
            self._stop.wait(pause)

    def _look(self, spec: ProjectSpec, now: float) -> int:
        """Open cases for what a project's rules are about."""
        under = digest_json(spec.escalation.model_dump(mode="json"))
        mark, newest = self._home.db.read(
            lambda tx: (
                store_watch.mark_of(tx, spec.id),
                store_watch.newest_seq(tx, spec.id),
            )
        )
        if mark is None or mark.rules != under:
            mark = Mark(spec.id, under, 0, 0.0)
            self._seen.pop(spec.id, None)
        whole = now >= self._again_at.get(spec.id, 0.0)
        if whole:
            self._again_at[spec.id] = now + AGAIN_SECONDS
        since = Place(0.0 if whole else mark.consensus_at)
        opened = self._look_at_votes(spec, since, now) + self._look_at_flags(spec, mark.seq, now)
        seq = self._safe_seq(spec.id, mark.seq, newest, now)
        after = Mark(spec.id, under, seq, now - SLACK_SECONDS)
        if after.seq != mark.seq or opened or whole:
            self._home.db.write(lambda tx: store_watch.put_mark(tx, after))
        return opened

    def _look_at_votes(self, spec: ProjectSpec, since: Place | None, now: float) -> int:
        opened = 0
        if not _about_votes(spec):
            return 0
        while since is not None:
            found, since = self._home.db.read(
                lambda tx, after=since: _page(tx, spec, after)  # type: ignore[misc]
            )
            reasons = {
                item: rules.reasons_of_votes(facts, spec.escalation)
                for item, facts in found.items()
            }
            opened += self._escalate(spec, reasons.items(), now)
        return opened

    def _look_at_flags(self, spec: ProjectSpec, seq: int, now: float) -> int:
        if spec.escalation.flags_at is None:
            return 0
        scales = {flag.id: flag.severities for flag in spec.guideline.flags}
        raised = self._home.db.read(lambda tx: list(store_watch.flags_after(tx, spec.id, seq)))
        settled = self._home.db.read(
            lambda tx: quality.settlement_of(tx, [one.item_id for one in raised])
        )
        reasons: dict[str, list[NewReason]] = {}
        for one in (one for one in raised if one.item_id not in settled):
            reason = rules.reason_of_flag(one, spec.escalation, scales)
            if reason is not None:
                reasons.setdefault(one.item_id, []).append(reason)
        return self._escalate(spec, reasons.items(), now)

    def _escalate(
        self, spec: ProjectSpec, found: Iterable[tuple[str, Sequence[NewReason]]], now: float
    ) -> int:
        wanted = [(item, reasons) for item, reasons in found if reasons]
        opened = 0
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            opened += self._home.db.write(
                lambda tx, part=part: _escalated(tx, spec, part, now)  # type: ignore[misc]
            )
        return opened

    def _safe_seq(self, project_id: str, before: int, newest: int, now: float) -> int:
        """Return the newest judgment that was there long ago enough for all before it to show."""
        seen = self._seen.setdefault(project_id, [])
        seen.append((now, newest))
        old = [seq for at, seq in seen if at <= now - SLACK_SECONDS]
        self._seen[project_id] = [one for one in seen if one[0] > now - SLACK_SECONDS]
        return max([before, *old])

    def _tend(self, specs: dict[str, ProjectSpec], now: float) -> int:
        """Move open cases on: settled otherwise, waited long enough, or overdue."""
        cases = self._home.db.read(lambda tx: store.open_cases(tx, limit=5000))
        due = [case for case in cases if _is_due(case, specs[case.project_id], now)]
        settled = self._home.db.read(
            lambda tx: quality.settlement_of(tx, [case.item_id for case in cases])
        )
        touched = [case for case in cases if case.item_id in settled]
        own = self._home.db.read(
            lambda tx: store_decisions.decisions_of(tx, [case.id for case in touched])
        )
        gone = {
            case.id
            for case in touched
            if _settled_otherwise(case, settled[case.item_id], own.get(case.id))
        }
        wanted = [case.id for case in cases if case.id in gone or case in due]
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            self._home.db.write(
                lambda tx, part=part: _moved(tx, part, specs, now)  # type: ignore[misc]
            )
        return len(wanted)


def _has_rules(spec: ProjectSpec) -> bool:
    return spec.escalation.flags_at is not None or _about_votes(spec)


def _about_votes(spec: ProjectSpec) -> bool:
    return spec.escalation.disagreement or spec.escalation.probability_below is not None


def _page(
    tx: Connection, spec: ProjectSpec, after: Place
) -> tuple[dict[str, ItemFacts], Place | None]:
    """Return what the rules look at of a page of items, and where the next page begins.

    Gold may correct a high probability to a low one: no page can be cut by what the model says.
    """
    split_only = spec.escalation.probability_below is None
    page, following = store_watch.not_escalated(tx, spec.id, split_only=split_only, after=after)
    shown = [] if split_only else quality.in_full(tx, spec=spec, page=page)
    calibrated = {one.consensus.item_id: one.calibrated for one in shown}
    facts = {
        one.item_id: ItemFacts(
            votes=one.votes,
            split=one.split,
            probability=None
            if one.parts_only
            else (calibrated.get(one.item_id) or one.probability),
            complete=True,
        )
        for one in page
    }
    return facts, following


def _is_due(case: Case, spec: ProjectSpec, now: float) -> bool:
    lapsed = case.state is CaseState.ASKED and rules.is_free(case, now)
    return lapsed or _goes_up(case, spec, now)


def _goes_up(case: Case, spec: ProjectSpec, now: float) -> bool:
    """Return whether a case goes from senior to specialist by itself; never out of a hand."""
    return (
        spec.escalation.pass_on_overdue
        and case.level is Level.SENIOR
        and rules.overdue(case, now)
        and rules.is_free(case, now)
    )


def _settled_otherwise(case: Case, settled: Settlement, own: Decision | None) -> bool:
    """Return whether an item was settled since its case was opened, and not by the case."""
    by_case = own is not None and settled.ref_id == own.id
    return settled.settled_at > case.opened_at and not by_case


def _escalated(
    tx: Connection,
    spec: ProjectSpec,
    part: Sequence[tuple[str, Sequence[NewReason]]],
    now: float,
) -> int:
    found = [
        escalate_item(tx, spec=spec, item_id=item_id, reasons=reasons, now=now)
        for item_id, reasons in part
    ]
    return len([case for case in found if case is not None])


def _moved(
    tx: Connection, case_ids: Sequence[str], specs: dict[str, ProjectSpec], now: float
) -> None:
    """Look at each case once more, held, and move it on if that is still due."""
    for case_id in case_ids:
        case = store.get_to_change(tx, case_id)
        if case is None or not case.is_open:
            continue
        settled = quality.settlement_of(tx, [case.item_id]).get(case.item_id)
        own = store_decisions.decision_of(tx, case.id)
        if settled is not None and _settled_otherwise(case, settled, own):
            withdraw(tx, case=case, source=settled.source.value, now=now)
            continue
        if case.state is CaseState.ASKED and rules.is_free(case, now):
            case = wake(tx, case, now)
            store.add_event(tx, case_id=case.id, kind=EventKind.ANSWER_TIME_OVER, by=None, now=now)
        if _goes_up(case, specs[case.project_id], now):
            spec = specs[case.project_id].escalation
            passed = store.change(tx, case, rules.passed_on(case, now, spec))
            store.add_event(
                tx,
                case_id=case.id,
                kind=EventKind.ESCALATED,
                by=None,
                now=now,
                detail={"overdue": True},
            )
            tell(tx, passed, "case.escalated", now)
