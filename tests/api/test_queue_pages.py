"""Changing a whole queue page by page looks at each item once, however many there are."""

import pytest
from labeling_world import START, Desk, make_desk
from sqlalchemy import Connection, text
from test_labeling_lanes import steps_of

from loopwright.infra.home import Home
from loopwright.labeling import store_queue

PAGE = 50


def page(
    tx: Connection, after: tuple[float, str], segment: str | None = None
) -> list[tuple[float, str]]:
    return store_queue.selected(
        tx, "desk", segment=segment, purpose=None, closed=False, after=after, limit=PAGE
    )


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=2 * PAGE, overlap=1)


def pages(desk: Desk) -> list[str]:
    found: list[str] = []
    after = (0.0, "")
    while part := desk.home.db.read(lambda tx, last=after: page(tx, last)):  # type: ignore[misc]
        found += [item_id for _, item_id in part]
        after = part[-1]
    return found


def test_the_pages_hold_every_item_once_in_order(desk: Desk) -> None:
    assert pages(desk) == sorted(desk.items)


@pytest.mark.parametrize("segment", [None, "all"])
def test_a_page_of_many_items_costs_as_much_as_one_of_few(desk: Desk, segment: str | None) -> None:
    middle = (START, sorted(desk.items)[PAGE // 2])

    def cost() -> int:
        desk.home.db.write(lambda tx: tx.execute(text("ANALYZE")))
        return steps_of(desk.home.db, lambda tx: page(tx, middle, segment))

    few = cost()
    desk.add_items([f"more-{number}" for number in range(4000)], overlap=1)
    assert cost() <= 2 * few
