"""Changes sent together do what they do one by one, on both databases."""

import pytest
from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from loopwright.base.types import Json
from loopwright.infra.database import Database
from loopwright.infra.prepared import Prepared
from loopwright.infra.together import Together
from loopwright.sampling.tables import queue_cursor, queue_pause

PAUSE = queue_pause.c
PAUSED = {
    name: dialect.insert(queue_pause)
    .values(
        project_id=bindparam("project"),
        reason=bindparam("why"),
        paused_by=bindparam("who"),
        since=bindparam("at"),
    )
    .on_conflict_do_nothing()
    .returning(PAUSE.project_id, PAUSE.since)
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
MOVED = (
    queue_cursor.update()
    .where(
        queue_cursor.c.project_id == bindparam("project"),
        queue_cursor.c.judge_id == bindparam("who"),
    )
    .values(swept_at=bindparam("at"))
    .returning(queue_cursor.c.positions, queue_cursor.c.swept_at)
)
BOTH = Together(pause=PAUSED, cursor=MOVED)
GIVEN: Json = {"project": "p", "why": "100 % : %(why)s", "who": "ann", "at": 7.5}
CURSOR = Prepared(queue_cursor.insert())
HERE: Json = {"project_id": "p", "judge_id": "ann", "positions": {"3": 9}, "swept_at": 0.0}


def test_each_change_tells_what_it_returned(db: Database) -> None:
    db.write(lambda tx: CURSOR.run(tx, HERE))
    assert db.write(lambda tx: BOTH.run(tx, GIVEN)) == {
        "pause": {"project_id": "p", "since": 7.5},
        "cursor": {"positions": {"3": 9}, "swept_at": 7.5},
    }
    # The pause is there already, which is no reason not to move the cursor once more.
    assert db.write(lambda tx: BOTH.run(tx, {**GIVEN, "at": 8.5})) == {
        "pause": None,
        "cursor": {"positions": {"3": 9}, "swept_at": 8.5},
    }


def test_what_changed_nothing_is_none(db: Database) -> None:
    assert db.write(lambda tx: BOTH.run(tx, GIVEN))["cursor"] is None


def test_all_of_them_go_back_together(db: Database) -> None:
    db.write(lambda tx: CURSOR.run(tx, HERE))

    def work(tx: Connection) -> None:
        BOTH.run(tx, GIVEN)
        CURSOR.run(tx, HERE)

    with pytest.raises(IntegrityError):
        db.write(work)
    assert db.write(lambda tx: BOTH.run(tx, GIVEN))["pause"] is not None


def test_a_value_that_is_missing_is_named(db: Database) -> None:
    with pytest.raises(KeyError, match="who"):
        db.write(lambda tx: BOTH.run(tx, {"project": "p", "why": "", "at": 1.0}))
