"""What monitoring reads of the stages before it; nothing is written here."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from loopwright.datasets.tables import dataset_judgment, dataset_version
from loopwright.guidelines.tables import guideline_version
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item, prompt
from loopwright.labeling.tables import assignment, judgment
from loopwright.models.tables import policy_version, reward_model_version
from loopwright.quality.tables import consensus
from loopwright.sampling.tables import item_state
from loopwright.serving.tables import captured_request
from loopwright.training.tables import run

TRAINED_ON = (ItemPurpose.CORE.value, ItemPurpose.CONFUSED.value, ItemPurpose.TARGETED.value)
COMPARED = (ItemPurpose.EVALUATION.value, ItemPurpose.SHADOW.value)


@dataclass(frozen=True)
class Count:
    """How many there are, the oldest and the newest time of them."""

    n: int
    oldest_at: float | None
    newest_at: float | None


@dataclass(frozen=True)
class RunLine:
    """A training run as the Loop page needs it."""

    id: str
    kind: str
    state: str
    started_at: float | None
    ended_at: float | None
    error: str | None


def prompts(tx: Connection, project_id: str, *, since: float = 0.0) -> Count:
    """Count the prompts that arrived."""
    return _count(tx, prompt, prompt.c.created_at, prompt.c.project_id == project_id, since=since)


def open_items(tx: Connection, project_id: str, *, purposes: tuple[str, ...] = ()) -> Count:
    """Count the items that still want judgments; times are when they were opened."""
    opened = item_state.c.opened_at
    query = select(func.count(), func.min(opened), func.max(opened)).where(
        item_state.c.project_id == project_id, item_state.c.state == "open"
    )
    if purposes:
        query = query.join_from(item_state, item, item.c.id == item_state.c.item_id).where(
            item.c.purpose.in_(purposes)
        )
    return _one(tx, query)


def set_aside(tx: Connection, project_id: str, *, most_skips: int) -> tuple[int, int]:
    """Count the items that were set aside: what `most_skips` people skipped, and the others."""
    skipped = func.coalesce(func.sum(case((item_state.c.skips >= most_skips, 1), else_=0)), 0)
    query = select(skipped, func.count()).where(
        item_state.c.project_id == project_id, item_state.c.state == "stuck"
    )
    row = tx.execute(query).one()
    return int(row[0]), int(row[1]) - int(row[0])


def offers(tx: Connection, project_id: str, *, now: float) -> Count:
    """Count the assignments that somebody holds now; times are the ends of their leases."""
    return _count(
        tx,
        assignment,
        assignment.c.lease_until,
        assignment.c.project_id == project_id,
        assignment.c.state == "open",
        since=now,
    )


def judgments(
    tx: Connection, project_id: str, *, since: float = 0.0, purposes: tuple[str, ...] = ()
) -> Count:
    """Count the judgments made here (imports are history, not movement)."""
    query = select(
        func.count(), func.min(judgment.c.created_at), func.max(judgment.c.created_at)
    ).where(
        judgment.c.project_id == project_id,
        judgment.c.origin != "import",
        judgment.c.created_at >= since,
    )
    if purposes:
        query = query.join_from(judgment, item, item.c.id == judgment.c.item_id).where(
            item.c.purpose.in_(purposes)
        )
    return _one(tx, query)


def imported(tx: Connection, project_id: str) -> int:
    """Count the judgments that came in files."""
    query = select(func.count()).where(
        judgment.c.project_id == project_id, judgment.c.origin == "import"
    )
    return int(tx.scalar(query.select_from(judgment)) or 0)


def without_consensus(tx: Connection, project_id: str) -> Count:
    """Count the judged items that have no consensus yet."""
    query = (
        select(
            func.count(func.distinct(judgment.c.item_id)),
            func.min(judgment.c.created_at),
            func.max(judgment.c.created_at),
        )
        .select_from(judgment.outerjoin(consensus, consensus.c.item_id == judgment.c.item_id))
        .where(
            judgment.c.project_id == project_id,
            judgment.c.superseded_by.is_(None),
            consensus.c.item_id.is_(None),
        )
    )
    return _one(tx, query)


def settled(tx: Connection, project_id: str, *, since: float = 0.0) -> Count:
    """Count the consensus answers by when they last changed."""
    return _count(
        tx,
        consensus,
        consensus.c.updated_at,
        consensus.c.project_id == project_id,
        since=since,
    )


def not_in_a_dataset(tx: Connection, project_id: str) -> Count:
    """Count the judgments that training could use and no dataset version holds yet."""
    held = select(dataset_judgment.c.judgment_id).where(
        dataset_judgment.c.judgment_id == judgment.c.id
    )
    query = (
        select(func.count(), func.min(judgment.c.created_at), func.max(judgment.c.created_at))
        .select_from(judgment.join(item, item.c.id == judgment.c.item_id))
        .where(
            judgment.c.project_id == project_id,
            judgment.c.superseded_by.is_(None),
            item.c.purpose.in_(TRAINED_ON),
            ~held.exists(),
        )
    )
    return _one(tx, query)


def datasets(tx: Connection, project_id: str, *, since: float = 0.0) -> Count:
    """Count the dataset versions."""
    return _count(
        tx,
        dataset_version,
        dataset_version.c.created_at,
        dataset_version.c.project_id == project_id,
        since=since,
    )


def runs(tx: Connection, project_id: str, *, limit: int = 50) -> list[RunLine]:
    """Return the newest training runs, newest first."""
    query = (
        select(run.c.id, run.c.kind, run.c.state, run.c.started_at, run.c.ended_at, run.c.error)
        .where(run.c.project_id == project_id)
        .order_by(run.c.started_at.desc())
        .limit(limit)
    )
    return [RunLine(**row) for row in tx.execute(query).mappings()]


def guideline(tx: Connection, project_id: str) -> tuple[int, float] | None:
    """Return number and time of the guideline version in force."""
    query = (
        select(guideline_version.c.number, guideline_version.c.published_at)
        .where(guideline_version.c.project_id == project_id)
        .order_by(guideline_version.c.number.desc())
        .limit(1)
    )
    found = tx.execute(query).first()
    return None if found is None else (int(found[0]), float(found[1]))


def requests(tx: Connection, project_id: str, *, since: float = 0.0) -> Count:
    """Count the captured requests of applications."""
    return _count(
        tx,
        captured_request,
        captured_request.c.at,
        captured_request.c.project_id == project_id,
        captured_request.c.shadow.is_(False),
        since=since,
    )


def requests_by_arm(tx: Connection) -> list[tuple[str, str, int]]:
    """Return (project, arm, count) of all captured requests."""
    table = captured_request.c
    query = select(table.project_id, table.arm, func.count()).group_by(table.project_id, table.arm)
    return [(project, arm, int(n)) for project, arm, n in tx.execute(query)]


def datasets_of_policy(tx: Connection, policy_id: str) -> set[str]:
    """Return the digests of the datasets that a policy version and its reward model saw."""
    policy = policy_version.c
    query = (
        select(policy.dataset_digest, reward_model_version.c.dataset_digest)
        .select_from(
            policy_version.outerjoin(
                reward_model_version, reward_model_version.c.id == policy.reward_model_id
            )
        )
        .where(policy.id == policy_id)
    )
    return {digest for row in tx.execute(query) for digest in row if digest is not None}


def judged_in(tx: Connection, digests: set[str]) -> list[tuple[str, float]]:
    """Return (id, time) of the judgments in datasets; imported ones were made elsewhere."""
    query = (
        select(judgment.c.id, judgment.c.created_at)
        .select_from(
            dataset_judgment.join(judgment, judgment.c.id == dataset_judgment.c.judgment_id)
        )
        .where(dataset_judgment.c.dataset_digest.in_(digests), judgment.c.origin != "import")
        .distinct()
    )
    return [(str(judgment_id), float(at)) for judgment_id, at in tx.execute(query)]


def policy_names(tx: Connection, project_id: str) -> dict[str, str]:
    """Return the names of a project's policy versions by id."""
    query = select(policy_version.c.id, policy_version.c.name).where(
        policy_version.c.project_id == project_id
    )
    return {str(policy_id): str(name) for policy_id, name in tx.execute(query)}


def _count(
    tx: Connection,
    table: Table,
    at: ColumnElement[float],
    *conditions: ColumnElement[bool],
    since: float,
) -> Count:
    query = (
        select(func.count(), func.min(at), func.max(at))
        .select_from(table)
        .where(*conditions, at >= since)
    )
    return _one(tx, query)


def _one(tx: Connection, query: "object") -> Count:
    n, oldest, newest = tx.execute(query).one()  # type: ignore[call-overload]
    return Count(int(n), oldest, newest)
