"""Shadow answers become blind comparison items, before anybody is served by the candidate."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose, NewCompletion, NewItem, NewPrompt
from loopwright.labeling import queue
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.serving import store
from loopwright.serving.model import Outcome
from loopwright.serving.store import Captured

SOURCE = "gateway"
ITEMS_PER_RELEASE = 40
"""The first ones of each release; more would wait in a queue that the release does not."""
BAND = 1


def make(
    tx: Connection, *, project_id: str, pairs: Sequence[tuple[Captured, Captured]], now: float
) -> int:
    """Open a blind item for each (stable, candidate) pair worth judging; returns how many.

    Idempotent by request. Pairs with the same text, or without a text, say nothing and are
    left out. Raises NotFound when the project is not there.
    """
    spec = projects.get(tx, project_id).spec
    question_id = _pairwise(spec)
    if question_id is None:
        return 0
    known = store.shadow_items(tx, [shadow.id for _, shadow in pairs])
    room = _Room(tx)
    made: list[tuple[Captured, str]] = []
    for stable, shadow in pairs:
        if shadow.id in known or not _worth_judging(stable, shadow) or not room.take(shadow):
            continue
        item_id = _add_item(
            tx, spec=spec, stable=stable, shadow=shadow, question_id=question_id, now=now
        )
        made.append((shadow, item_id))
    if made:
        store.add_shadow_items(tx, made)
        queue.open_items(
            tx,
            project_id=project_id,
            item_ids=[item_id for _, item_id in made],
            overlap=spec.overlap,
            band=BAND,
            propensity=1.0,
            now=now,
        )
    return len(made)


class _Room:
    """How many more items each release may open."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._left: dict[str, int] = {}

    def take(self, shadow: Captured) -> bool:
        release_id = shadow.release_id or ""
        if release_id not in self._left:
            there = store.count_shadow_items(self._tx, release_id)
            self._left[release_id] = ITEMS_PER_RELEASE - there
        self._left[release_id] -= 1
        return self._left[release_id] >= 0


def _worth_judging(stable: Captured, shadow: Captured) -> bool:
    answered = stable.outcome == shadow.outcome == Outcome.ANSWERED.value
    return answered and stable.completion.strip() != shadow.completion.strip()


def _pairwise(spec: ProjectSpec) -> str | None:
    return next((question.id for question in spec.questions if question.kind == "pairwise"), None)


def _add_item(
    tx: Connection,
    *,
    spec: ProjectSpec,
    stable: Captured,
    shadow: Captured,
    question_id: str,
    now: float,
) -> str:
    origin: Json = {"request": stable.id, "shadow_request": shadow.id, "release": shadow.release_id}
    [prompt] = intake.add_prompts(
        tx,
        project_id=stable.project_id,
        rows=[
            NewPrompt(
                messages=[as_message(message) for message in stable.messages],
                source=SOURCE,
                key=stable.id,
                origin=origin,
                simulated=spec.simulated,
            )
        ],
        now=now,
    )
    completion_ids = intake.add_completions(
        tx,
        rows=[
            NewCompletion(prompt.id, stable.assigned, stable.completion),
            NewCompletion(prompt.id, shadow.assigned, shadow.completion),
        ],
        now=now,
    )
    [item_id] = intake.add_items(
        tx,
        project_id=stable.project_id,
        rows=[
            NewItem(
                question_id=question_id,
                prompt_id=prompt.id,
                completion_ids=completion_ids,
                purpose=ItemPurpose.SHADOW,
                origin_key=f"shadow:{shadow.id}",
                origin=origin,
            )
        ],
        now=now,
    )
    return item_id


def as_message(message: Json) -> dict[str, str]:
    """Return a captured turn as intake takes it."""
    role = "system" if message["role"] == "developer" else message["role"]
    return {"role": role, "content": message["content"]}
