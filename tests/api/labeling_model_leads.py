"""The same model with those who keep the queue: they change it while people work."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from labeling_model import FAULTS, LOST, PEOPLE, SKIPS, Annotators, NotStored
from sqlalchemy import Connection

from loopwright.labeling import queue, store
from loopwright.sampling import upkeep
from loopwright.sampling.model import Band

T = TypeVar("T")
Change = Callable[[Connection, Sequence[str]], int]


class Labeling(Annotators):
    """Leads pause and resume, raise and lower what is wanted, move items, open them again, import.

    A lead who hears nothing does the same again, which must change nothing.
    """

    def lead(self, work: Callable[[Connection], T], fault: str | None) -> None:
        """Do something as a lead. Raises NotStored."""
        db = self.desk.home.db
        if self.attempt(lambda: db.write(work), fault) is None and fault == LOST:
            db.write(work)

    def change(self, what: Change, items: list[str], fault: str | None) -> None:
        self.lead(lambda tx: what(tx, items), fault)

    @precondition(lambda self: not self.paused)
    @rule(name=PEOPLE, stays=st.sampled_from([False, False, True]), fault=FAULTS)
    def pause(self, name: str, stays: bool, fault: str | None) -> None:
        def send(tx: Connection) -> None:
            upkeep.pause(tx, project_id="desk", reason="Look first.", by="per_lead", now=self.now)

        try:
            self.lead(send, fault)
        except NotStored:
            return
        self.paused = True
        self.reserve(name, 2, None)
        if not stays:
            self.resume(None)

    @precondition(lambda self: self.paused)
    @rule(fault=FAULTS)
    def resume(self, fault: str | None) -> None:
        try:
            self.lead(lambda tx: upkeep.resume(tx, project_id="desk", now=self.now), fault)
        except NotStored:
            return
        self.paused = False

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), overlap=st.integers(1, 4), fault=FAULTS)
    def set_overlap(self, data: st.DataObject, overlap: int, fault: str | None) -> None:
        self.want(self.some_items(data), overlap, fault)

    def some_items(self, data: st.DataObject) -> list[str]:
        return data.draw(st.lists(st.sampled_from(sorted(self.wanted)), min_size=1, max_size=3))

    def want(self, items: list[str], overlap: int, fault: str | None) -> None:
        held = self.desk.home.db.read(lambda tx: store.open_counts(tx, items))

        def send(tx: Connection, ids: Sequence[str]) -> int:
            return queue.set_overlap(
                tx, project_id="desk", item_ids=ids, overlap=overlap, now=self.now
            )

        try:
            self.change(send, items, fault)
        except NotStored:
            return
        for item_id in items:
            least = self.done(item_id) + held.get(item_id, 0)
            lowered = min(self.wanted[item_id], max(overlap, least))
            self.wanted[item_id] = max(overlap, lowered)
            self.settle(item_id)

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), band=st.sampled_from(list(Band)), fault=FAULTS)
    def move(self, data: st.DataObject, band: Band, fault: str | None) -> None:
        items = self.some_items(data)

        def send(tx: Connection, ids: Sequence[str]) -> int:
            return queue.move(tx, project_id="desk", item_ids=ids, band=band, now=self.now)

        try:
            self.change(send, items, fault)
        except NotStored:
            return

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), votes=st.integers(1, 2))
    def import_for_a_queued_item(self, data: st.DataObject, votes: int) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.wanted)))
        self.bring(item_id, votes)
        self.settle(item_id)

    @rule(overlap=st.integers(1, 3), votes=st.integers(1, 3))
    def import_an_item_with_votes(self, overlap: int, votes: int) -> None:
        self.add_judged_item(overlap, Band.CORE, votes=votes)

    @precondition(lambda self: self.aside)
    @rule(data=st.data(), name=PEOPLE, fault=FAULTS)
    def reopen(self, data: st.DataObject, name: str, fault: str | None) -> None:
        self.open_again([*self.some_items(data), min(self.aside)], fault)
        self.reserve(name, 3, None)

    def open_again(self, items: list[str], fault: str | None) -> None:
        def send(tx: Connection, ids: Sequence[str]) -> int:
            return queue.reopen(tx, project_id="desk", item_ids=ids, now=self.now)

        try:
            self.change(send, items, fault)
        except NotStored:
            return
        for item_id in self.aside.intersection(items):
            self.aside.discard(item_id)
            self.skips[item_id] = 0

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), then=st.sampled_from(["answer", "lower and answer", "reopen"]))
    def set_aside_while_held(self, data: st.DataObject, then: str) -> None:
        """Two skip what others hold as well: by chance that seldom meets on one item."""
        item_id = data.draw(st.sampled_from(sorted(self.wanted)))
        self.want([item_id], 4, None)
        for name in ("ann", "bob", "cat", "dan"):
            self.reserve(name, 3, None)
        holders = [
            (name, offer)
            for name, offer in list(self.offers.values())
            if offer.item_id == item_id and offer.id in self.open_tokens(name)
            if offer.token == self.token[offer.id]
        ]
        for name, offer in holders[:SKIPS]:
            self.skip_offer(name, offer, None)
        if then == "reopen":
            self.open_again([item_id], None)
            return
        if then == "lower and answer":
            self.want([item_id], 1, None)
        for name, offer in holders[SKIPS:]:
            self.answer_offer(name, offer, "tie", count=0, fault=None)
