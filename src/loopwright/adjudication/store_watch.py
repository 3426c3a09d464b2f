"""Queries of the follower: what changed of the votes, and how far it has looked."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Text, cast, exists, func, or_, select, tuple_

from loopwright.adjudication.model import RaisedFlag, ReasonKind
from loopwright.adjudication.tables import case_reason, escalation_lease, escalation_mark
from loopwright.infra.upsert import insert_into
from loopwright.labeling.tables import judgment
from loopwright.quality.model import Consensus
from loopwright.quality.tables import consensus, settlement
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state

PAGE = 500


@dataclass(frozen=True)
class Mark:
    """How far a project's votes were looked at, under which rules."""

    project_id: str
    rules: str
    """The digest of the rules; under other rules everything is looked at again."""
    seq: int
    consensus_at: float


@dataclass(frozen=True)
class Place:
    """A place in the list of consensus answers by when they changed."""

    at: float
    item_id: str = ""


def mark_of(tx: Connection, project_id: str) -> Mark | None:
    """Return how far a project was looked at, None before the first look."""
    query = select(escalation_mark).where(escalation_mark.c.project_id == project_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else Mark(**row)


def put_mark(tx: Connection, mark: Mark) -> None:
    """Store how far a project was looked at."""
    insert = insert_into(tx, escalation_mark).values(vars(mark))
    given = {name: insert.excluded[name] for name in ("rules", "seq", "consensus_at")}
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=given))


def not_escalated(
    tx: Connection, project_id: str, *, split_only: bool, after: Place
) -> tuple[list[Consensus], Place | None]:
    """Return a page of consensus answers by when they changed, and where the next page begins.

    All their judgments are in, nobody settled them, and they were not escalated for their votes
    before. The place is None after the last page.
    """
    of_votes = [ReasonKind.DISAGREEMENT.value, ReasonKind.UNSURE.value]
    query = (
        select(consensus)
        .join(item_state, item_state.c.item_id == consensus.c.item_id)
        .where(
            consensus.c.project_id == project_id,
            tuple_(consensus.c.updated_at, consensus.c.item_id) > tuple_(after.at, after.item_id),
            item_state.c.state == ItemProgress.CLOSED.value,
            ~exists().where(settlement.c.item_id == consensus.c.item_id),
            ~exists().where(
                case_reason.c.item_id == consensus.c.item_id, case_reason.c.kind.in_(of_votes)
            ),
        )
        .order_by(consensus.c.updated_at, consensus.c.item_id)
        .limit(PAGE)
    )
    if split_only:
        query = query.where(consensus.c.split)
    found = [Consensus(**row) for row in tx.execute(query).mappings()]
    last = Place(found[-1].updated_at, found[-1].item_id) if len(found) == PAGE else None
    return found, last


def flags_after(tx: Connection, project_id: str, seq: int) -> Iterator[RaisedFlag]:
    """Yield the policy flags of the judgments in force with a higher number."""
    # Stored JSON is written one way, and a quote inside a text is escaped: this finds the key.
    flagged = cast(judgment.c.answer, Text).contains('"flags":[{', autoescape=True)
    query = select(judgment.c.id, judgment.c.item_id, judgment.c.answer).where(
        judgment.c.project_id == project_id,
        judgment.c.seq > seq,
        judgment.c.superseded_by.is_(None),
        flagged,
    )
    for row in tx.execute(query.order_by(judgment.c.seq)):
        for one in row.answer.get("flags") or ():
            yield RaisedFlag(row.id, row.item_id, one["flag"], one["severity"])


def newest_seq(tx: Connection, project_id: str) -> int:
    """Return the number of a project's newest judgment, 0 where there is none."""
    query = select(func.max(judgment.c.seq)).where(judgment.c.project_id == project_id)
    return int(tx.scalar(query) or 0)


def hold_lease(tx: Connection, *, holder: str, now: float, seconds: float) -> bool:
    """Take or renew the right to open cases by rule; return whether `holder` has it."""
    row = {"id": 1, "holder": "", "lease_until": 0.0}
    tx.execute(insert_into(tx, escalation_lease).values(row).on_conflict_do_nothing())
    of = escalation_lease.c
    taken = tx.execute(
        escalation_lease.update()
        .where(of.id == 1, or_(of.holder == holder, of.lease_until < now))
        .values(holder=holder, lease_until=now + seconds)
    )
    return taken.rowcount == 1


def release_lease(tx: Connection, *, holder: str) -> None:
    """Give the right back."""
    tx.execute(
        escalation_lease.update().where(escalation_lease.c.holder == holder).values(lease_until=0.0)
    )
