"""An answer that people settle stands beside the votes, and two at once cannot both settle it."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest
from labeling_world import START, Desk, make_desk

from loopwright.accounts.model import Role
from loopwright.base.errors import Conflict, InvalidInput, LoopwrightError, NotFound
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.quality import service as quality
from loopwright.quality.model import Settlement
from loopwright.quality.reconcile import reconcile
from support.server import running_server

P = "/api/projects/desk"


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=3, overlap=4)


def settle(desk: Desk, item: int, answer: Any, **how: Any) -> Settlement:
    given = {
        "project_id": "desk", "item_id": desk.items[item], "question_id": "preference",
        "source": "adjudication", "ref_id": "adj_1", "by": "per_sue", "now": START,
    }  # fmt: skip
    return desk.home.db.write(lambda tx: quality.settle(tx, answer=answer, **{**given, **how}))


def vote(desk: Desk, item: int, answers: str) -> None:
    names = {"1": "first", "2": "second", "=": "tie"}
    rows = [
        ImportedJudgment(
            client_id=f"import:{item}:{at}",
            item_id=desk.items[item],
            question_id="preference",
            rater_id=f"rtr_{at}",
            outcome=names[answer],
            shown_order="first_left",
            created_at=START,
        )
        for at, answer in enumerate(answers)
    ]
    desk.home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START)
    )


def rows_of(reader: httpx.Client, digest: str) -> dict[str, dict[str, Any]]:
    answer = reader.get(f"{P}/datasets/{digest}/export", params={"format": "jsonl"})
    return {row["item_id"]: row for row in map(json.loads, answer.text.splitlines())}


def test_a_settled_answer_is_shown_beside_the_votes_and_goes_into_datasets(desk: Desk) -> None:
    vote(desk, 0, "1112")
    vote(desk, 1, "1122")
    vote(desk, 2, "1111")
    settle(desk, 0, {"choice": "right"})
    first = settle(desk, 1, "first", source="discussion", ref_id="thr_1")
    settle(desk, 1, "tie", source="gold", ref_id="gld_1", replaces=first.id)
    reconcile(desk.home, project_id="desk", now=START)
    with running_server(desk.home) as served:
        reader = served.add_person("Lea", role=Role.LEAD, project_id="desk")[1]
        found = {row["item_id"]: row for row in reader.get(f"{P}/consensus").json()}
        over, split, plain = (found[item] for item in desk.items)
        assert (over["answer"], over["votes"]) == ("first", {"first": 3, "second": 1})
        assert 0.5 < over["probability"] < 1.0
        assert over["settled"]["answer"] == "second"
        assert over["settled"]["text"] == "Second answer is better"
        assert (over["settled"]["source"], over["settled"]["ref_id"]) == ("adjudication", "adj_1")
        assert (split["split"], split["undecided"]) == (True, False)
        assert split["settled"]["source"] == "gold"
        assert plain["settled"] is None
        counts = reader.get(f"{P}/quality").json()["consensus"]
        assert counts["undecided"] == 0
        frozen = reader.post(f"{P}/datasets", json={"min_judgments": 4}).json()
        rows = rows_of(reader, frozen["digest"])
    assert rows[desk.items[0]]["chosen"] == "Text of b"
    known = [(rows[item]["probability"], rows[item]["settled"]) for item in desk.items[:2]]
    assert known == [(1.0, "adjudication"), (0.5, "gold")]
    assert rows[desk.items[0]]["weight"] == 1.0
    assert len(rows[desk.items[0]]["judgments"]) == 4
    assert rows[desk.items[2]]["settled"] is None
    assert 0.5 < rows[desk.items[2]]["probability"] < 1.0


def test_of_two_who_settle_at_once_one_wins_and_the_other_learns_what_stands(desk: Desk) -> None:
    both = Barrier(2)

    def decide(who: str, answer: str) -> Settlement | Conflict:
        both.wait()
        try:
            return settle(desk, 0, answer, by=who, ref_id=f"adj_{who}")
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(decide, "ann", "first"), pool.submit(decide, "bob", "second")]
        results = [one.result() for one in made]
    [won] = [one for one in results if isinstance(one, Settlement)]
    [lost] = [one for one in results if isinstance(one, Conflict)]
    assert lost.code == "already_settled"
    assert lost.detail["settlement_id"] == won.id
    assert lost.detail["outcome"] == won.outcome
    assert won.outcome in str(lost)
    standing = desk.home.db.read(lambda tx: quality.settlement_of(tx, desk.items))
    assert standing == {desk.items[0]: won}


def test_settling_again_needs_the_one_it_replaces(desk: Desk) -> None:
    first = settle(desk, 0, "first")
    assert settle(desk, 0, "first", now=START + 9) == first  # the same again, a retry
    with pytest.raises(Conflict, match="settled already: first by adjudication adj_1"):
        settle(desk, 0, "second")
    second = settle(desk, 0, "second", replaces=first.id)
    assert (second.number, second.outcome) == (2, "second")
    with pytest.raises(Conflict):
        settle(desk, 0, "tie", replaces=first.id)
    with pytest.raises(Conflict, match="nothing to replace"):
        settle(desk, 1, "tie", replaces=first.id)


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"answer": "spam"}, InvalidInput, "first, second, tie, both_bad"),
        ({"answer": {"choice": "up"}}, InvalidInput, "choice"),
        ({"answer": "first", "source": "coin"}, InvalidInput, "adjudication"),
        ({"answer": "first", "question_id": "topic"}, InvalidInput, "asks 'preference'"),
        ({"answer": "first", "item_id": "itm_no"}, NotFound, "no item itm_no"),
    ],
)
def test_what_does_not_fit_settles_nothing(
    desk: Desk, how: dict[str, Any], error: type[LoopwrightError], says: str
) -> None:
    with pytest.raises(error) as refused:
        settle(desk, 0, how["answer"], **{key: how[key] for key in how if key != "answer"})
    assert says in str(refused.value)
    assert desk.home.db.read(lambda tx: quality.settlement_of(tx, desk.items)) == {}
