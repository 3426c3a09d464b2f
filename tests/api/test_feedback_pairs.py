"""Feedback of every kind, opened or not, and the datasets that it must not reach by itself."""

from __future__ import annotations

import httpx
from sqlalchemy import select
from test_feedback import Json, app, batch, rules, thumb

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.base.errors import InvalidInput
from loopwright.datasets import service as datasets
from loopwright.datasets.model import DatasetSpec
from loopwright.infra.home import Home
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item
from loopwright.quality.reconcile import reconcile
from support.server import RunningServer

__all__ = ["app"]


def test_no_dataset_holds_a_pair_made_from_feedback_alone(
    app: httpx.Client, home: Home, server: RunningServer
) -> None:
    rules(home, "feedback: {per_day: 1000, per_source_per_day: 1000}\n")
    kinds: list[Json] = [
        {"kind": "thumb", "value": "up"},
        {"kind": "thumb", "value": "down"},
        {"kind": "rating", "value": 1, "max": 5},
        {"kind": "edit", "value": "The parcel is at the desk."},
        {"kind": "verdict", "value": "accept"},
        {"kind": "verdict", "value": "reject"},
        {"kind": "label", "value": "good", "tool": "t", "rater": "r"},
    ]
    rows = [
        {**thumb(number), **kind, "client_id": f"{number}-{kind['kind']}-{kind['value']}"}
        for number in range(10)
        for kind in kinds
    ]
    done = batch(app, rows)
    assert done["stored"] == 70
    edits = [r["item_id"] for r in done["results"] if "-edit-" in str(r["client_id"])]
    assert len(set(edits)) == 10
    assert pairs(home) == []
    # Once people judge, the pair is theirs: it names their judgments.
    for name in ("ann", "bob", "cyd"):
        with server.add_person(name, role=Role.ANNOTATOR)[1] as annotator:
            judge_pairs(annotator)
    made = pairs(home)
    assert {row["item_id"] for row in made} == set(edits)
    assert all(len(row["judgments"]) == 3 for row in made)
    purposes = home.db.read(lambda tx: set(tx.scalars(select(item.c.purpose))))
    assert purposes == {ItemPurpose.TARGETED.value}


def pairs(home: Home) -> list[Json]:
    """Freeze everything that there is, held-out prompts too, and return its pairs."""
    now = system_now()
    reconcile(home, project_id="support", now=now)
    spec = DatasetSpec(purposes=tuple(ItemPurpose))
    try:
        version = datasets.freeze_preferences(home, project_id="support", spec=spec, now=now)
    except InvalidInput as refused:
        assert refused.code == "empty_dataset"
        return []
    return list(datasets.read_rows(home, version))


def judge_pairs(annotator: httpx.Client) -> None:
    """Answer every pair that is offered; labels too, so that the queue moves on."""
    path = "/api/projects/support"
    while offers := annotator.post(f"{path}/assignments", json={"count": 20}).json()["assignments"]:
        for offer in offers:
            pairwise = offer["question"]["kind"] == "pairwise"
            answer = {"choice": "left"} if pairwise else {"label": "solved"}
            body = {
                "client_id": offer["id"],
                "assignment_id": offer["id"],
                "token": offer["token"],
                "answer": {**answer, "reason": None},
            }
            assert annotator.post(f"{path}/judgments", json=body).status_code == 200
