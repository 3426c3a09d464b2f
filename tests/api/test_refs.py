"""Ids and digests as people type them: whole, their beginning, or as a page shortens them."""

from collections.abc import Callable

import pytest
from import_world import VOTE_ROWS, crowd_home, import_text

from loopwright.base.errors import InvalidInput, NotFound
from loopwright.datasets import lineage, service
from loopwright.datasets.model import DatasetSpec
from loopwright.infra.home import Home
from loopwright.labeling import store as labeling
from loopwright.loop import store
from loopwright.loop.model import Cycle, CycleState
from support.server import RunningServer

__all__ = ["crowd_home"]
CYCLES = ("cyc_aaaa1111", "cyc_aaaa2222", "cyc_bbbb3333")


def add_cycle(home: Home, cycle_id: str, *, round_: int, project_id: str = "support") -> None:
    made = Cycle(
        id=cycle_id,
        project_id=project_id,
        round=round_,
        state=CycleState.FINISHED,
        step=None,
        attempt=1,
        spec={},
        started_by="per_1",
        created_at=1.0,
        ended_at=2.0,
        error=None,
        result=None,
    )
    home.db.write(lambda tx: store.insert_cycle(tx, made))


@pytest.fixture
def find(home: Home) -> Callable[[str], str]:
    for number, cycle_id in enumerate(CYCLES, 1):
        add_cycle(home, cycle_id, round_=number)
    add_cycle(home, "cyc_cccc4444", round_=1, project_id="other")
    return lambda typed: home.db.read(
        lambda tx: store.CYCLES.whole(tx, typed, project_id="support")
    )


def test_a_part_that_only_one_has_is_enough(find: Callable[[str], str]) -> None:
    for typed in ("cyc_bbbb3333", "cyc_bbbb", "cyc…3333", "cyc...3333", "3333", "cyc_bbbb333"):
        assert find(typed) == "cyc_bbbb3333", typed


def test_what_several_have_names_them(find: Callable[[str], str]) -> None:
    with pytest.raises(InvalidInput, match="more than one cycle: cyc_aaaa1111, cyc_aaaa2222") as e:
        find("cyc_aaaa")
    assert e.value.code == "ambiguous_id"
    assert find("cyc_aaaa1") == "cyc_aaaa1111"


def test_what_nobody_has_names_the_nearest(find: Callable[[str], str]) -> None:
    with pytest.raises(NotFound, match="Did you mean cyc_bbbb3333"):
        find("cyc_bbbb3338")
    with pytest.raises(NotFound) as unknown:
        find("cyc_zzzz9999")
    assert "Did you mean" not in unknown.value.remedy


def test_too_little_a_wildcard_and_another_projects_name_nothing(
    find: Callable[[str], str],
) -> None:
    for typed in ("", "cyc_b", "cyc_", "cyc…3", "%%%%%%", "cyc_____3333", "cyc_cccc4444", "4444"):
        with pytest.raises(NotFound):
            find(typed)


def test_lineage_takes_what_the_data_page_shows(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    version = service.freeze_preferences(home, project_id="crowd", spec=DatasetSpec(), now=200.0)
    judgment = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))[0]
    digest = version.digest.removeprefix("sha256:")
    shown = {
        digest[:8]: version.digest,
        version.digest[:15]: version.digest,
        f"jdg…{judgment.id[-6:]}": judgment.id,
        judgment.id[-8:]: judgment.id,
    }
    for typed, whole in shown.items():
        trace = home.db.read(
            lambda tx, typed=typed: lineage.walk(tx, typed, "back", project_id="crowd")  # type: ignore[misc]
        )
        assert trace.nodes[0].ref == whole, typed
    with pytest.raises(NotFound, match="whole or as its page shows it"):
        home.db.read(lambda tx: lineage.walk(tx, digest[:8], "back", project_id="other"))


def test_routes_take_short_ids(server: RunningServer, find: Callable[[str], str]) -> None:
    owner = server.owner()
    path = "/api/projects/support/cycles"
    assert owner.get(f"{path}/cyc…3333").json()["id"] == "cyc_bbbb3333"
    assert owner.post(f"{path}/cyc_bbbb/cancel").json()["id"] == "cyc_bbbb3333"
    unclear = owner.get(f"{path}/cyc_aaaa")
    assert (unclear.status_code, unclear.json()["error"]["code"]) == (422, "ambiguous_id")
    for place in ("evaluations", "releases", "runs", "datasets", "lineage", "items"):
        tail = "/votes" if place == "items" else ""
        missing = owner.get(f"/api/projects/support/{place}/zzzz9999{tail}")
        assert missing.status_code == 404, place
        assert "zzzz9999" in missing.json()["error"]["message"]
