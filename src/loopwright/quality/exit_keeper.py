"""Early exit as it happens: what the consensus keeper changed is looked at, and items close."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from loopwright.infra.home import Home
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import exits, store_exits, store_settlements
from loopwright.quality.book import ConsensusBook
from loopwright.quality.exit_model import GateState
from loopwright.quality.model import Consensus

_log = structlog.get_logger("quality.exits")

AT_ONCE = {"sqlite": 100, "postgresql": 1}
"""Items that one transaction changes. On PostgreSQL one: who answers an item while they take a
slot of another would else lock the two in the other order."""
CHANGED = 200
"""Items that one round changes, so that consensus does not wait long."""
LOOKED_AT = 2000
"""Items that one round looks at; the others wait for the next."""
GATE_SECONDS = 10.0
"""How long a gate stands before it is set anew, where something changed."""


@dataclass
class _Project:
    waiting: dict[str, None] = field(default_factory=dict)
    """Items to look at, the longest waiting first."""
    set_at: float = 0.0
    mark: object = None
    """What the gates were set on."""


class ExitKeeper:
    """Closes and reopens items of the projects that want it; runs in the consensus keeper's
    thread, under its lease."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._projects: defaultdict[str, _Project] = defaultdict(_Project)
        self._off: dict[str, float] = {}
        """Projects without early exit, and until when that is taken for granted."""

    def note(self, changed: Iterable[Consensus], emptied: Sequence[str]) -> None:
        """Remember items whose consensus changed, or that have no judgment left."""
        for row in changed:
            if row.project_id not in self._off:
                self._projects[row.project_id].waiting[row.item_id] = None
        if emptied:
            found = self._home.db.read(lambda tx: store_exits.facts_of(tx, emptied))
            for item_id, facts in found.items():
                self._projects[facts[0].project_id].waiting[item_id] = None

    def step(self, book: ConsensusBook, *, now: float) -> int:
        """Look at what waits; return how many items closed, went on or opened again."""
        done = 0
        self._off = {key: until for key, until in self._off.items() if now < until}
        for project_id, known in list(self._projects.items()):
            try:
                done += self._look(book, project_id, known, now)
            except Exception:
                # Consensus goes on without it; what waits is looked at in the next round.
                _log.exception("early exit failed", project=project_id)
        return done

    def _look(self, book: ConsensusBook, project_id: str, known: _Project, now: float) -> int:
        if not known.waiting and now < known.set_at + GATE_SECONDS:
            return 0
        spec = self._home.db.read(lambda tx: projects.get(tx, project_id)).spec
        if spec.early_exit is None:
            # Turned on later, it looks at every open item: none of these has to be remembered.
            del self._projects[project_id]
            self._off[project_id] = now + GATE_SECONDS
            return 0
        if now >= known.set_at + GATE_SECONDS:
            self._set_gates(book, spec, known, now)
        part = list(known.waiting)[:LOOKED_AT]
        due = self._home.db.read(lambda tx: exits.look(tx, spec=spec, item_ids=part))
        done = 0
        now_due, later = due[:CHANGED], frozenset(due[CHANGED:])
        size = AT_ONCE[self._home.db.dialect]
        for start in range(0, len(now_due), size):
            some = now_due[start : start + size]
            done += self._home.db.write(
                lambda tx, some=some: exits.apply(tx, spec=spec, item_ids=some, now=now)  # type: ignore[misc]
            )
        for item_id in part:
            if item_id not in later:
                known.waiting.pop(item_id, None)
        return done

    def _set_gates(
        self, book: ConsensusBook, spec: ProjectSpec, known: _Project, now: float
    ) -> None:
        """Set the gates anew where gold, audits or settings changed."""

        def read(tx: Connection) -> tuple[object, dict[str, dict[str, str]], list[str]]:
            truths: defaultdict[str, dict[str, str]] = defaultdict(dict)
            for one in store_settlements.gold_items(tx, spec.id):
                truths[one.question_id][one.item_id] = one.truth
            audits = [(one.fact.item_id, one.wrong) for one in exits.audits_of(tx, spec)]
            mark = (store_exits.gold_mark(tx, spec.id), audits, spec.early_exit)
            # A slot that a lease gave back stands in the queue without any change of consensus.
            return mark, truths, store_exits.opened_since(tx, spec.id)

        known.set_at = now
        mark, truths, opened = self._home.db.read(read)
        known.waiting.update(dict.fromkeys(opened))
        if mark == known.mark:
            return
        most = 1 if spec.early_exit is None else spec.early_exit.max
        for question in exits.questions_of(spec):
            gold = book.gold_votes(spec.id, question, truths.get(question, {}), most=most)
            made = self._home.db.write(
                lambda tx, question=question, gold=gold: exits.set_gate(  # type: ignore[misc]
                    tx, spec=spec, question_id=question, gold=gold, now=now
                )
            )
            if made.state is GateState.PAUSED:
                _log.warning("early exit paused", project=spec.id, why=made.reason)
        known.mark = mark
        least = 1 if spec.early_exit is None else spec.early_exit.min
        others = self._home.db.read(lambda tx: store_exits.open_items(tx, spec.id, least=least))
        known.waiting.update(dict.fromkeys(others))
