"""Every query of quality."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    func,
    or_,
    select,
    type_coerce,
)

from loopwright.accounts.model import Actor
from loopwright.base.types import Json
from loopwright.infra.database import JsonText
from loopwright.infra.upsert import insert_into
from loopwright.intake.tables import completion, item, prompt
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import judgment
from loopwright.models.tables import policy_version
from loopwright.quality.model import (
    DECIDED_ABOVE,
    Consensus,
    ConsensusOrder,
    ItemVote,
    PairVerdict,
)
from loopwright.quality.sight import in_sight
from loopwright.quality.store_settlements import is_settled
from loopwright.quality.tables import consensus, keeper_lease, reliability
from loopwright.sampling.tables import item_state
from loopwright.stats.estimate import Estimate

_VOTE = (
    judgment.c.seq,
    judgment.c.project_id,
    judgment.c.question_id,
    judgment.c.item_id,
    judgment.c.rater_id,
    judgment.c.outcome,
    judgment.c.kind,
    judgment.c.votes,
    # Boxes alone say more than their votes; other answers are never read here.
    type_coerce(case((judgment.c.kind == "boxes", judgment.c.answer)), JsonText).label("answer"),
    prompt.c.segment,
)
_JUDGED = judgment.outerjoin(item, item.c.id == judgment.c.item_id).outerjoin(
    prompt, prompt.c.id == item.c.prompt_id
)


def consensus_of(tx: Connection, item_ids: Iterable[str]) -> dict[str, Consensus]:
    """Return the consensus of these items, where there is one."""
    return {
        row["item_id"]: Consensus(**row)
        for part in chunks(list(item_ids))
        for row in tx.execute(select(consensus).where(consensus.c.item_id.in_(part))).mappings()
    }


def consensus_page(
    tx: Connection,
    project_id: str,
    *,
    order: ConsensusOrder,
    limit: int,
    offset: int,
    seen_by: Actor,
) -> list[Consensus]:
    """Return a page of a project's consensus answers, of items that are in somebody's sight."""
    by: list[ColumnElement[Any]] = [consensus.c.updated_at.desc()]
    if order is ConsensusOrder.UNSURE:
        by = [case((is_settled(), 1), else_=0), consensus.c.probability.asc()]
    query = (
        select(consensus)
        .where(
            consensus.c.project_id == project_id,
            in_sight(consensus.c.item_id, actor=seen_by, project_id=project_id),
        )
        .order_by(*by, consensus.c.item_id)
        .limit(limit)
        .offset(offset)
    )
    return [Consensus(**row) for row in tx.execute(query).mappings()]


def put_consensus(tx: Connection, rows: Sequence[Consensus]) -> None:
    """Store consensus answers over what is there; in one order, so that writers never cross."""
    ordered = sorted((vars(row) for row in rows), key=lambda row: str(row["item_id"]))
    _upsert(tx, consensus, ordered, keys=("item_id",))


def drop_consensus(tx: Connection, item_ids: Sequence[str]) -> None:
    """Remove the consensus of items that have no judgment left."""
    for part in chunks(sorted(item_ids)):
        tx.execute(delete(consensus).where(consensus.c.item_id.in_(part)))


def stale_items(tx: Connection, project_id: str) -> list[str]:
    """Return the items with a consensus row and no judgment in force."""
    query = (
        select(consensus.c.item_id)
        .select_from(
            consensus.outerjoin(
                judgment,
                (judgment.c.item_id == consensus.c.item_id) & judgment.c.superseded_by.is_(None),
            )
        )
        .where(consensus.c.project_id == project_id, judgment.c.id.is_(None))
    )
    return list(tx.scalars(query))


def reliabilities(tx: Connection, project_id: str) -> dict[str, Estimate]:
    """Return each rater's reliability."""
    query = (
        select(reliability)
        .where(reliability.c.project_id == project_id)
        .order_by(reliability.c.rater_id)
    )
    return {
        row.rater_id: Estimate(row.value, row.low, row.high, row.n, row.method, row.reason)
        for row in tx.execute(query)
    }


def put_reliabilities(tx: Connection, project_id: str, found: dict[str, Estimate]) -> None:
    """Store each rater's reliability over what is there."""
    rows = [
        {"project_id": project_id, "rater_id": rater, **one.as_dict()}
        for rater, one in sorted(found.items())
    ]
    _upsert(tx, reliability, rows, keys=("project_id", "rater_id"))


def votes(tx: Connection, project_id: str | None = None) -> list[ItemVote]:
    """Return the judgments in force, of every project unless one is named."""
    query = select(*_VOTE).select_from(_JUDGED).where(judgment.c.superseded_by.is_(None))
    query = query.order_by(judgment.c.seq)
    if project_id is not None:
        query = query.where(judgment.c.project_id == project_id)
    return _votes(tx, query)


def numbers_of(tx: Connection, item_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return the numbers of the judgments in force on these items; unjudged ones are left out."""
    found: dict[str, set[int]] = {}
    for part in chunks(list(item_ids)):
        query = select(judgment.c.item_id, judgment.c.seq).where(
            judgment.c.item_id.in_(part), judgment.c.superseded_by.is_(None)
        )
        for item_id, seq in tx.execute(query):
            found.setdefault(item_id, set()).add(seq)
    return {item_id: frozenset(numbers) for item_id, numbers in found.items()}


def votes_after(
    tx: Connection, seq: int, *, also: Sequence[int] = (), limit: int = 5000
) -> list[ItemVote]:
    """Return new judgments, and those among `also` that have appeared meanwhile."""
    wanted = judgment.c.seq > seq
    if also:
        wanted = or_(wanted, judgment.c.seq.in_(also))
    query = select(*_VOTE).select_from(_JUDGED)
    query = query.where(wanted, judgment.c.superseded_by.is_(None))
    return _votes(tx, query.order_by(judgment.c.seq).limit(limit))


def superseded_since(tx: Connection, at: float) -> list[tuple[int, float]]:
    """Return (seq, time) of judgments taken back since `at`."""
    query = select(judgment.c.seq, judgment.c.superseded_at).where(judgment.c.superseded_at >= at)
    return [(row.seq, row.superseded_at) for row in tx.execute(query)]


def last_superseded(tx: Connection) -> float:
    """Return when a judgment was last taken back, 0 when none was."""
    query = select(func.max(judgment.c.superseded_at)).where(judgment.c.superseded_at.is_not(None))
    return float(tx.scalar(query) or 0.0)


def verdicts(tx: Connection, project_id: str) -> list[PairVerdict]:
    """Return the judgments in force with what they were about."""
    query = (
        select(
            judgment.c.question_id,
            judgment.c.item_id,
            judgment.c.rater_id,
            judgment.c.outcome,
            judgment.c.shown_order,
            item.c.completion_ids,
            judgment.c.kind,
            judgment.c.votes,
        )
        .join(item, item.c.id == judgment.c.item_id)
        .where(judgment.c.project_id == project_id, judgment.c.superseded_by.is_(None))
        .order_by(judgment.c.seq)
    )
    return [
        PairVerdict(
            row.question_id,
            row.item_id,
            row.rater_id,
            row.outcome,
            row.shown_order,
            tuple(row.completion_ids),
            row.kind,
            row.votes,
        )
        for row in tx.execute(query)
    ]


def sources_of(tx: Connection, completion_ids: Iterable[str]) -> dict[str, str]:
    """Return {completion: the policy version that wrote it}."""
    return {
        row.id: row.policy_version_id
        for part in chunks(sorted(set(completion_ids)))
        for row in tx.execute(
            select(completion.c.id, completion.c.policy_version_id).where(completion.c.id.in_(part))
        )
    }


def names_of(tx: Connection, project_id: str) -> dict[str, str]:
    """Return {policy version: its name}."""
    query = select(policy_version.c.id, policy_version.c.name).where(
        policy_version.c.project_id == project_id
    )
    return {row.id: row.name for row in tx.execute(query)}


def mark(tx: Connection, project_id: str) -> tuple[int, float]:
    """Return what changes whenever the judgments do: the newest one, the last taken back."""
    mine = judgment.c.project_id == project_id
    newest = tx.scalar(select(func.max(judgment.c.seq)).where(mine))
    undone = tx.scalar(
        select(func.max(judgment.c.superseded_at)).where(
            mine, judgment.c.superseded_at.is_not(None)
        )
    )
    return int(newest or 0), float(undone or 0.0)


def item_counts(tx: Connection, project_id: str) -> dict[str, int]:
    """Return how many queued items are in each state."""
    query = (
        select(item_state.c.state, func.count())
        .where(item_state.c.project_id == project_id)
        .group_by(item_state.c.state)
    )
    return {str(row[0]): int(row[1]) for row in tx.execute(query)}


def undecided_count(tx: Connection, project_id: str) -> int:
    """Return how many items are undecided: split votes, or no answer more likely than not.

    What people settled is decided.
    """
    query = select(func.count()).where(
        consensus.c.project_id == project_id,
        consensus.c.split | (consensus.c.probability <= DECIDED_ABOVE),
        ~is_settled(),
    )
    return int(tx.scalar(query.select_from(consensus)) or 0)


def hold_writing(tx: Connection) -> None:
    """Let writers of consensus follow each other until the transaction ends.

    What is read after this is at least as new as every row that is there.
    """
    if tx.dialect.name != "postgresql":
        return  # SQLite has one writer
    held = select(keeper_lease.c.id).where(keeper_lease.c.id == 1).with_for_update()
    if tx.scalar(held) is None:
        _make_lease(tx)
        tx.scalar(held)


def hold_lease(tx: Connection, *, holder: str, now: float, seconds: float) -> bool:
    """Take or renew the right to write consensus; return whether `holder` has it."""
    _make_lease(tx)
    free = or_(keeper_lease.c.holder == holder, keeper_lease.c.lease_until < now)
    taken = tx.execute(
        keeper_lease.update()
        .where(keeper_lease.c.id == 1, free)
        .values(holder=holder, lease_until=now + seconds)
    )
    return taken.rowcount == 1


def release_lease(tx: Connection, *, holder: str) -> None:
    """Give the right back."""
    tx.execute(keeper_lease.update().where(keeper_lease.c.holder == holder).values(lease_until=0.0))


def _make_lease(tx: Connection) -> None:
    row = {"id": 1, "holder": "", "lease_until": 0.0}
    tx.execute(insert_into(tx, keeper_lease).values(row).on_conflict_do_nothing())


def _votes(tx: Connection, query: Select[Any]) -> list[ItemVote]:
    return [ItemVote(*row) for row in tx.execute(query)]


def _upsert(tx: Connection, table: Any, rows: Sequence[Json], *, keys: tuple[str, ...]) -> None:
    if not rows:
        return
    insert = insert_into(tx, table)
    update = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    statement = insert.on_conflict_do_update(index_elements=list(keys), set_=update)
    for part in chunks(rows):
        tx.execute(statement, list(part))
