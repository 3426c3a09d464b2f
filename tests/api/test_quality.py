"""Consensus that follows the judgments on both databases, and the report over HTTP."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from labeling_world import START, Desk, judge, make_desk
from sqlalchemy import Engine, delete, event, update

from loopwright.accounts.model import Role
from loopwright.infra.database import Database, Work
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.labeling.tables import judgment
from loopwright.models import service as models
from loopwright.quality import reconcile as reconcile_module
from loopwright.quality import store
from loopwright.quality.live import ConsensusKeeper
from loopwright.quality.model import Consensus
from loopwright.quality.reconcile import reconcile
from loopwright.quality.tables import consensus
from support.postgres import somebody_waits
from support.server import RunningServer, running_server

T = TypeVar("T")
RATERS = ("ada", "bea", "cy", "dan")


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=6, overlap=4)


def imported(
    desk: Desk, item: int, rater: str, outcome: str, *, order: str = "first_left"
) -> ImportedJudgment:
    return ImportedJudgment(
        client_id=f"import:{item}:{rater}",
        item_id=desk.items[item],
        question_id="preference",
        rater_id=f"rtr_{rater}",
        outcome=outcome,
        shown_order=order,
        created_at=START,
    )


def record(desk: Desk, rows: list[ImportedJudgment]) -> None:
    desk.home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START)
    )


def everybody(
    desk: Desk, answers: str = "first", *, items: Iterable[int] = range(6)
) -> list[ImportedJudgment]:
    return [
        imported(desk, item, rater, answers, order=("first_left", "second_left")[at % 2])
        for item in items
        for at, rater in enumerate(RATERS)
    ]


def stored(desk: Desk) -> dict[str, Consensus]:
    return desk.home.db.read(lambda tx: store.consensus_of(tx, desk.items))


def test_the_keeper_follows_what_is_judged_and_undone(desk: Desk) -> None:
    keeper = ConsensusKeeper(desk.home)
    assert keeper.step() == 0
    [offer] = desk.reserve("ada")
    done = desk.submit("ada", offer, choice="left")
    assert keeper.step() == 1
    found = stored(desk)[offer.item_id]
    first_is_left = offer.shown_order == "first_left"
    assert found.answer == ("first" if first_is_left else "second")
    assert found.n == 1
    assert keeper.step() == 0
    desk.home.db.write(
        lambda tx: labeling.undo(
            tx,
            project=desk.project,
            judge=judge("ada"),
            judgment_id=done.judgment_id,
            now=START + 1,
        )
    )
    keeper.step()
    keeper.stop()
    assert offer.item_id not in stored(desk)


def test_a_judgment_that_commits_late_is_not_missed(desk: Desk) -> None:
    keeper = ConsensusKeeper(desk.home)
    record(desk, [imported(desk, 0, "ada", "first")])
    keeper.step()
    record(desk, [imported(desk, 1, "ada", "first"), imported(desk, 2, "ada", "tie")])
    # What a slower transaction looks like: its lower number shows after the higher one.
    [late] = [
        row
        for row in desk.home.db.read(lambda tx: store.votes(tx, "desk"))
        if row.item_id == desk.items[1]
    ]
    desk.home.db.write(
        lambda tx: tx.execute(
            update(judgment).where(judgment.c.seq == late.seq).values(superseded_by="hidden")
        )
    )
    keeper.step()
    assert desk.items[1] not in stored(desk)
    desk.home.db.write(
        lambda tx: tx.execute(
            update(judgment).where(judgment.c.seq == late.seq).values(superseded_by=None)
        )
    )
    keeper.step()
    keeper.stop()
    assert stored(desk)[desk.items[1]].answer == "first"


def test_a_restarted_keeper_rebuilds_what_was_lost(desk: Desk) -> None:
    record(desk, everybody(desk))
    first = ConsensusKeeper(desk.home)
    assert first.step() == 6
    first.stop()
    before = stored(desk)
    desk.home.db.write(lambda tx: tx.execute(delete(consensus)))
    second = ConsensusKeeper(desk.home)
    second.step()
    second.stop()
    assert {key: row.posterior for key, row in stored(desk).items()} == {
        key: row.posterior for key, row in before.items()
    }


def test_reconciling_changes_nothing_that_a_fresh_keeper_wrote(desk: Desk) -> None:
    record(desk, everybody(desk))
    keeper = ConsensusKeeper(desk.home)
    keeper.step()
    keeper.stop()
    before = stored(desk)
    reconcile(desk.home, project_id="desk", now=START + 99)
    assert stored(desk) == before


class Busy:
    """A database in which somebody judges just before the first write of whoever uses it."""

    def __init__(self, db: Database, *, judge: Callable[[], None]) -> None:
        self._db, self._judge = db, judge
        self.dialect, self.read, self.close = db.dialect, db.read, db.close
        self.write_soon = db.write_soon
        self.writes = 0

    def write(self, work: Work[T]) -> T:
        self.writes += 1
        if self.writes == 1:
            self._judge()
        return self._db.write(work)


def test_reconciling_lets_others_in_between_and_loses_none_of_theirs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(desk, everybody(desk))
    monkeypatch.setattr(reconcile_module, "AT_ONCE", 2)
    busy = Busy(desk.home.db, judge=lambda: record(desk, [imported(desk, 1, "eve", "tie")]))
    reconcile(replace(desk.home, db=busy), project_id="desk", now=START)
    assert busy.writes >= 4, "three parts of two items, and the end"
    assert stored(desk)[desk.items[1]].votes == {"first": 4, "tie": 1}
    assert len(stored(desk)) == 6


@pytest.mark.parametrize("known", [True, False])
def test_reconciling_never_puts_an_older_answer_over_the_keepers(
    postgres_url: str, tmp_path: Path, known: bool
) -> None:
    """The keeper comes between the look at what is judged and the writing of it."""
    home = open_home(Settings(home=tmp_path / "home", database_url=postgres_url))
    desk = make_desk(home, items=1, overlap=4)
    keeper = ConsensusKeeper(home)
    keeper.step()
    record(desk, [imported(desk, 0, "ada", "first")])
    if known:
        keeper.step()
        home.db.write(lambda tx: tx.execute(update(consensus).values(n=0)))
    keeping: list[Future[int]] = []
    reconciler = threading.current_thread()

    def judged_meanwhile() -> int:
        record(desk, [imported(desk, 0, "bea", "first")])
        return keeper.step()

    with ThreadPoolExecutor(1) as pool:

        def between(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if keeping or threading.current_thread() is not reconciler:
                return
            if statement.startswith("INSERT INTO consensus "):
                keeping.append(pool.submit(judged_meanwhile))
                while not keeping[0].done() and not home.db.read(somebody_waits):
                    threading.Event().wait(0.01)

        event.listen(Engine, "before_cursor_execute", between)
        try:
            reconcile(home, project_id="desk", now=START)
        finally:
            event.remove(Engine, "before_cursor_execute", between)
        assert keeping[0].result(10) == 1
    keeper.step()
    assert stored(desk)[desk.items[0]].n == 2
    keeper.stop()
    home.close()


def test_one_keeper_writes_at_a_time(desk: Desk) -> None:
    record(desk, everybody(desk))
    one, two = ConsensusKeeper(desk.home), ConsensusKeeper(desk.home)
    assert one.step() == 6
    desk.home.db.write(lambda tx: tx.execute(delete(consensus)))
    assert two.step() == 0
    one.stop()
    assert two.step() == 6
    two.stop()


def test_the_thread_starts_and_stops(desk: Desk) -> None:
    keeper = ConsensusKeeper(desk.home, period=0.01)
    keeper.start()
    record(desk, everybody(desk))
    for _ in range(1000):
        if len(stored(desk)) == 6:
            break
        keeper._stop.wait(0.01)
    keeper.stop()
    assert len(stored(desk)) == 6


@pytest.fixture
def served(desk: Desk) -> Iterator[RunningServer]:
    with running_server(desk.home) as running:
        yield running


def lead(served: RunningServer) -> httpx.Client:
    return served.add_person("Lea", role=Role.LEAD, project_id="desk")[1]


def test_nothing_judged_is_unknown_with_its_reason(served: RunningServer) -> None:
    answer = lead(served).get("/api/projects/desk/quality").json()
    assert answer["judgments"] == 0
    assert answer["alpha"]["value"] is None
    assert answer["alpha"]["reason"].startswith("needs 2 more items")
    assert answer["position_bias"]["value"] is None
    assert answer["ratings"] == []


def test_the_report_counts_rates_and_follows(desk: Desk, served: RunningServer) -> None:
    ids = desk.home.db.write(
        lambda tx: models.ensure_external(tx, project_id="desk", names=["plain"], now=START)
    )
    assert ids
    record(desk, everybody(desk)[:-4])
    record(desk, [imported(desk, 5, rater, "second") for rater in RATERS])
    reconcile(desk.home, project_id="desk", now=START)
    reader = lead(served)
    answer = reader.get("/api/projects/desk/quality").json()
    assert (answer["judgments"], answer["annotators"], answer["items"]) == (24, 4, 6)
    assert answer["sources"] == 2
    assert answer["alpha"]["value"] == pytest.approx(1.0)
    best, worst = answer["ratings"]
    assert best["policy_version_id"] == "pol_secret_a"
    assert best["wins"] == worst["losses"] == 20
    assert best["low"] < best["rating"] < best["high"]
    assert len(answer["reliability"]) == 4
    assert all(0.5 < row["low"] <= row["value"] <= row["high"] for row in answer["reliability"])
    assert answer["position_bias"]["low"] < 0.5 < answer["position_bias"]["high"]
    record(desk, [imported(desk, 0, "eve", "tie")])
    assert reader.get("/api/projects/desk/quality").json()["judgments"] == 25


def test_consensus_is_listed_and_votes_are_blind(desk: Desk, served: RunningServer) -> None:
    record(desk, everybody(desk))
    record(desk, [imported(desk, 0, "eve", "tie")])
    reconcile(desk.home, project_id="desk", now=START)
    reader = lead(served)
    rows = reader.get("/api/projects/desk/consensus?order=unsure&limit=3").json()
    assert len(rows) == 3
    assert rows[0]["item_id"] == desk.items[0]
    assert rows[0]["votes"] == {"first": 4, "tie": 1}
    assert rows[0]["prompt"].startswith("Hello")
    assert rows[0]["text"] == "First answer is better"
    shares = [(one["text"], one["votes"]) for one in rows[0]["shares"]]
    assert shares == [("First answer is better", 4), ("Equally good", 1)]
    assert [row["undecided"] for row in rows] == [False] * 3
    answer = reader.get(f"/api/projects/desk/items/{desk.items[0]}/votes")
    assert len(answer.json()) == 5
    assert Counter(row["text"] for row in answer.json())["Equally good"] == 1
    assert {row["rater"] for row in answer.json()} == {f"annotator {n}" for n in range(1, 6)}
    assert "rtr_" not in answer.text
    assert "pol_" not in answer.text


def test_an_answer_that_is_not_more_likely_than_not_is_undecided(
    desk: Desk, served: RunningServer
) -> None:
    halves = ["first", "second", "tie", "both_bad"]
    record(desk, [imported(desk, 0, f"u{at}", answer) for at, answer in enumerate(halves)])
    record(desk, [imported(desk, 1, f"u{at}", "first") for at in range(4)])
    reconcile(desk.home, project_id="desk", now=START)
    reader = lead(served)
    torn, settled = reader.get("/api/projects/desk/consensus?order=unsure").json()
    assert (torn["item_id"], torn["undecided"]) == (desk.items[0], True)
    assert torn["probability"] <= 0.5 < settled["probability"]
    assert settled["undecided"] is False
    assert reader.get("/api/projects/desk/quality").json()["consensus"]["undecided"] == 1


def test_split_votes_are_undecided_whatever_the_model_leans_to(
    desk: Desk, served: RunningServer
) -> None:
    """Who mostly agrees with the others weighs more: the model leans, nobody decided."""
    record(desk, everybody(desk, items=range(1, 6)))
    record(desk, [imported(desk, at, "eve", "second") for at in range(1, 6)])
    record(desk, [imported(desk, 0, "ann", "first"), imported(desk, 0, "eve", "second")])
    reconcile(desk.home, project_id="desk", now=START)
    reader = lead(served)
    rows = reader.get("/api/projects/desk/consensus?order=unsure").json()
    [torn] = [row for row in rows if row["item_id"] == desk.items[0]]
    assert torn["probability"] > 0.5
    assert (torn["split"], torn["undecided"], torn["answer"]) == (True, True, "first")
    assert [one["votes"] for one in torn["shares"]] == [1, 1]
    assert reader.get("/api/projects/desk/quality").json()["consensus"]["undecided"] == 1
    record(desk, [imported(desk, 0, "bob", "first")])
    reconcile(desk.home, project_id="desk", now=START)
    assert reader.get("/api/projects/desk/quality").json()["consensus"]["undecided"] == 0


def test_annotators_do_not_see_results_and_strange_items_are_not_found(
    served: RunningServer,
) -> None:
    annotator = served.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")[1]
    assert annotator.get("/api/projects/desk/quality").status_code == 403
    assert annotator.get("/api/projects/desk/consensus").status_code == 403
    assert lead(served).get("/api/projects/desk/items/itm_no/votes").status_code == 404
