"""Lineage both ways: from a judgment to the release that it led to, and back again."""

from __future__ import annotations

import pytest
from import_world import VOTE_ROWS, crowd_home, import_text
from sqlalchemy import Connection

from loopwright.base.errors import NotFound
from loopwright.datasets import lineage, service
from loopwright.datasets.model import DatasetSpec, DatasetVersion, Edge, Node, Trace
from loopwright.infra.home import Home
from loopwright.labeling import store as labeling
from loopwright.labeling.model import Judgment
from loopwright.models import service as models
from loopwright.models.model import PolicyKind

__all__ = ["crowd_home"]

RUN, RELEASE = "run_1", "rel_1"


@pytest.fixture
def chain(home: Home) -> tuple[Home, DatasetVersion, Judgment]:
    """Judgments, a dataset of them, a reward model on it, a policy, and its release."""
    import_text(home, VOTE_ROWS)
    version = service.freeze_preferences(home, project_id="crowd", spec=DatasetSpec(), now=200.0)

    def build(tx: Connection) -> None:
        base = models.register_policy(
            tx, project_id="crowd", name="base", kind=PolicyKind.SFT, now=201.0
        )
        reward = models.register_reward_model(
            tx,
            project_id="crowd",
            name="reward-1",
            artifact="sha256:" + "0" * 64,
            run_id=RUN,
            dataset_digest=version.digest,
            parent_policy_id=base.id,
            metrics={},
            now=202.0,
        )
        tuned = models.register_policy(
            tx,
            project_id="crowd",
            name="tuned",
            kind=PolicyKind.RL,
            parent_id=base.id,
            reward_model_id=reward.id,
            now=203.0,
        )
        for _ in range(2):  # recording it again changes nothing
            lineage.record_edges(
                tx,
                [Edge(RELEASE, tuned.id, "releases")],
                nodes=[Node(RELEASE, "release", "release of tuned", 204.0)],
                project_id="crowd",
                now=204.0,
            )

    home.db.write(build)
    judgment = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))[0]
    return home, version, judgment


def walk(home: Home, ref: str, direction: lineage.Direction) -> Trace:
    return home.db.read(lambda tx: lineage.walk(tx, ref, direction, project_id="crowd"))


def kinds(trace: Trace) -> set[str]:
    return {node.kind for node in trace.nodes}


def test_a_judgment_leads_to_the_release(chain: tuple[Home, DatasetVersion, Judgment]) -> None:
    home, version, judgment = chain
    trace = walk(home, judgment.id, "forward")
    refs = {node.ref for node in trace.nodes}
    assert {judgment.id, version.digest, RELEASE} <= refs
    assert kinds(trace) == {"judgment", "dataset", "reward_model", "policy", "release"}
    assert not trace.cut


def test_a_release_leads_back_to_each_judgment(
    chain: tuple[Home, DatasetVersion, Judgment],
) -> None:
    home, version, _ = chain
    trace = walk(home, RELEASE, "back")
    judged = {node.ref for node in trace.nodes if node.kind == "judgment"}
    assert judged == {j.id for j in home.db.read(lambda tx: labeling.judgments(tx, "crowd"))}
    assert kinds(trace) >= {"release", "policy", "reward_model", "run", "dataset", "item", "prompt"}
    assert version.digest in {node.ref for node in trace.nodes}
    ends = {node.ref for node in trace.nodes}
    assert all(edge.child in ends and edge.parent in ends for edge in trace.edges)


def test_an_item_leads_to_its_judgments_and_datasets(
    chain: tuple[Home, DatasetVersion, Judgment],
) -> None:
    home, version, judgment = chain
    trace = walk(home, judgment.item_id, "forward")
    assert judgment.id in {node.ref for node in trace.nodes}
    assert version.digest in {node.ref for node in trace.nodes}


def test_a_trace_that_is_too_long_says_so(
    chain: tuple[Home, DatasetVersion, Judgment], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, version, _ = chain
    monkeypatch.setattr(lineage, "MAX_FAN", 2)
    assert walk(home, version.digest, "back").cut
    monkeypatch.setattr(lineage, "MAX_NODES", 3)
    found = walk(home, RELEASE, "back")
    assert found.cut
    assert len(found.nodes) == 3


@pytest.mark.parametrize("ref", ["jdg_none", "rel_none", "sha256:" + "1" * 64, "nonsense"])
def test_what_is_not_there_cannot_be_traced(home: Home, ref: str) -> None:
    with pytest.raises(NotFound, match="to trace"):
        walk(home, ref, "back")


def test_another_projects_things_cannot_be_traced(
    chain: tuple[Home, DatasetVersion, Judgment],
) -> None:
    home, _, judgment = chain
    with pytest.raises(NotFound):
        home.db.read(lambda tx: lineage.walk(tx, judgment.id, "back", project_id="other"))
