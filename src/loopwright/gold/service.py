"""Use cases of gold: make an item gold, hand it out unseen, read what came of it, retire it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from loopwright.adjudication import service as adjudication
from loopwright.adjudication import store_studies
from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.gold import rules, store, store_sessions
from loopwright.gold.model import (
    Candidate,
    GoldItem,
    GoldOrigin,
    GoldReport,
    GoldState,
    Miss,
    RaterGold,
    Scored,
)
from loopwright.gold.session_model import SessionState
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.labeling import queue
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import rules as quality
from loopwright.quality import store_settlements as settlements
from loopwright.quality.model import TRUTH, SettledBy, Settlement
from loopwright.quality.settling import settle
from loopwright.questions.model import Vote
from loopwright.questions.stored import read_votes
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band

MONTH_SECONDS = 30 * 86400.0
_UNANIMOUS = 3
"""Votes that must all agree before an item is proposed as gold."""


def add(
    tx: Connection,
    *,
    project_id: str,
    item_id: str,
    answer: Json | str | None,
    why: str,
    by: str,
    now: float,
) -> GoldItem:
    """Make an item gold. Without an `answer` the one that was settled counts.

    Raises Conflict when it is or was gold, or was settled otherwise; InvalidInput without any
    answer, or when answers to its question cannot be compared; NotFound for no such item.
    """
    found = intake.ITEMS.whole(tx, item_id, project_id=project_id)
    item = intake.items_of(tx, [found])[found]
    _require_new(store.gold_of(tx, item.id))
    _require_untaught(tx, project_id, item.id)
    made_id = new_id("gld")
    standing = settlements.settled(tx, [item.id]).get(item.id)
    origin = GoldOrigin.GIVEN if standing is None else GoldOrigin.SETTLED
    if answer is not None:
        standing = _agreeing(standing, answer) or settle(
            tx, project_id=project_id, item_id=item.id, question_id=item.question_id,
            answer=answer, source=SettledBy.GOLD, ref_id=made_id, by=by, now=now,
        )  # fmt: skip
    if standing is None:
        raise InvalidInput(
            f"Item {item.id} has no settled answer, so nobody could be right or wrong on it.",
            remedy="Send the right answer with it.",
        )
    if not rules.scorable(_votes(standing)):
        raise InvalidInput(
            f"Answers to a {standing.kind} question cannot be held against each other.",
            remedy="Use items that ask for a comparison, labels, ranks or scores.",
        )
    made = GoldItem(
        made_id, project_id, item.id, item.question_id, origin, why, by, now, None, None
    )
    if not store.insert(tx, made):
        _require_new(store.gold_of(tx, item.id))
    _let_queue_know(tx, project_id, item.id, now)
    # What is gold stays out of the event: events also leave the product, as webhooks.
    _tell(tx, "gold.added", project_id, now)
    return made


def retire(tx: Connection, *, project_id: str, gold_id: str, why: str, now: float) -> None:
    """Hand a gold item out no more. Raises NotFound for no such one; twice changes nothing."""
    if gold_id not in {one.id for one in store.golds(tx, project_id)}:
        raise NotFound(
            f"Project {project_id} has no gold item {gold_id}.",
            remedy="List them with `loopwright gold list`.",
        )
    if store.retire(tx, gold_id, why=why, now=now):
        _tell(tx, "gold.retired", project_id, now)


def reports(tx: Connection, *, spec: ProjectSpec) -> list[GoldReport]:
    """Return every gold item with what people made of it, the newest first."""
    golds = store.golds(tx, spec.id)
    answers = _answers(tx, spec.id, golds)
    titles = _titles(tx, [one.item_id for one in golds])
    right = settlements.settled(tx, [one.item_id for one in golds])
    found = []
    for gold in golds:
        mine = answers.get(gold.id, [])
        active = gold.state is GoldState.ACTIVE
        found.append(
            GoldReport(
                gold=gold,
                prompt=titles.get(gold.item_id, ""),
                answer=_in_words(spec, right.get(gold.item_id)),
                right=rules.share_right(mine),
                wear=rules.wear_of(mine, most=spec.gold.exposures),
                doubt=rules.doubt_of(mine) if active else None,
            )
        )
    return found


def candidates(tx: Connection, *, spec: ProjectSpec, limit: int = 50) -> list[Candidate]:
    """Return items that could become gold: settled ones first, then those all agreed on."""
    proposed = {one.item_id for one in adjudication.gold_candidates(tx, spec.id)}
    taken = {one.item_id for one in store.golds(tx, spec.id)}
    taken |= store_studies.taught_items(tx, spec.id)
    settled = [
        one for one in settlements.settled_in(tx, spec.id, sources=TRUTH)
        if one.item_id not in taken and rules.scorable(_votes(one))
    ]  # fmt: skip
    settled.sort(key=lambda one: (one.item_id not in proposed, -one.settled_at))
    settled = settled[:limit]
    agreed = store.unanimous(tx, spec.id, votes=_UNANIMOUS, limit=limit - len(settled))
    agreed = [one for one in agreed if one[0] not in taken]
    ids = [one.item_id for one in settled] + [item for item, _, _ in agreed]
    titles, items = _titles(tx, ids), intake.items_of(tx, ids)
    found = [
        Candidate(
            one.item_id, one.question_id, titles.get(one.item_id, ""), one.outcome,
            _in_words(spec, one),
            "proposed by who decided it" if one.item_id in proposed
            else f"settled by {one.source.value}",
            settled=True,
        )
        for one in settled
    ]  # fmt: skip
    for item_id, answer, votes in agreed:
        question = items[item_id].question_id
        found.append(
            Candidate(
                item_id, question, titles.get(item_id, ""), answer,
                quality.in_words(spec, question, answer), f"all {votes} agreed", settled=False,
            )
        )  # fmt: skip
    return found


def by_rater(tx: Connection, *, spec: ProjectSpec, now: float) -> list[RaterGold]:
    """Return how often each person was right on gold; for those who manage people."""
    golds = store.golds(tx, spec.id)
    active = {one.id for one in golds if one.state is GoldState.ACTIVE}
    mine: defaultdict[str, list[Scored]] = defaultdict(list)
    for answers in _answers(tx, spec.id, golds).values():
        for one in answers:
            mine[one.met.rater_id].append(one)
    return [
        RaterGold(
            rater_id=rater_id,
            right=rules.share_right(answers),
            in_month=sum(one.met.created_at >= now - MONTH_SECONDS for one in answers),
            unmet=len(active - {one.met.gold_id for one in answers}),
        )
        for rater_id, answers in sorted(mine.items())
    ]


def answers_of(tx: Connection, *, project_id: str, rater_id: str) -> list[Scored]:
    """Return one person's judgments on gold with their scores, in order."""
    golds = store.golds(tx, project_id)
    found = _answers(tx, project_id, golds, rater_id=rater_id)
    return sorted((one for part in found.values() for one in part), key=lambda one: one.met.seq)


def told_of(tx: Connection, *, spec: ProjectSpec, rater_id: str) -> list[Scored]:
    """Return one person's judgments on gold of which they may be told by now, in order.

    Unless misses are explained at once, a count that moves would tell which item was gold.
    """
    golds = {one.id: one for one in store.golds(tx, spec.id)}
    return [
        one
        for one in answers_of(tx, project_id=spec.id, rater_id=rater_id)
        if spec.gold.explain == "at_once" or golds[one.met.gold_id].state is GoldState.RETIRED
    ]


def misses_of(tx: Connection, *, spec: ProjectSpec, rater_id: str) -> list[Miss]:
    """Return what one person missed on gold, the newest first, as far as it may be told by now."""
    if spec.gold.explain == "never":
        return []
    golds = {one.id: one for one in store.golds(tx, spec.id)}
    told = [one.met for one in told_of(tx, spec=spec, rater_id=rater_id) if not one.right]
    ids = [one.item_id for one in told]
    titles, right = _titles(tx, ids), settlements.settled(tx, ids)
    return [
        Miss(
            item_id=one.item_id,
            prompt=titles.get(one.item_id, ""),
            yours=quality.in_words(spec, golds[one.gold_id].question_id, one.outcome),
            right=_in_words(spec, right.get(one.item_id)),
            why=golds[one.gold_id].why,
            at=one.created_at,
        )
        for one in reversed(told)
    ]


def worn(tx: Connection, *, project_id: str) -> dict[str, str]:
    """Return the gold items that should be retired, each with the reason."""
    spec = projects.get(tx, project_id).spec
    return {
        one.gold.id: one.wear.reason
        for one in reports(tx, spec=spec)
        if one.gold.state is GoldState.ACTIVE and one.wear.reason is not None
    }


def _let_queue_know(tx: Connection, project_id: str, item_id: str, now: float) -> None:
    """Open an item that never was in the queue, which hands out only what it knows."""
    if sampling.state_of(tx, item_id) is None:
        queue.open_items(
            tx, project_id=project_id, item_ids=[item_id], overlap=1, band=Band.CORE,
            propensity=1.0, now=now,
        )  # fmt: skip


def _require_untaught(tx: Connection, project_id: str, item_id: str) -> None:
    for one in store_sessions.sessions(tx, project_id):
        if item_id in one.items and one.state is not SessionState.CLOSED:
            raise Conflict(
                f"Item {item_id} is in the calibration session {one.name!r}, which reveals it.",
                remedy="Choose another item, or close the session first.",
                code="in_session",
            )
    if store_studies.live_of_item(tx, item_id):
        raise Conflict(
            f"Item {item_id} is shown by a case study: whoever read it knows the answer.",
            remedy="Choose another item.",
            code="taught",
        )


def _require_new(known: GoldItem | None) -> None:
    if known is None:
        return
    was = "is gold already" if known.state is GoldState.ACTIVE else "was gold and is retired"
    raise Conflict(
        f"Item {known.item_id} {was} ({known.id}).",
        remedy="Choose another item: people who met it know it." if known.retired_at else
        "Nothing is left to do.",
        code="already_gold",
        detail={"gold_id": known.id},
    )  # fmt: skip


def _agreeing(standing: Settlement | None, answer: Json | str) -> Settlement | None:
    """Return what is settled where the answer says the same; None where nothing is settled."""
    if standing is None:
        return None
    if answer in (standing.outcome, standing.answer):
        return standing
    raise Conflict(
        f"Item {standing.item_id} was settled otherwise: {standing.outcome} by "
        f"{standing.source.value} {standing.ref_id}.",
        remedy="Leave the answer out to use the settled one, or settle the item anew first.",
        code="contradictory_gold",
        detail={"outcome": standing.outcome, "settlement_id": standing.id},
    )


def _answers(
    tx: Connection, project_id: str, golds: Sequence[GoldItem], *, rater_id: str | None = None
) -> dict[str, list[Scored]]:
    """Return the scored judgments on each gold item."""
    right = settlements.settled(tx, [one.item_id for one in golds])
    met = defaultdict(list)
    for one in store.met(tx, project_id, rater_id=rater_id):
        met[one.gold_id].append(one)
    return {
        gold.id: rules.scored(_votes(right[gold.item_id]), met[gold.id])
        for gold in golds
        if gold.item_id in right
    }


def _votes(settled: Settlement) -> list[Vote]:
    return read_votes(settled.votes, settled.outcome, settled.answer or {"text": ""})


def _in_words(spec: ProjectSpec, settled: Settlement | None) -> str:
    return "" if settled is None else quality.in_words(spec, settled.question_id, settled.outcome)


def _titles(tx: Connection, item_ids: Sequence[str]) -> Mapping[str, str]:
    items = intake.items_of(tx, item_ids)
    prompts = intake.prompts_of(tx, [one.prompt_id for one in items.values()])
    return {key: str(prompts[one.prompt_id].messages[-1]["content"]) for key, one in items.items()}


def _tell(tx: Connection, kind: str, project_id: str, now: float) -> None:
    events.emit(tx, kind=kind, project_id=project_id, subject_id=None, payload={}, now=now)
