"""One item with all that became of it: votes, consensus, the settled answer, its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from loopwright.intake import store as intake
from loopwright.intake.model import Item, Prompt
from loopwright.labeling.model import AssignmentState, Judgment
from loopwright.labeling.tables import assignment, judgment
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import rules, service, store, store_settlements
from loopwright.quality.item_history import Happening, Skipped, history_of
from loopwright.quality.model import BlindVote, Settlement, ShownConsensus
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemState


@dataclass(frozen=True)
class ItemView:
    """An item as leads read it; neither who judged nor which policy wrote what."""

    item: Item
    prompt: Prompt
    texts: list[str]
    """The completions in the item's own order."""
    state: ItemState | None
    """None for an item that was never queued."""
    consensus: ShownConsensus | None
    settlement: Settlement | None
    settled_text: str
    votes: list[BlindVote]
    history: list[Happening]


def item_view(tx: Connection, *, spec: ProjectSpec, item_id: str) -> ItemView:
    """Return an item of the project by its whole id. Raises NotFound."""
    item = intake.ITEMS.one(tx, item_id, intake.get_item, project_id=spec.id)
    prompt = intake.prompts_of(tx, [item.prompt_id])[item.prompt_id]
    texts = intake.completions_of(tx, item.completion_ids)
    settlements = store_settlements.history(tx, item.id)
    settled = settlements[-1] if settlements else None
    found = store.consensus_of(tx, [item.id]).get(item.id)
    shown = [] if found is None else service.in_full(tx, spec=spec, page=[found])
    state = sampling.state_of(tx, item.id)
    return ItemView(
        item=item,
        prompt=prompt,
        texts=[texts[one].text for one in item.completion_ids],
        state=state,
        consensus=shown[0] if shown else None,
        settlement=settled,
        settled_text=""
        if settled is None
        else rules.in_words(spec, item.question_id, settled.outcome),
        votes=service.votes(tx, spec=spec, item_id=item.id),
        history=history_of(
            item=item,
            state=state,
            judgments=_all_judgments(tx, item.id),
            skips=_skips(tx, item.id),
            settlements=settlements,
            words=lambda outcome: rules.in_words(spec, item.question_id, outcome),
        ),
    )


def policies(tx: Connection, *, spec: ProjectSpec, item_id: str) -> list[str]:
    """Return which policy version wrote each completion of an item, in its own order."""
    item = intake.ITEMS.one(tx, item_id, intake.get_item, project_id=spec.id)
    sources, names = store.sources_of(tx, item.completion_ids), store.names_of(tx, spec.id)
    return [names.get(sources[one], sources[one]) for one in item.completion_ids]


def _all_judgments(tx: Connection, item_id: str) -> list[Judgment]:
    """Return the judgments on an item, those taken back too."""
    query = select(judgment).where(judgment.c.item_id == item_id).order_by(judgment.c.seq)
    return [Judgment(**row) for row in tx.execute(query).mappings()]


def _skips(tx: Connection, item_id: str) -> Sequence[Skipped]:
    query = select(assignment.c.rater_id, assignment.c.reason, assignment.c.settled_at).where(
        assignment.c.item_id == item_id, assignment.c.state == AssignmentState.SKIPPED.value
    )
    return [
        Skipped(row.rater_id, row.reason or "", row.settled_at)
        for row in tx.execute(query)
        if row.settled_at is not None
    ]
