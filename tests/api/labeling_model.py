"""A small model of the rules of labeling, played against the product by annotators."""

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from labeling_world import START, Desk, add_items, judge, make_desk
from queue_world import import_votes
from sqlalchemy import Connection, func, select

from loopwright.base.errors import Conflict
from loopwright.infra.faults import Fault, FaultPlan, InjectedFault, armed, fail
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.labeling import service, store
from loopwright.labeling.model import Assignment, SkipReason, Submission, Submitted
from loopwright.labeling.tables import assignment
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band, ItemProgress
from loopwright.sampling.tables import queue_entry
from loopwright.web.stages import load_tables

T = TypeVar("T")
Url = AbstractContextManager[str]
PEOPLE = st.sampled_from(["ann", "bob", "cat", "dan"])
CHOICES = st.sampled_from(["left", "right", "tie"])
SKIPS = 2
"""Skips after which an item is set aside."""
LOST = "write.after_commit"
FAULTS = st.sampled_from(
    [
        *[None] * 6,
        *[LOST] * 2,
        "write.before_commit",
        "group.before_commit",
        "reserve.taken",
        "submit.stored",
        "submit.reserved",
        "submit.counted",
    ]
)


class NotStored(Exception):
    """A fault made the unit of work fail; nothing of it may be there."""


class Annotators(RuleBasedStateMachine):
    """The model: what each item wants, who judged it, who must not see it again, which token holds.

    Imports bring votes as well; they take no slot, so who holds an item may make one too many.

    A client whose acknowledgement is lost sends the same again, as the pages do.
    """

    def __init__(self, new_url: Callable[[], Url]) -> None:
        super().__init__()
        load_tables()
        self.folder = tempfile.TemporaryDirectory()
        self.url = new_url()
        given = self.url.__enter__()
        self.settings = Settings(home=Path(self.folder.name), database_url=given, gateway_port=1)
        self.desk: Desk = make_desk(
            open_home(self.settings), items=0, overlap=1, more=f"assignment: {{skips: {SKIPS}}}\n"
        )
        self.now = START
        self.wanted: dict[str, int] = {}
        self.judged: dict[str, dict[str, str]] = {}
        self.imported: dict[str, int] = {}
        self.skipped: set[tuple[str, str]] = set()
        self.skips: dict[str, int] = {}
        self.aside: set[str] = set()
        self.paused = False
        self.offers: dict[tuple[str, int], tuple[str, Assignment]] = {}
        self.token: dict[str, int] = {}
        self.answered: dict[str, tuple[str, Assignment, str, str]] = {}

    def teardown(self) -> None:
        self.desk.home.close()
        self.url.__exit__(None, None, None)
        self.folder.cleanup()

    def attempt(self, work: Callable[[], T], fault: str | None) -> T | None:
        """Do it with a fault armed. None: it is stored, and nobody heard. Raises NotStored."""
        plan = FaultPlan({fault: Fault(1.0, fail)} if fault else {}, seed=0)
        try:
            with armed(plan):
                return work()
        except InjectedFault as failure:
            if fault == LOST:
                return None
            raise NotStored from failure

    def learn(self, name: str, offers: list[Assignment]) -> None:
        for one in offers:
            assert one.token >= self.token.get(one.id, 0)
            self.token[one.id] = one.token
            self.offers[one.id, one.token] = (name, one)

    def drawn_offer(self, data: st.DataObject) -> tuple[str, Assignment]:
        return self.offers[data.draw(st.sampled_from(sorted(self.offers)))]

    @initialize(overlaps=st.lists(st.integers(1, 3), min_size=4, max_size=6))
    def begin(self, overlaps: list[int]) -> None:
        """Most histories would be about an empty queue otherwise."""
        for overlap in overlaps:
            self.add_item(overlap, Band.CORE)
        for name in ("ann", "bob", "cat"):
            self.reserve(name, 2, None)
        for name, offer in list(self.offers.values())[::2]:
            self.answer_offer(name, offer, "left", count=1, fault=None)

    @rule(overlap=st.integers(1, 3), band=st.sampled_from(list(Band)))
    def add_item(self, overlap: int, band: Band) -> None:
        self.add_judged_item(overlap, band, votes=0)

    def add_judged_item(self, overlap: int, band: Band, *, votes: int) -> None:
        """Add an item that an import brings with votes, and open it afterwards."""
        key = f"item-{len(self.wanted)}"
        [item_id] = self.desk.home.db.write(lambda tx: add_items(tx, [key]))
        self.judged[item_id], self.skips[item_id], self.imported[item_id] = {}, 0, 0
        self.bring(item_id, votes)
        self.desk.open([item_id], overlap=overlap, band=band)
        self.wanted[item_id] = overlap

    def bring(self, item_id: str, votes: int) -> None:
        there = self.imported[item_id]
        raters = [f"{number}" for number in range(there, there + votes)]
        assert import_votes(self.desk, item_id, *raters) == votes
        self.imported[item_id] += votes

    def done(self, item_id: str) -> int:
        return len(self.judged[item_id]) + self.imported[item_id]

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), overlap=st.integers(1, 4), fault=FAULTS)
    def want_more(self, data: st.DataObject, overlap: int, fault: str | None) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.wanted)))
        try:
            self.attempt(lambda: self.desk.open([item_id], overlap=overlap), fault)
        except NotStored:
            return
        self.wanted[item_id] = max(self.wanted[item_id], overlap)

    @rule(seconds=st.sampled_from([1, 40, 120]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def start_again(self) -> None:
        self.desk.home.close()
        self.desk.home = open_home(self.settings)

    @rule(fault=FAULTS)
    def expire(self, fault: str | None) -> None:
        db, now = self.desk.home.db, self.now
        try:
            self.attempt(lambda: db.write(lambda tx: service.expire_leases(tx, now=now)), fault)
        except NotStored:
            return

    @rule(name=PEOPLE, count=st.integers(1, 3), fault=FAULTS)
    def reserve(self, name: str, count: int, fault: str | None) -> None:
        def ask() -> list[Assignment]:
            return self.desk.reserve(name, count=count, now=self.now)

        held = self.open_tokens(name)
        try:
            offers = self.attempt(ask, fault)
        except NotStored:
            return
        if offers is None:  # a lost page: what was leased comes again
            offers = ask()
        assert len({one.item_id for one in offers}) == len(offers) <= count
        for one in offers:
            assert name not in self.judged[one.item_id]
            assert (name, one.item_id) not in self.skipped
        self.only_held_while_paused(offers, held)
        self.learn(name, offers)

    def only_held_while_paused(self, offers: list[Assignment], held: dict[str, int]) -> None:
        fresh = {one.id for one in offers} - set(held)
        assert not (self.paused and fresh), "something new was offered by a queue that is paused"

    @precondition(lambda self: self.offers)
    @rule(data=st.data(), choice=CHOICES, count=st.integers(0, 2), fault=FAULTS)
    def answer(self, data: st.DataObject, choice: str, count: int, fault: str | None) -> None:
        name, offer = self.drawn_offer(data)
        self.answer_offer(name, offer, choice, count=count, fault=fault)

    def answer_offer(
        self, name: str, offer: Assignment, choice: str, *, count: int, fault: str | None
    ) -> None:
        client_id = f"{offer.id}:{offer.token}"
        while client_id in self.answered:  # after an undo: the old offer must not be taken again
            client_id += ":again"

        def send(tx: Connection) -> tuple[Submitted, list[Assignment]]:
            place = service.Desk.of(tx, project=self.desk.project, judge=judge(name), now=self.now)
            submission = Submission(client_id, offer.id, offer.token, {"choice": choice})
            return service.submit_and_reserve(place, submission=submission, count=count, held=())

        db, held = self.desk.home.db, self.open_tokens(name)
        try:
            heard = self.attempt(lambda: db.write(send), fault)
            lost = heard is None
            done, offers = heard or db.write(send)
        except (Conflict, NotStored):
            return
        assert done.repeated == lost
        assert offer.token == self.token[offer.id], "an answer to an older offer was taken"
        assert name not in self.judged[offer.item_id]
        self.judged[offer.item_id][name] = done.judgment_id
        self.answered[client_id] = (name, offer, choice, done.judgment_id)
        self.settle(offer.item_id)
        self.only_held_while_paused(offers, held)
        self.learn(name, offers)

    def settle(self, item_id: str) -> None:
        """What has all its judgments is closed, also when it had been set aside."""
        if self.done(item_id) >= self.wanted[item_id]:
            self.aside.discard(item_id)

    @precondition(lambda self: self.answered)
    @rule(data=st.data(), choice=CHOICES)
    def answer_again(self, data: st.DataObject, choice: str) -> None:
        client_id = data.draw(st.sampled_from(sorted(self.answered)))
        name, offer, before, judgment_id = self.answered[client_id]
        if choice == before:
            done = self.desk.submit(name, offer, choice=choice, client_id=client_id, now=self.now)
            assert (done.judgment_id, done.repeated) == (judgment_id, True)
        else:
            with pytest.raises(Conflict, match="stands for another answer"):
                self.desk.submit(name, offer, choice=choice, client_id=client_id, now=self.now)

    @precondition(lambda self: self.outdated())
    @rule(data=st.data())
    def answer_an_older_offer(self, data: st.DataObject) -> None:
        name, offer = self.offers[data.draw(st.sampled_from(self.outdated()))]
        with pytest.raises(Conflict):
            self.desk.submit(name, offer, client_id="older", now=self.now)

    def outdated(self) -> list[tuple[str, int]]:
        return sorted(key for key in self.offers if key[1] < self.token[key[0]])

    @precondition(lambda self: self.offers)
    @rule(data=st.data(), name=PEOPLE)
    def answer_for_somebody_else(self, data: st.DataObject, name: str) -> None:
        owner, offer = self.drawn_offer(data)
        if owner != name:
            with pytest.raises(Conflict, match="belongs to another"):
                self.desk.submit(name, offer, client_id="foreign", now=self.now)

    @precondition(lambda self: self.offers)
    @rule(data=st.data(), fault=FAULTS)
    def skip(self, data: st.DataObject, fault: str | None) -> None:
        self.skip_offer(*self.drawn_offer(data), fault)

    def skip_offer(self, name: str, offer: Assignment, fault: str | None) -> None:
        def send() -> None:
            self.desk.home.db.write(
                lambda tx: service.skip(
                    tx,
                    project=self.desk.project,
                    judge=judge(name),
                    assignment_id=offer.id,
                    token=offer.token,
                    reason=SkipReason.BROKEN,
                    now=self.now,
                )
            )

        try:
            self.attempt(send, fault)
            if fault == LOST:
                send()  # the same skip again is harmless
        except (Conflict, NotStored):
            return
        if (name, offer.item_id) not in self.skipped:
            self.count_skip(offer.item_id)
        self.skipped.add((name, offer.item_id))

    def count_skip(self, item_id: str) -> None:
        self.skips[item_id] += 1
        if self.skips[item_id] >= SKIPS and self.done(item_id) < self.wanted[item_id]:
            self.aside.add(item_id)

    @precondition(lambda self: any(self.judged.values()))
    @rule(data=st.data(), fault=FAULTS)
    def undo(self, data: st.DataObject, fault: str | None) -> None:
        made = [(item, name) for item, by in self.judged.items() for name in by]
        item_id, name = data.draw(st.sampled_from(sorted(made)))
        judgment_id = self.judged[item_id][name]

        def send(tx: Connection) -> Assignment:
            return service.undo(
                tx,
                project=self.desk.project,
                judge=judge(name),
                judgment_id=judgment_id,
                now=self.now,
            )

        try:
            again = self.attempt(lambda: self.desk.home.db.write(send), fault)
        except (Conflict, NotStored):
            return
        if again is None:
            with pytest.raises(Conflict) as second:
                self.desk.home.db.write(send)
            if second.value.code != "already_undone":
                return  # it was refused the first time, too
            self.token = {**self.token, **self.open_tokens(name)}
        else:
            self.learn(name, [again])
        del self.judged[item_id][name]

    def open_tokens(self, name: str) -> dict[str, int]:
        held = self.desk.home.db.read(
            lambda tx: store.held_by(tx, project_id="desk", judge_id=judge(name).judge_id)
        )
        return {one.id: one.token for one in held}

    @invariant()
    def every_wanted_judgment_is_somewhere_once(self) -> None:
        self.desk.home.db.read(self.check)

    def check(self, tx: Connection) -> None:
        states = sampling.states_of(tx, list(self.wanted))
        entry, offer = queue_entry.c, assignment.c
        queued = counted(tx, select(entry.item_id, func.sum(entry.remaining)), entry.item_id)
        open_ = select(offer.item_id, func.count()).where(offer.state == "open")
        leased = counted(tx, open_, offer.item_id)
        for item_id, wanted in self.wanted.items():
            done, free = self.done(item_id), queued.get(item_id, 0)
            lacking = wanted - done - leased.get(item_id, 0)
            assert free == (0 if item_id in self.aside else max(0, lacking))
            assert lacking >= 0 or self.imported[item_id]
            assert (states[item_id].wanted, states[item_id].done) == (wanted, done)
            assert states[item_id].state is self.progress(item_id)
        assert (sampling.pause_of(tx, "desk") is not None) == self.paused
        totals = sampling.totals(tx, "desk")
        there = {key: self.done(key) for key in self.wanted}
        assert totals.wanted == sum(
            there[key] if key in self.aside else max(wanted, there[key])
            for key, wanted in self.wanted.items()
        )
        assert totals.done == sum(there.values())
        assert totals.imported == sum(self.imported.values())
        in_force = {one.id for one in store.judgments(tx, "desk") if one.assignment_id}
        assert in_force == {one for by in self.judged.values() for one in by.values()}

    def progress(self, item_id: str) -> ItemProgress:
        if item_id in self.aside:
            return ItemProgress.STUCK
        full = self.done(item_id) >= self.wanted[item_id]
        return ItemProgress.CLOSED if full else ItemProgress.OPEN


def counted(tx: Connection, query: Any, key: Any) -> dict[str, int]:
    """Return a count for each item."""
    return {row[0]: int(row[1]) for row in tx.execute(query.group_by(key))}
