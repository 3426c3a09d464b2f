"""Statements prepared for the hot path do what `tx.execute` does, on both databases."""

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from loopwright.base.types import Json
from loopwright.infra.database import Database
from loopwright.infra.prepared import Prepared
from loopwright.intake.tables import prompt
from loopwright.sampling.tables import queue_pause

ONE = Prepared(select(prompt).where(prompt.c.id == bindparam("key")))
INSERT = Prepared(prompt.insert())
RENAME = Prepared(
    prompt.update()
    .where(prompt.c.id == bindparam("key"), prompt.c.split == "train")
    .values(segment=bindparam("to"))
    .returning(prompt.c.segment)
)
ROW: Json = {
    "id": "prm_1",
    "project_id": "p",
    "source": "s",
    "key": "k",
    "messages": [{"role": "user", "content": "100 % \u00e4 :name %(name)s ?"}],
    "digest": "d",
    "segment": "all",
    "split": "train",
    "residency": None,
    "mask_counts": {},
    "origin": {"deep": [1, None]},
    "simulated": True,
    "created_at": 1.5,
}


def test_values_come_back_as_they_went_in(db: Database) -> None:
    db.write(lambda tx: INSERT.run(tx, ROW))
    assert db.read(lambda tx: ONE.first(tx, {"key": "prm_1"})) == ROW
    plain = db.read(lambda tx: tx.execute(select(prompt)).mappings().one())
    assert dict(plain) == ROW
    assert db.read(lambda tx: ONE.first(tx, {"key": "none"})) is None


def test_constants_of_the_statement_count(db: Database) -> None:
    db.write(lambda tx: INSERT.run_many(tx, [ROW, {**ROW, "id": "prm_2", "split": "test"}]))
    renamed = [
        db.write(lambda tx, key=key: RENAME.rows(tx, {"key": key, "to": "b2b"}))  # type: ignore[misc]
        for key in ("prm_1", "prm_2")
    ]
    assert renamed == [[{"segment": "b2b"}], []]


def test_errors_are_those_of_the_toolkit_and_the_transaction_goes_back(db: Database) -> None:
    db.write(lambda tx: INSERT.run(tx, ROW))
    with pytest.raises(IntegrityError) as raised:
        db.write(lambda tx: INSERT.run_many(tx, [{**ROW, "id": "prm_3"}, ROW]))
    assert "content" not in str(raised.value)
    assert db.read(lambda tx: ONE.first(tx, {"key": "prm_3"})) is None


def test_a_list_cannot_be_a_parameter(db: Database) -> None:
    many = Prepared(select(prompt).where(prompt.c.id.in_(bindparam("keys", expanding=True))))
    with pytest.raises(ValueError, match="expand"):
        db.read(lambda tx: many.rows(tx, {"keys": ["a"]}))


def test_one_statement_for_each_dialect(db: Database) -> None:
    both = Prepared({"sqlite": select(queue_pause.c.since), "postgresql": select(queue_pause)})
    assert db.read(lambda tx: both.rows(tx, {})) == []


LONG = Prepared(
    select(prompt.c.id).where(
        prompt.c.id == bindparam("key"),
        prompt.c.source == bindparam("from"),
        prompt.c.key.like("100 %"),
        prompt.c.split == bindparam("key_2"),
    )
)


def test_names_that_begin_alike_and_percent_signs_are_told_apart(db: Database) -> None:
    db.write(lambda tx: INSERT.run(tx, {**ROW, "key": "100 % sure"}))
    given = {"key": "prm_1", "from": "s", "key_2": "train"}
    assert db.read(lambda tx: LONG.rows(tx, given)) == [{"id": "prm_1"}]
    assert db.read(lambda tx: LONG.rows(tx, {**given, "key_2": "prm_1"})) == []
