"""Every query of calibration sessions."""

from dataclasses import asdict

from sqlalchemy import Connection, select

from loopwright.gold.session_model import Session, SessionAnswer
from loopwright.gold.tables import calibration_session, gold_item, session_answer
from loopwright.infra.upsert import insert_into
from loopwright.intake.tables import item
from loopwright.quality.tables import consensus


def insert(tx: Connection, made: Session) -> None:
    """Store a session."""
    tx.execute(calibration_session.insert().values(**asdict(made)))


def get(tx: Connection, session_id: str) -> Session | None:
    """Return a session, None where there is no such one."""
    query = select(calibration_session).where(calibration_session.c.id == session_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else Session(**row)


def sessions(tx: Connection, project_id: str) -> list[Session]:
    """Return a project's sessions, the newest first."""
    query = (
        select(calibration_session)
        .where(calibration_session.c.project_id == project_id)
        .order_by(calibration_session.c.made_at.desc(), calibration_session.c.id)
    )
    return [Session(**row) for row in tx.execute(query).mappings()]


def reveal(tx: Connection, session_id: str, *, now: float) -> bool:
    """Reveal the first answers; return whether they were hidden."""
    statement = (
        calibration_session.update()
        .where(calibration_session.c.id == session_id, calibration_session.c.revealed_at.is_(None))
        .values(revealed_at=now)
    )
    return tx.execute(statement).rowcount == 1


def close(tx: Connection, session_id: str, *, lesson: str, now: float) -> bool:
    """Close a revealed session; return whether it was open."""
    statement = (
        calibration_session.update()
        .where(
            calibration_session.c.id == session_id,
            calibration_session.c.revealed_at.is_not(None),
            calibration_session.c.closed_at.is_(None),
        )
        .values(closed_at=now, lesson=lesson)
    )
    return tx.execute(statement).rowcount == 1


def add_answer(tx: Connection, made: SessionAnswer) -> bool:
    """Store an answer; return whether it was the person's first to this item in this round."""
    statement = insert_into(tx, session_answer).values(asdict(made)).on_conflict_do_nothing()
    return tx.scalar(statement.returning(session_answer.c.id)) is not None


def answers(tx: Connection, session_id: str) -> list[SessionAnswer]:
    """Return a session's answers, oldest first."""
    query = select(session_answer).where(session_answer.c.session_id == session_id)
    rows = tx.execute(query.order_by(session_answer.c.at, session_answer.c.id)).mappings()
    return [SessionAnswer(**row) for row in rows]


def disputed(tx: Connection, project_id: str, *, limit: int) -> list[str]:
    """Return the items that people differ on most: split ones first, no hidden gold."""
    hidden = select(gold_item.c.item_id).where(
        gold_item.c.item_id == consensus.c.item_id, gold_item.c.retired_at.is_(None)
    )
    query = (
        select(consensus.c.item_id)
        .join(item, item.c.id == consensus.c.item_id)
        .where(consensus.c.project_id == project_id, consensus.c.n >= 2, ~hidden.exists())
        .order_by(
            consensus.c.split.desc(), consensus.c.probability, consensus.c.n.desc(),
            consensus.c.item_id,
        )
        .limit(limit)
    )  # fmt: skip
    return list(tx.scalars(query))
