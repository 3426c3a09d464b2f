"""From the gateway's spool into facts, and from shadow answers into blind items."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.sampling.tables import queue_entry
from loopwright.serving import shadow_items, store
from loopwright.serving.capture import Spool, finished_segments
from loopwright.serving.importer import Importer, SpoolImport, import_spool
from loopwright.serving.model import Exchange, FailureKind, Outcome
from loopwright.serving.traffic import summarize
from support.databases import sqlite_home

PROJECT = """
id: demo
name: Demo
simulated: true
overlap: 2
questions: [{id: preference, kind: pairwise, text: "Which is better?"}]
guideline: {text: Be kind.}
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = sqlite_home(Settings(home=tmp_path))
    spec = parse_project(PROJECT)
    opened.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    yield opened
    opened.close()


def exchange(number: int, *, arm: str = "stable", text: str = "Yes.") -> Exchange:
    return Exchange(
        request_id=f"req_{arm}_{number}",
        project_id="demo",
        subject=f"s{number}",
        assigned="pol_new" if arm != "stable" else "pol_old",
        arm=arm,
        analysed=arm == "candidate",
        release_id="rel_1",
        snapshot_version=1,
        at=100.0 + number,
        messages=[{"role": "user", "content": f"Mail me at a{number}@example.com"}],
        shadow_of=f"req_stable_{number}" if arm == "shadow" else None,
        served="pol_new" if arm != "stable" else "pol_old",
        outcome=Outcome.ANSWERED,
        latency_ms=10.0 + number,
        text=text,
    )


def spool(home: Home, *exchanges: Exchange, waiting: int = 100) -> Spool:
    opened = Spool(
        home.path / "spool",
        waiting=waiting,
        segment_bytes=10_000_000,
        segment_seconds=60.0,
        spool_bytes=10_000_000,
    )
    for one in exchanges:
        opened.put(one)
    opened.start()
    opened.close()
    return opened


def take(home: Home) -> SpoolImport:
    return import_spool(home, now=500.0)


def test_segments_become_facts_once(home: Home) -> None:
    spool(home, exchange(1), exchange(2))
    [path] = finished_segments(home.path / "spool")
    content = path.read_bytes()
    assert take(home) == SpoolImport(segments=1, requests=2)
    assert finished_segments(home.path / "spool") == []
    path.write_bytes(content + b'{"kind": "request", "id": "to')
    again = take(home)
    assert (again.requests, again.torn, again.lost) == (0, 1, 1)
    found = home.db.read(lambda tx: store.recent(tx, "demo"))
    assert [one.id for one in found] == ["req_stable_2", "req_stable_1"]
    assert found[0].messages == [{"role": "user", "content": "Mail me at [EMAIL_1]"}]
    assert found[0].mask_counts == {"EMAIL": 1}


def test_dropped_exchanges_are_told(home: Home) -> None:
    opened = spool(home, *(exchange(number) for number in range(10)), waiting=4)
    assert opened.dropped == 6
    assert take(home).lost == 6
    assert home.db.read(lambda tx: store.lost_since(tx, 0.0)) == 6
    assert home.db.read(lambda tx: store.lost_since(tx, 1000.0)) == 0


def test_shadow_answers_become_blind_items(home: Home) -> None:
    spool(
        home,
        exchange(1),
        exchange(1, arm="shadow", text="No, sorry."),
        exchange(2),
        exchange(2, arm="shadow", text="Yes."),
    )
    assert take(home).items == 1
    ids = home.db.read(lambda tx: list(tx.scalars(select(item.c.id))))
    found = home.db.read(lambda tx: intake.get_item(tx, ids[0]))
    assert found.purpose is ItemPurpose.SHADOW
    completions = home.db.read(lambda tx: intake.completions_of(tx, found.completion_ids))
    texts = {one.policy_version_id: one.text for one in completions.values()}
    assert texts == {"pol_old": "Yes.", "pol_new": "No, sorry."}
    [prompt] = home.db.read(lambda tx: intake.prompts(tx, "demo"))
    assert prompt.simulated
    remaining = home.db.read(lambda tx: tx.scalar(select(func.sum(queue_entry.c.remaining))))
    assert remaining == 2


def test_halves_may_arrive_in_either_order(home: Home) -> None:
    spool(home, exchange(1, arm="shadow", text="No."))
    assert take(home).items == 0
    spool(home, exchange(1))
    assert take(home).items == 1


def test_a_release_opens_a_bounded_number_of_items(home: Home) -> None:
    limit = shadow_items.ITEMS_PER_RELEASE
    for start in (0, limit):
        pairs = [
            one
            for number in range(start, start + limit)
            for one in (exchange(number), exchange(number, arm="shadow", text="No."))
        ]
        spool(home, *pairs, waiting=500)
        take(home)
    assert home.db.read(lambda tx: store.count_shadow_items(tx, "rel_1")) == limit


def test_traffic_of_an_unknown_project_is_kept(home: Home) -> None:
    spool(home, replace(exchange(1), project_id="gone"))
    assert take(home).requests == 1


def test_importer_thread_empties_the_spool(home: Home) -> None:
    importer = Importer(home, seconds=0.05)
    importer.start()
    spool(home, exchange(1))
    end = time.monotonic() + 10
    while finished_segments(home.path / "spool") and time.monotonic() < end:
        time.sleep(0.02)
    importer.stop()
    assert len(home.db.read(lambda tx: store.recent(tx, "demo"))) == 1


def test_traffic_summary_counts_on_the_assigned_arm(home: Home) -> None:
    fallen = replace(
        exchange(3, arm="candidate", text="A stable answer"),
        served="pol_old",
        outcome=Outcome.FALLBACK,
        failure=FailureKind.CONNECT,
    )
    gone = replace(exchange(4, arm="candidate"), outcome=Outcome.CLIENT_GONE)
    stable = replace(exchange(5), analysed=True)
    spool(home, fallen, gone, exchange(6, arm="candidate", text="abcd"), stable, exchange(7))
    take(home)
    seen = home.db.read(lambda tx: store.seen_of_release(tx, release_id="rel_1", since=0.0))
    found = summarize(seen, since=0.0, serving_candidate=True, lost=0)
    assert (found.candidate.requests, found.candidate.errors) == (2, 1)
    assert found.candidate.length == 4.0
    assert (found.stable.requests, found.stable.subjects) == (1, 1)
    assert summarize(seen, since=0.0, serving_candidate=False, lost=0).stable.requests == 2
