"""One item with all that became of it, over HTTP and on both databases."""

import httpx
from labeling_world import START, Desk, judge, make_desk

from loopwright.accounts.model import Role
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling.model import SkipReason
from loopwright.quality import service as quality
from loopwright.quality.live import ConsensusKeeper
from support.server import running_server


def test_an_item_tells_its_votes_its_answer_and_its_history(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=2)
    item_id = desk.items[0]
    _happen(desk)
    keeper = ConsensusKeeper(home)
    keeper.step()
    keeper.stop()
    with running_server(home) as server:
        _, reader = server.add_person("Lea", role=Role.LEAD, project_id="desk")
        seen = reader.get(f"/api/projects/desk/items/{item_id[-8:]}")
        assert seen.status_code == 200, "the end of an id, as the pages show it, is enough"
        found = seen.json()
        assert (found["id"], found["question"], found["kind"]) == (
            item_id,
            "Which is better?",
            "pairwise",
        )
        assert (found["state"], found["wanted"], found["done"]) == ("closed", 2, 2)
        assert found["completions"] == ["Text of a", "Text of b"]
        assert found["consensus"]["n"] == 2
        assert found["settled"]["text"] == "Second answer is better"
        assert {vote["rater"] for vote in found["votes"]} == {"annotator 1", "annotator 2"}
        assert [one["what"] for one in found["history"]] == [
            "added",
            "opened",
            "judged",
            "undone",
            "skipped",
            "judged",
            "judged",
            "closed",
            "settled",
        ]
        skipped = found["history"][4]
        assert (skipped["who"], skipped["detail"]) == ("annotator 3", "broken")
        assert found["history"][-1]["who"] == "gold"
        for hidden in ("rtr_", "per_", "pol_"):
            assert hidden not in seen.text
        names = reader.get(f"/api/projects/desk/items/{item_id}/policies").json()["policies"]
        assert names == ["pol_secret_a", "pol_secret_b"]
        _what_is_missing_is_named(reader)
        assert len(reader.get("/api/projects/desk/consensus").json()) == 1
        _, other = server.add_person("Sven", role=Role.SPECIALIST, project_id="desk")
        assert other.get(f"/api/projects/desk/items/{item_id}").status_code == 409
        assert other.get("/api/projects/desk/consensus").json() == []


def _happen(desk: Desk) -> None:
    """Ada judges, undoes and judges again; Cy skips; Bea judges; it is settled."""
    home = desk.home
    [offer] = desk.reserve("ada", now=START + 1)
    first = desk.submit("ada", offer, now=START + 2)
    again = home.db.write(
        lambda tx: labeling.undo(
            tx,
            project=desk.project,
            judge=judge("ada"),
            judgment_id=first.judgment_id,
            now=START + 3,
        )
    )
    [other] = desk.reserve("cy", now=START + 3)
    home.db.write(
        lambda tx: labeling.skip(
            tx,
            project=desk.project,
            judge=judge("cy"),
            assignment_id=other.id,
            token=other.token,
            reason=SkipReason.BROKEN,
            now=START + 4,
        )
    )
    desk.submit("ada", again, now=START + 5)
    [third] = desk.reserve("bea", now=START + 6)
    desk.submit("bea", third, choice="tie", now=START + 7)
    home.db.write(
        lambda tx: quality.settle(
            tx,
            project_id="desk",
            item_id=offer.item_id,
            question_id="preference",
            answer="second",
            source="gold",
            ref_id="gld_1",
            by="per_sam",
            now=START + 8,
        )
    )


def _what_is_missing_is_named(reader: httpx.Client) -> None:
    for rest in ("", "/votes", "/policies"):
        missing = reader.get(f"/api/projects/desk/items/itm_nothing{rest}")
        assert missing.status_code == 404
        assert "consensus list" in missing.json()["error"]["remedy"]
