"""A fault does what it says, where it says, as often as its seed decides."""

import subprocess
import sys

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from loopwright.base.errors import InvalidInput
from loopwright.infra import faults
from loopwright.infra.database import Database
from loopwright.infra.faults import POINTS, Fault, FaultPlan, InjectedFault, armed, fail

local = MetaData()
mark = Table("test_mark", local, Column("id", Integer, primary_key=True))


def add(db: Database, number: int) -> None:
    db.write(lambda tx: tx.execute(insert(mark).values(id=number)))


def stored(db: Database) -> set[int]:
    return db.read(lambda tx: set(tx.scalars(select(mark.c.id))))


def test_before_the_commit_nothing_is_stored_and_after_it_all_is(db: Database) -> None:
    db.write(lambda tx: local.create_all(tx))
    for number, name in enumerate(("write.before_commit", "write.after_commit")):
        plan = FaultPlan({name: Fault(1.0, fail)}, seed=1)
        with armed(plan), pytest.raises(InjectedFault, match=name):
            add(db, number)
        assert plan.fired == {name: 1}
    add(db, 2)
    assert stored(db) == {1, 2}


def test_the_seed_decides_which_calls_fail() -> None:
    def failures(seed: int) -> list[bool]:
        plan = FaultPlan({"submit.stored": Fault(0.3, fail)}, seed=seed)
        found = []
        with armed(plan):
            for _ in range(200):
                try:
                    faults.point("submit.stored")
                except InjectedFault:
                    found.append(True)
                else:
                    found.append(False)
        assert plan.passed == {"submit.stored": 200}
        assert plan.fired["submit.stored"] == sum(found)
        return found

    assert failures(3) == failures(3)
    assert failures(3) != failures(4)
    assert 30 < sum(failures(3)) < 90


def test_an_unknown_place_is_refused_and_one_plan_is_armed_at_a_time() -> None:
    with pytest.raises(InvalidInput, match="no fault point"):
        FaultPlan({"write.sometime": Fault(1.0, fail)}, seed=1)
    plan = FaultPlan({}, seed=1)
    with armed(plan), pytest.raises(RuntimeError, match="armed already"), armed(plan):
        pass
    for name in POINTS:
        faults.point(name)  # disarmed again: nothing happens
    assert not plan.passed


def test_kill_leaves_no_time_to_clean_up() -> None:
    program = (
        "from loopwright.infra.faults import *\n"
        "try:\n"
        "    with armed(FaultPlan({'submit.stored': Fault(1.0, kill)}, seed=1)):\n"
        "        point('submit.stored')\n"
        "finally:\n"
        "    print('cleaned up')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-9, b"")
