"""Any sequence of reserve, answer, skip, undo, expire and open against a model that counts."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from labeling_world import START, Desk, judge, make_desk
from sqlalchemy import Connection, func, select

from loopwright.base.errors import Conflict
from loopwright.infra.database import create_schema
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.labeling import service, store
from loopwright.labeling.model import Assignment, SkipReason
from loopwright.labeling.tables import assignment
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band, ItemProgress
from loopwright.sampling.tables import queue_entry
from loopwright.web.stages import load_tables

PEOPLE = st.sampled_from(["ann", "bob", "cat", "dan"])


class Labeling(RuleBasedStateMachine):
    """The model: what each item wants, who judged it, who must not see it again."""

    def __init__(self) -> None:
        super().__init__()
        load_tables()
        self.folder = tempfile.TemporaryDirectory()
        home = open_home(Settings(home=Path(self.folder.name), gateway_port=1))
        create_schema(home.db)
        self.desk: Desk = make_desk(home, items=0, overlap=1)
        self.now = START
        self.wanted: dict[str, int] = {}
        self.judged: dict[str, dict[str, str]] = {}
        self.skipped: set[tuple[str, str]] = set()
        self.offers: dict[str, tuple[str, Assignment]] = {}

    def teardown(self) -> None:
        self.desk.home.close()
        self.folder.cleanup()

    @rule(overlap=st.integers(1, 3), band=st.sampled_from(list(Band)))
    def add_item(self, overlap: int, band: Band) -> None:
        key = f"item-{len(self.wanted)}"
        [item_id] = self.desk.add_items([key], overlap=overlap, band=band)
        self.wanted[item_id], self.judged[item_id] = overlap, {}

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), overlap=st.integers(1, 4))
    def want_more(self, data: st.DataObject, overlap: int) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.wanted)))
        self.desk.open([item_id], overlap=overlap)
        self.wanted[item_id] = max(self.wanted[item_id], overlap)

    @rule(seconds=st.sampled_from([1, 40, 120]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def expire(self) -> None:
        self.desk.home.db.write(lambda tx: service.expire_leases(tx, now=self.now))

    @rule(name=PEOPLE, count=st.integers(1, 3))
    def reserve(self, name: str, count: int) -> None:
        offers = self.desk.reserve(name, count=count, now=self.now)
        assert len({one.item_id for one in offers}) == len(offers) <= count
        for one in offers:
            assert name not in self.judged[one.item_id]
            assert (name, one.item_id) not in self.skipped
            self.offers[one.id] = (name, one)

    @precondition(lambda self: self.offers)
    @rule(data=st.data(), choice=st.sampled_from(["left", "right", "tie"]))
    def answer(self, data: st.DataObject, choice: str) -> None:
        name, offer = self.offers[data.draw(st.sampled_from(sorted(self.offers)))]
        try:
            done = self.desk.submit(name, offer, choice=choice, now=self.now)
        except Conflict:
            return
        if not done.repeated:
            assert name not in self.judged[offer.item_id]
            self.judged[offer.item_id][name] = done.judgment_id

    @precondition(lambda self: self.offers)
    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        name, offer = self.offers[data.draw(st.sampled_from(sorted(self.offers)))]

        def work(tx: Connection) -> None:
            service.skip(
                tx,
                project_id="desk",
                judge=judge(name),
                assignment_id=offer.id,
                token=offer.token,
                reason=SkipReason.BROKEN,
                now=self.now,
            )

        try:
            self.desk.home.db.write(work)
        except Conflict:
            return
        self.skipped.add((name, offer.item_id))

    @precondition(lambda self: any(self.judged.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        made = [(item, name) for item, by in self.judged.items() for name in by]
        item_id, name = data.draw(st.sampled_from(sorted(made)))
        judgment_id = self.judged[item_id][name]
        try:
            again = self.desk.home.db.write(
                lambda tx: service.undo(
                    tx,
                    project=self.desk.project,
                    judge=judge(name),
                    judgment_id=judgment_id,
                    now=self.now,
                )
            )
        except Conflict:
            return
        del self.judged[item_id][name]
        self.offers[again.id] = (name, again)

    @invariant()
    def every_wanted_judgment_is_somewhere_once(self) -> None:
        def read(tx: Connection) -> None:
            states = sampling.states_of(tx, list(self.wanted))
            for item_id, wanted in self.wanted.items():
                queued = tx.scalar(
                    select(func.sum(queue_entry.c.remaining)).where(
                        queue_entry.c.item_id == item_id
                    )
                )
                leased = tx.scalar(
                    select(func.count()).where(
                        assignment.c.item_id == item_id, assignment.c.state == "open"
                    )
                )
                done = len(self.judged[item_id])
                assert wanted == int(queued or 0) + int(leased or 0) + done
                assert (states[item_id].wanted, states[item_id].done) == (wanted, done)
                assert (states[item_id].state is ItemProgress.CLOSED) == (done == wanted)
            totals = sampling.totals(tx, "desk")
            assert totals.wanted == sum(self.wanted.values())
            assert totals.done == sum(len(by) for by in self.judged.values())
            in_force = {one.id for one in store.judgments(tx, "desk")}
            assert in_force == {one for by in self.judged.values() for one in by.values()}

        self.desk.home.db.read(read)


TestLabeling = Labeling.TestCase
TestLabeling.settings = settings(
    max_examples=15,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
