"""Agreement live: split by what one asks for, who differs from whom, and what to repair first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest
from labeling_world import START, Desk, make_desk
from sqlalchemy import Connection, update

from loopwright.accounts import store as accounts
from loopwright.accounts.model import Role
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.labeling.tables import judgment
from loopwright.quality import service as quality
from loopwright.quality.agreement_kept import computed
from loopwright.quality.said import SaidBook
from support.server import RunningServer, running_server

RATERS = ("ada", "bea", "cy", "dan")
WEEK = 7 * 86_400.0


@pytest.fixture
def desk(home: Home) -> Desk:
    """Twenty-four clear items of billing, and as many of refunds that split people."""
    made = make_desk(home, items=0, overlap=4)
    keys = [f"item-{at}" for at in range(24)]
    made.items = made.add_items(keys, overlap=4, segment="billing")
    made.items += made.add_items([f"r-{key}" for key in keys], overlap=4, segment="refunds")
    rows: list[dict[str, object]] = [
        {
            "id": f"rtr_{name}",
            "project_id": "desk",
            "person_id": None,
            "external_key": name,
            "kind": "human",
            "created_at": START,
            "tags": ["german"] if name in ("ada", "bea") else [],
        }
        for name in RATERS
    ]
    home.db.write(lambda tx: accounts.add_raters(tx, rows))
    record(made, [vote(made, at, name) for at in range(48) for name in RATERS])
    return made


@pytest.fixture
def reader(desk: Desk) -> Iterator[httpx.Client]:
    with running_server(desk.home) as server:
        yield server.add_person("Lea", role=Role.LEAD, project_id="desk")[1]


def vote(desk: Desk, at: int, name: str, outcome: str | None = None) -> ImportedJudgment:
    """In refunds half of them answer one way and half the other, by turns."""
    split = at >= 24 and (RATERS.index(name) + at + at // 3) % 4 < 2 if name in RATERS else False
    return ImportedJudgment(
        client_id=f"import:{at}:{name}",
        item_id=desk.items[at],
        question_id="preference",
        rater_id=f"rtr_{name}",
        outcome=outcome or ("second" if (at % 2 == 0) != split else "first"),
        shown_order="first_left",
        created_at=START + (WEEK if at % 2 else 0.0),
    )


def record(desk: Desk, rows: list[ImportedJudgment]) -> None:
    desk.home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START)
    )


def get(reader: httpx.Client, path: str) -> Json:
    answer = reader.get(f"/api/projects/desk/{path}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def alpha(row: Json) -> Json:
    [found] = [one for one in row["coefficients"] if one["name"] == "alpha_nominal"]
    return dict(found["estimate"])


def test_agreement_follows_the_judgments_and_names_what_to_repair(
    desk: Desk, reader: httpx.Client
) -> None:
    rows = {row["group"]: row for row in get(reader, "agreement?by=segment")["rows"]}
    assert alpha(rows["billing"])["value"] == 1.0
    assert alpha(rows["refunds"])["value"] < 0.1
    assert {row["items"] for row in rows.values()} == {24}
    names = [one["name"] for one in rows["refunds"]["coefficients"]]
    assert names == ["agreement", "fleiss", "gwet_ac1", "alpha_nominal"]
    [german] = get(reader, "agreement?by=team")["rows"]
    assert (german["group"], german["raters"]) == ("german", 2)
    weeks = get(reader, "agreement?by=week")["rows"]
    assert [row["group"] for row in weeks] == ["1970-W01", "1970-W02"]
    [version] = get(reader, "agreement?by=guideline")["rows"]
    assert version["group"] == "", "what was imported was judged under no version"
    [all_] = get(reader, "agreement?by=project")["rows"]
    assert alpha(all_)["n"] == 192

    [found] = get(reader, "disagreement")["findings"]
    assert found["cause"] == "missing_rule"
    assert found["evidence"][0]["segment"] == "refunds"
    assert set(found["items"]) <= set(desk.items[24:])
    assert found["priority"] == pytest.approx(found["disagreement"]["low"] * 192)

    record(desk, [vote(desk, 0, "eve", "second")])
    [more] = get(reader, "agreement")["rows"]
    assert (alpha(more)["n"], more["raters"]) == (193, 5)
    desk.home.db.write(
        lambda tx: tx.execute(
            update(judgment)
            .where(judgment.c.client_id == "import:0:eve")
            .values(superseded_by="jdg_other", superseded_at=START + 5)
        )
    )
    assert alpha(get(reader, "agreement")["rows"][0])["n"] == 192


def test_settled_answers_are_the_truth_that_votes_are_held_against(
    desk: Desk, reader: httpx.Client
) -> None:
    def settle_all(tx: Connection) -> None:
        for at in range(24, 48):
            quality.settle(
                tx,
                project_id="desk",
                item_id=desk.items[at],
                question_id="preference",
                answer="tie",
                source="gold",
                ref_id=f"gold-{at}",
                by="per_sam",
                now=START,
            )

    assert get(reader, "disagreement")["findings"][0]["sentence"].startswith("In segment")
    desk.home.db.write(settle_all)
    [found] = get(reader, "disagreement")["findings"]
    assert "majority was right in only 0 %" in found["sentence"]


def test_two_people_are_compared_only_on_enough_items(desk: Desk, reader: httpx.Client) -> None:
    record(desk, [vote(desk, at, "eve", "tie") for at in range(3)])
    found = get(reader, "agreement/pairs?question=preference&aspect=")
    assert set(found["raters"]) == {f"rtr_{name}" for name in (*RATERS, "eve")}
    with_eve = [one for one in found["pairs"] if "rtr_eve" in (one["first"], one["second"])]
    assert len(with_eve) == 4
    for one in with_eve:
        assert one["n"] is one["gwet"] is one["cohen"] is one["agreement"] is None
        assert one["differing"] == []
        assert one["reason"] == f"fewer than {found['shown_from']} items in common"
    others = [one for one in found["pairs"] if one not in with_eve]
    assert {one["n"] for one in others} == {48}
    assert all(one["cohen"]["low"] is not None for one in others)
    assert {one["differing"][0]["first"] for one in others} <= {
        "First answer is better",
        "Second answer is better",
    }
    missing = reader.get("/api/projects/desk/agreement/pairs?question=preference&aspect=tone")
    assert missing.status_code == 404
    assert "agreement by criterion" in missing.json()["error"]["remedy"]
    assert reader.get("/api/projects/desk/agreement?by=colour").status_code == 422


def test_a_long_computation_keeps_nobody_waiting_for_what_is_known(desk: Desk) -> None:
    began, may_end = Event(), Event()

    def long(book: SaidBook) -> int:
        began.set()
        assert may_end.wait(60)
        return 2

    def ask(key: str, compute: Callable[[SaidBook], int]) -> int:
        return desk.home.db.read(lambda tx: computed(tx, "desk", key, compute))

    assert ask("quick", lambda book: 1) == 1
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(ask, "long", long)
        assert began.wait(60)
        assert ask("quick", lambda book: 3) == 1
        may_end.set()
        assert other.result() == 2


def test_a_project_without_judgments_has_no_rows(home: Home) -> None:
    make_desk(home, items=1, overlap=2)
    with running_server(home) as server:
        reader = server.add_person("Lea", role=Role.LEAD, project_id="desk")[1]
        for by in ("project", "criterion", "segment", "guideline", "team", "week"):
            assert get(reader, f"agreement?by={by}")["rows"] == []
        assert get(reader, "disagreement")["findings"] == []
        assert get(reader, "agreement/pairs")["pairs"] == []
        _annotator_is_refused(server)


def _annotator_is_refused(server: RunningServer) -> None:
    annotator = server.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")[1]
    for path in ("agreement", "agreement/pairs", "disagreement"):
        assert annotator.get(f"/api/projects/desk/{path}").status_code == 403
