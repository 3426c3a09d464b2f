"""Use cases of feedback: take it in once, open what the rules open, settle what waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.errors import LoopwrightError, NotFound
from loopwright.feedback import rules, store
from loopwright.feedback.arrival import captured
from loopwright.feedback.model import (
    Effect,
    EffectState,
    Feedback,
    NewFeedback,
    Received,
    Trace,
)
from loopwright.feedback.opening import Opener
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.projects import service as projects

LOOKED_AT_ONCE = 200


def receive(
    tx: Connection,
    *,
    project_id: str,
    rows: Sequence[NewFeedback],
    person_id: str | None,
    now: float,
) -> list[Received]:
    """Store feedback, each row by itself; return what became of each, in the order given.

    The same client id with the same content is the same feedback; with another content the
    row is refused. Nothing of a refused row is stored.
    """
    spec = projects.get(tx, project_id).spec
    key = store.project_key(tx, project_id)
    items = intake.items_of(tx, (row.target.item_id for row in rows if row.target.item_id))
    prompts = intake.prompts_of(tx, (item.prompt_id for item in items.values()))
    answers: list[Received | Feedback] = []
    for row in rows:
        item = items.get(row.target.item_id or "")
        if row.target.item_id is not None and (item is None or item.project_id != project_id):
            answers.append(_refused(row, _no_item(row.target.item_id, project_id)))
            continue
        prompt = None if item is None else prompts[item.prompt_id]
        answers.append(
            captured(
                row, project_id=project_id, person_id=person_id, key=key, prompt=prompt, now=now
            )
        )
    arrived = [row for row in answers if isinstance(row, Feedback)]
    kept = iter(keep(tx, opener=Opener(tx, spec, now), arrived=arrived))
    return [row if isinstance(row, Received) else next(kept) for row in answers]


def keep(tx: Connection, *, opener: Opener, arrived: Sequence[Feedback]) -> list[Received]:
    """Store masked feedback of one project; return what became of each, in the order given."""
    new = _new_ones(tx, arrived)
    effects = [opener.effect(found) for found in new.values()]
    store.insert_effects(tx, effects)
    _announce(tx, opener.spec.id, list(new.values()), effects, opener.now)
    known = store.by_ids(tx, (row.id for row in arrived))
    first: set[str] = set()
    return [_answer(row, known[row.id], new, first) for row in arrived]


def due(tx: Connection, *, now: float) -> list[tuple[Feedback, Effect]]:
    """Return feedback that waits for a captured request and is to be looked at now."""
    return store.due(tx, now=now, limit=LOOKED_AT_ONCE)


def settle(
    tx: Connection,
    *,
    waiting: Sequence[tuple[Feedback, Effect]],
    traces: Mapping[str, Trace],
    now: float,
) -> int:
    """Decide about waiting feedback whose request was captured; return how many were settled.

    What is not captured waits on, and is given up after `rules.LOST_AFTER_SECONDS`.
    """
    openers: dict[str, Opener] = {}
    settled = 0
    for found, effect in waiting:
        trace = traces.get(found.request_id or "")
        if trace is None or trace.project_id != found.project_id:
            at = rules.next_look(found.created_at, now)
            state = EffectState.WAITING if at is not None else EffectState.LOST
            store.change_effect(tx, replace(effect, state=state, decided_at=now, next_look_at=at))
            continue
        if found.project_id not in openers:
            spec = projects.get(tx, found.project_id).spec
            openers[found.project_id] = Opener(tx, spec, now)
        after = openers[found.project_id].effect(found, trace)
        store.change_effect(tx, after)
        _announce(tx, found.project_id, [], [after], now)
        settled += 1
    return settled


def _new_ones(tx: Connection, arrived: Sequence[Feedback]) -> dict[str, Feedback]:
    first: dict[str, Feedback] = {}
    for row in arrived:
        first.setdefault(row.id, row)
    known = store.by_ids(tx, first)
    added = store.insert(tx, [row for row in first.values() if row.id not in known])
    return {row_id: row for row_id, row in first.items() if row_id in added}


def _answer(
    row: Feedback,
    known: tuple[Feedback, Effect],
    new: Mapping[str, Feedback],
    first: set[str],
) -> Received:
    stored, effect = known
    if stored.digest != row.digest:
        return Received(
            row.client_id,
            code="client_id_reused",
            message=f"The client id {row.client_id!r} stands for another feedback ({stored.id}).",
            remedy="Make a new client id for each feedback; keep it only to send the same again.",
        )
    repeated = row.id not in new or row.id in first
    first.add(row.id)
    return Received(row.client_id, stored, effect, repeated=repeated)


def _announce(
    tx: Connection,
    project_id: str,
    new: Sequence[Feedback],
    effects: Sequence[Effect],
    now: float,
) -> None:
    opened = sum(effect.state is EffectState.OPENED for effect in effects)
    if new or opened:
        events.emit(
            tx,
            kind="feedback.received" if new else "feedback.settled",
            project_id=project_id,
            subject_id=new[0].id if len(new) == 1 else None,
            payload={"by_kind": dict(Counter(row.kind for row in new)), "opened": opened},
            now=now,
        )


def _no_item(item_id: str, project_id: str) -> NotFound:
    return NotFound(
        f"There is no item {item_id} in project {project_id}.",
        remedy="Send the id of an item of this project, or the texts themselves.",
        code="unknown_item",
    )


def _refused(row: NewFeedback, error: LoopwrightError) -> Received:
    return Received(row.client_id, code=error.code, message=error.message, remedy=error.remedy)
