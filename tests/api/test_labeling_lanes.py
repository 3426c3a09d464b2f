"""Lanes: items that require skills or languages go to those who have them, and only there."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from labeling_world import START, Desk, make_desk
from sqlalchemy import Connection, text

from loopwright.accounts.model import Role
from loopwright.base.errors import InvalidInput
from loopwright.infra.database import Database
from loopwright.infra.home import Home
from loopwright.labeling import service, store
from loopwright.labeling.model import SkipReason
from loopwright.sampling import rules
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band
from support.server import RunningServer

ROWS_READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
    " FROM pg_stat_xact_user_tables"
)


def add(desk: Desk, name: str, count: int, *requires: str, band: Band = Band.CORE) -> set[str]:
    keys = [f"{name}-{number}" for number in range(count)]
    return set(desk.add_items(keys, overlap=1, band=band, requires=requires))


def work(desk: Desk, name: str, count: int = 1000) -> list[str]:
    """Judge up to `count` items one after the other; return them in that order."""
    done: list[str] = []
    while len(done) < count and (offers := desk.reserve(name, now=START + len(done))):
        desk.submit(name, offers[0], now=START + len(done))
        done.append(offers[0].item_id)
    return done


def test_items_go_to_those_who_have_all_the_tags(home: Home) -> None:
    desk = make_desk(home, items=0, overlap=1)
    plain, german = add(desk, "plain", 2), add(desk, "german", 2, "de")
    both = add(desk, "both", 2, "medical", "de")
    desk.tags = {"dora": ("de",), "mia": ("medical",), "max": ("de", "medical", "law")}
    assert set(work(desk, "eve")) == plain
    assert set(work(desk, "mia")) == set()
    assert set(work(desk, "dora")) == german
    assert set(work(desk, "max")) == both


def test_a_segment_adds_its_own_tags(home: Home) -> None:
    more = "segments: [{id: all, name: All}, {id: clinic, name: Clinic, requires: [medical]}]\n"
    desk = make_desk(home, items=0, overlap=1, more=more)
    desk.tags = {"mia": ("medical",), "max": ("de", "medical")}
    [item] = desk.add_items(["one"], overlap=1, requires=("de",), segment="clinic")
    assert (work(desk, "mia"), work(desk, "max")) == ([], [item])


def test_bands_rule_across_lanes(home: Home) -> None:
    desk = make_desk(home, items=2, overlap=1)
    desk.tags = {"dora": ("de",)}
    core = add(desk, "german", 2, "de")
    urgent = add(desk, "urgent", 2, band=Band.TARGETED)
    assert set(work(desk, "dora", 2)) == urgent
    assert set(work(desk, "dora")) == core | set(desk.items)


def test_lanes_take_turns_so_that_none_waits_for_another_to_run_dry(home: Home) -> None:
    desk = make_desk(home, items=30, overlap=1)
    desk.tags = {"dora": ("de",)}
    german = add(desk, "german", 30, "de")
    first = [one in german for one in work(desk, "dora", 20)]
    assert first == [True, False] * 10


def test_a_lapsed_offer_is_not_for_those_who_lost_the_tag(home: Home) -> None:
    desk = make_desk(home, items=0, overlap=1)
    [item] = add(desk, "german", 1, "de")
    desk.tags = {"dora": ("de",)}
    desk.reserve("dora")
    desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 101))
    desk.tags = {}
    assert desk.reserve("dora", now=START + 200) == []
    desk.tags = {"dora": ("de",)}
    assert [one.item_id for one in desk.reserve("dora", now=START + 300)] == [item]


def test_too_many_sets_of_tags_are_refused_and_nothing_is_stored(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=1)
    for number in range(rules.MOST_LANES - 1):
        add(desk, f"lane-{number}", 1, f"tag-{number}")
    with pytest.raises(InvalidInput, match="65 lanes"):
        add(desk, "one-more", 1, "straw")
    total = desk.home.db.read(lambda tx: sampling.totals(tx, desk.project.id))
    assert (total.wanted, total.open) == (rules.MOST_LANES, rules.MOST_LANES)


def test_the_counts_of_branches_add_up(home: Home) -> None:
    desk = make_desk(home, items=3, overlap=1)
    add(desk, "german", 2, "de")
    work(desk, "eve")
    total = desk.home.db.read(lambda tx: sampling.totals(tx, desk.project.id))
    assert (total.wanted, total.done, total.open, total.closed) == (5, 3, 2, 3)


def test_12_people_in_three_lanes_judge_each_item_as_often_as_wanted(home: Home) -> None:
    desk = make_desk(home, items=80, overlap=2)
    lanes = {"": set(desk.items)}
    for tags in (("de",), ("de", "medical")):
        keys = [f"{'-'.join(tags)}-{number}" for number in range(80)]
        lanes[rules.lane_of(tags)] = set(desk.add_items(keys, overlap=2, requires=tags))
    names = [f"p{number}" for number in range(12)]
    desk.tags = {
        name: ((), ("de",), ("de", "medical"))[number % 3] for number, name in enumerate(names)
    }

    def annotate(name: str) -> None:
        turn = 0
        while offers := desk.reserve(name, count=3, now=START + turn):
            turn += 1
            for offer in offers:
                desk.submit(name, offer, now=START + turn)

    threads = [threading.Thread(target=annotate, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in reversed(names):  # whoever stopped while others held the last items
        annotate(name)
    found = desk.home.db.read(lambda tx: store.judgments(tx, desk.project.id))
    raters: dict[str, set[str]] = defaultdict(set)
    for one in found:
        raters[one.item_id].add(one.rater_id.removeprefix("rtr_"))
    assert Counter(len(who) for who in raters.values()) == {2: 240}
    for lane, items in lanes.items():
        needed = set(rules.tags_of(lane))
        who = set().union(*(raters[item] for item in items))
        assert all(needed <= set(desk.tags[name]) for name in who)


def steps_of(db: Database, act: Callable[[Connection], object]) -> int:
    """Return how much the database looks at for what `act` does, whatever else the machine does.

    SQLite: hundreds of steps of its machine. PostgreSQL: rows fetched by scans and indexes.
    """
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def watched(tx: Connection) -> int:
        if tx.dialect.name == "postgresql":
            before = int(tx.scalar(ROWS_READ) or 0)  # what the server has not written away yet
            act(tx)
            return int(tx.scalar(ROWS_READ) or 0) - before
        driver = tx.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 100)
        try:
            act(tx)
        finally:
            driver.set_progress_handler(None, 0)
        return steps

    return db.write(watched)


def test_the_next_item_costs_the_same_among_few_entries_and_many(home: Home) -> None:
    desk = make_desk(home, items=20, overlap=2)
    desk.tags = {"dora": ("de",)}

    def next_one(tx: Connection, now: float = START + 61) -> None:
        dora = desk.judge("dora")
        [offer] = service.reserve(tx, project=desk.project, judge=dora, count=1, held=(), now=now)
        service.skip(
            tx,
            project=desk.project,
            judge=dora,
            assignment_id=offer.id,
            token=offer.token,
            reason=SkipReason.BROKEN,
            now=now,
        )

    home.db.write(next_one)  # the judge's own rows are there now
    few = steps_of(home.db, next_one)
    desk.add_items([f"more-{number}" for number in range(3000)], overlap=2)
    add(desk, "law", 3000, "law")
    keys = [f"own-{number}" for number in range(1000)]
    own = set(desk.add_items(keys, overlap=3, band=Band.TARGETED))
    for _ in range(len(own) // 50):
        for offer in desk.reserve("dora", count=50):
            assert offer.item_id in own
            desk.submit("dora", offer)
    # A thousand urgent entries that Dora has judged stand before the rest, wanted by others.
    home.db.write(lambda tx: next_one(tx, now=START + 60))
    assert steps_of(home.db, next_one) <= 2 * few


def test_tags_are_set_and_items_require_them_over_http(server: RunningServer) -> None:
    with server.owner() as owner:
        dora_id, dora = server.add_person("Dora", role=Role.ANNOTATOR)
        item = {
            "prompt": {"messages": [{"role": "user", "content": "Guten Tag"}]},
            "completions": [{"text": "Ja", "policy": "a"}, {"text": "Nein", "policy": "b"}],
            "requires": ["de"],
        }
        assert owner.post("/api/projects/support/items", json={"items": [item]}).status_code == 200

        def offered() -> list[dict[str, Any]]:
            answer = dora.post("/api/projects/support/assignments", json={"count": 5})
            found: list[dict[str, Any]] = answer.json()["assignments"]
            return found

        assert offered() == []
        path = f"/api/projects/support/people/{dora_id}/tags"
        changed = owner.put(path, json={"tags": ["medical", "de", "de"]})
        assert changed.json()["tags"] == ["de", "medical"]
        [one] = offered()
        assert one["requires"] == ["de"]
        listed = owner.get("/api/projects/support/people").json()["people"]
        assert {one["name"]: one["tags"] for one in listed}["Dora"] == ["de", "medical"]
        assert owner.put(path, json={"tags": ["No Tag"]}).status_code == 422
        nobody = "/api/projects/support/people/per_nobody/tags"
        assert owner.put(nobody, json={"tags": []}).json()["error"]["code"] == "unknown_person"
