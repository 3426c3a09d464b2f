"""A short queue is shared: pages fetch ahead their part alone, and give it back."""

import httpx
import pytest

from loopwright.accounts.model import Role
from support.server import RunningServer

P = "/api/projects/support"


@pytest.fixture
def lead(server: RunningServer) -> httpx.Client:
    """The lead of a project with four pairs, each wanted once."""
    one: httpx.Client = server.add_person("lea", role=Role.LEAD)[1]
    items = [
        {
            "prompt": {"messages": [{"role": "user", "content": f"Question {at}"}]},
            "completions": [{"text": "Yes"}, {"text": "No"}],
        }
        for at in range(4)
    ]
    one.post(f"{P}/items", json={"items": items, "overlap": 1}).raise_for_status()
    return one


def reserve(who: httpx.Client, count: int, *, fair: bool = True, held: list[str] | None = None):  # type: ignore[no-untyped-def]
    body = {"count": count, "held": held or [], "fair": fair}
    answer = who.post(f"{P}/assignments", json=body)
    return [one["id"] for one in answer.raise_for_status().json()["assignments"]]


def test_a_page_of_a_lead_leaves_their_part_to_the_annotators(
    server: RunningServer, lead: httpx.Client
) -> None:
    """Four judgments among three people: nobody stands before an empty queue."""
    ann = server.add_person("ann", role=Role.ANNOTATOR)[1]
    bob = server.add_person("bob", role=Role.ANNOTATOR)[1]
    mine = reserve(lead, 3)
    assert len(mine) == 1
    assert reserve(lead, 2, held=mine) == []
    assert reserve(lead, 3) == mine
    assert len(reserve(ann, 3)) == 2  # of those who only judge; leads are not counted on
    assert len(reserve(bob, 3)) == 1


def test_alone_a_page_fetches_all_it_asks_for_and_programs_are_not_bound(
    server: RunningServer, lead: httpx.Client
) -> None:
    assert len(reserve(lead, 3)) == 3
    server.add_person("ann", role=Role.ANNOTATOR)
    assert len(reserve(lead, 4)) == 3
    assert len(reserve(lead, 4, fair=False)) == 4


def test_the_answer_that_makes_room_gets_the_next_item(
    server: RunningServer, lead: httpx.Client
) -> None:
    server.add_person("ann", role=Role.ANNOTATOR)
    first = lead.post(f"{P}/assignments", json={"count": 3, "fair": True}).json()["assignments"]
    assert len(first) == 2
    sent = {
        "client_id": "c1",
        "assignment_id": first[0]["id"],
        "token": first[0]["token"],
        "answer": {"choice": "left", "reason": None},
        "count": 2,
        "held": [first[1]["id"]],
        "fair": True,
    }
    answer = lead.post(f"{P}/judgments", json=sent).raise_for_status().json()
    # Three are left for two people: one each, which is held already.
    assert answer["next"] == []


def test_what_is_given_back_is_there_for_others_at_once(
    server: RunningServer, lead: httpx.Client
) -> None:
    mine = reserve(lead, 4)
    ann = server.add_person("ann", role=Role.ANNOTATOR)[1]
    assert reserve(ann, 1) == []
    given = {"assignments": [*mine[1:], "asg_none"]}
    assert lead.post(f"{P}/assignments/release", json=given).json() == {"released": 3}
    assert lead.post(f"{P}/assignments/release", json=given).json() == {"released": 0}
    assert ann.post(f"{P}/assignments/release", json={"assignments": mine}).json() == {
        "released": 0
    }
    assert len(reserve(ann, 4, fair=False)) == 3
    assert reserve(lead, 4) == mine[:1]


def sit(who: httpx.Client) -> tuple[int, list[str]]:
    """Open a page: it takes its place at the desk, and is handed what the person holds."""
    answer = who.post(f"{P}/assignments", json={"count": 3, "fair": True, "sit": True})
    found = answer.raise_for_status().json()
    return found["sitting"], [one["id"] for one in found["assignments"]]


def give_back(who: httpx.Client, sitting: int, mine: list[str]) -> int:
    given = {"assignments": mine, "sitting": sitting}
    answer = who.post(f"{P}/assignments/release", json=given)
    released: int = answer.raise_for_status().json()["released"]
    return released


def test_what_a_closed_page_gives_back_is_not_taken_from_the_page_after_it(
    server: RunningServer, lead: httpx.Client
) -> None:
    """The page after it is served first: it was handed the same items, and shows them."""
    closed, mine = sit(lead)
    opened, again = sit(lead)
    assert (again, opened) == (mine, closed + 1)
    assert give_back(lead, closed, mine[1:]) == 0
    ann = server.add_person("ann", role=Role.ANNOTATOR)[1]
    assert len(reserve(ann, 4, fair=False)) == 1  # of four, three are held
    assert reserve(lead, 3) == mine
    assert give_back(lead, opened, mine[1:]) == 2
    assert len(reserve(ann, 4, fair=False)) == 3


def test_a_page_gives_back_in_its_own_sitting_and_each_person_has_their_own(
    server: RunningServer, lead: httpx.Client
) -> None:
    ann = server.add_person("ann", role=Role.ANNOTATOR)[1]
    first, mine = sit(lead)
    assert sit(ann)[0] == first
    assert give_back(lead, first, mine[1:]) == len(mine) - 1
    assert sit(lead) == (first + 1, mine)  # after it: the first one, and what is taken anew
