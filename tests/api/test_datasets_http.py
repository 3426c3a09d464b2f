"""The way of a program over HTTP: import, freeze, look, export, trace."""

from __future__ import annotations

import json
from pathlib import Path

from gateway_world import wait_until

from loopwright.accounts.model import Role
from support.server import RunningServer

EXAMPLES = Path(__file__).parents[2] / "examples" / "support"
BASE = "/api/projects/support"


def test_import_freeze_export_and_trace(server: RunningServer) -> None:
    owner = server.owner()
    votes = (EXAMPLES / "votes.csv").read_bytes()
    sent = owner.post(
        f"{BASE}/imports",
        data={"mapping": (EXAMPLES / "votes.yaml").read_text()},
        files={"file": ("votes.csv", votes)},
    ).json()
    assert sent["counts"]["judgments_added"] == 90
    frozen = owner.post(f"{BASE}/datasets", json={}).json()
    assert frozen["counts"]["rows"] == 31
    assert owner.post(f"{BASE}/datasets", json={}).json()["digest"] == frozen["digest"]
    assert len(owner.get(f"{BASE}/datasets").json()["datasets"]) == 1
    detail = owner.get(f"{BASE}/datasets/{frozen['digest']}").json()
    assert len(detail["rows"]) == 20
    export = owner.get(
        f"{BASE}/datasets/{frozen['digest']}/export?format=trl-preference-conversational"
    )
    assert export.headers["x-loopwright-rows"] == "31"
    lines = [json.loads(line) for line in export.text.splitlines()]
    assert all(set(line) == {"prompt", "chosen", "rejected"} for line in lines)
    judgment = detail["rows"][0]["judgments"][0]
    trace = owner.get(f"{BASE}/lineage/{judgment}?direction=forward").json()
    assert {"from": judgment, "to": frozen["digest"], "kind": "holds"} in trace["edges"]
    back = owner.get(f"{BASE}/lineage/{frozen['digest']}?direction=back").json()
    assert judgment in {node["ref"] for node in back["nodes"]}
    spool = server.home.folder("spool")
    wait_until(lambda: not list(spool.glob("tmp*")), what="the exported copy goes")


def test_what_is_not_there_or_not_allowed_is_said(server: RunningServer) -> None:
    owner = server.owner()
    empty = owner.post(f"{BASE}/datasets", json={})
    assert empty.status_code == 422
    assert empty.json()["error"]["code"] == "empty_dataset"
    assert owner.get(f"{BASE}/datasets/sha256:none").status_code == 404
    assert owner.get(f"{BASE}/lineage/jdg_none").status_code == 404
    assert owner.get(f"{BASE}/datasets/x/export?format=xml").status_code == 422
    _, annotator = server.add_person("Ann", role=Role.ANNOTATOR)
    assert annotator.get(f"{BASE}/datasets").status_code == 403
    assert annotator.post(f"{BASE}/datasets", json={}).status_code == 403
    assert annotator.get(f"{BASE}/lineage/jdg_none").status_code == 403
