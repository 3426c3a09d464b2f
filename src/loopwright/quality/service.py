"""Use cases of quality: report, list, the blind votes on an item, answers that people settled."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from loopwright.accounts.model import Actor
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import rules, store, store_settlements
from loopwright.quality.calibrating import calibrations, not_calibrated
from loopwright.quality.item_history import numbered
from loopwright.quality.model import (
    BlindVote,
    Consensus,
    ConsensusOrder,
    Facts,
    QualityReport,
    ShownConsensus,
)
from loopwright.quality.settling import settle, settlement_of

__all__ = ["consensus_page", "report", "settle", "settlement_of", "votes"]

_KEPT = 64
_COSTLY_SECONDS = 0.25
_REST = 10.0
"""A report that takes longer than `_COSTLY_SECONDS` is kept this many times as long."""


@dataclass(frozen=True)
class _Kept:
    mark: tuple[int, float]
    facts: Facts
    until: float

    def good(self, mark: tuple[int, float]) -> bool:
        return self.mark == mark or perf_counter() < self.until


_lock = Lock()
_kept: WeakKeyDictionary[Engine, OrderedDict[str, _Kept]] = WeakKeyDictionary()


def report(tx: Connection, *, project_id: str) -> QualityReport:
    """Return the quality report; what only judgments change is kept until one arrives."""
    states = store.item_counts(tx, project_id)
    closed = states.get("closed", 0)
    return QualityReport(
        facts=_facts(tx, project_id),
        closed=closed,
        open=sum(states.values()) - closed,
        undecided=store.undecided_count(tx, project_id),
        reliability=store.reliabilities(tx, project_id),
    )


def consensus_page(
    tx: Connection,
    *,
    spec: ProjectSpec,
    order: ConsensusOrder,
    limit: int,
    offset: int,
    seen_by: Actor,
) -> list[ShownConsensus]:
    """Return a page of consensus answers, each with the end of its prompt as a title."""
    page = store.consensus_page(
        tx, spec.id, order=order, limit=limit, offset=offset, seen_by=seen_by
    )
    return in_full(tx, spec=spec, page=page)


def in_full(tx: Connection, *, spec: ProjectSpec, page: list[Consensus]) -> list[ShownConsensus]:
    """Return consensus answers as people read them."""
    items = intake.items_of(tx, [row.item_id for row in page])
    prompts = intake.prompts_of(tx, [one.prompt_id for one in items.values()])
    titles = {one.id: str(prompts[one.prompt_id].messages[-1]["content"]) for one in items.values()}
    asked = {one.id: one.question_id for one in items.values()}
    settled = store_settlements.settled(tx, [row.item_id for row in page])
    known = calibrations(store_settlements.gold_items(tx, spec.id))
    rated = [
        one.value for one in store.reliabilities(tx, spec.id).values() if one.value is not None
    ]
    accuracy = sum(rated) / len(rated) if rated else rules.TYPICAL
    return [
        rules.shown(
            row,
            spec,
            prompt=titles.get(row.item_id, ""),
            question_id=(question := asked.get(row.item_id, "")),
            calibration=known.get(question) or not_calibrated(question),
            accuracy=accuracy,
            settlement=settled.get(row.item_id),
        )
        for row in page
    ]


def votes(tx: Connection, *, spec: ProjectSpec, item_id: str) -> list[BlindVote]:
    """Return the judgments on an item, blind: neither who judged nor in a stable order of people.

    Raises NotFound where the project has no such item.
    """
    whole = intake.ITEMS.whole(tx, item_id, project_id=spec.id)
    judged = labeling.judgments_of_items(tx, [whole])
    name = numbered(judged)
    return [
        BlindVote(
            rater=name[one.rater_id],
            answer=one.outcome,
            text=rules.in_words(spec, one.question_id, one.outcome),
            reason=one.answer.get("reason"),
            flags=rules.flagged(one.answer, one.shown_order),
            note=one.note,
            created_at=one.created_at,
        )
        for one in sorted(judged, key=lambda one: one.id[-12:])
    ]


def _facts(tx: Connection, project_id: str) -> Facts:
    mark = store.mark(tx, project_id)
    with _lock:
        kept = _kept.setdefault(tx.engine, OrderedDict()).get(project_id)
    if kept is not None and kept.good(mark):
        return kept.facts
    began = perf_counter()
    verdicts = store.verdicts(tx, project_id)
    sources = store.sources_of(tx, (c for one in verdicts for c in one.completion_ids))
    found = rules.facts(verdicts, sources=sources, names=store.names_of(tx, project_id))
    ended = perf_counter()
    cost = ended - began
    until = ended + _REST * cost if cost > _COSTLY_SECONDS else ended
    with _lock:
        mine = _kept[tx.engine]
        mine[project_id] = _Kept(mark, found, until)
        mine.move_to_end(project_id)
        while len(mine) > _KEPT:
            mine.popitem(last=False)
    return found
