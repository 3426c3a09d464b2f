"""Cases over HTTP on both databases: blind first, then the votes, then one decision."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from access_matrix import MATRIX
from adjudication_world import P, World, act, blind, claim, decision, make_world

from loopwright.accounts.model import Role
from loopwright.adjudication import service
from loopwright.base.clock import system_now
from loopwright.quality import service as quality
from support.server import RunningServer

HOUR = 3600.0


@pytest.fixture
def world(server: RunningServer) -> World:
    return make_world(server)


def queue(client: httpx.Client) -> list[dict[str, object]]:
    return list(client.get(f"{P}/cases").json()["cases"])


def settled_text(world: World, item_id: str) -> str | None:
    found = world.server.home.db.read(lambda tx: quality.settlement_of(tx, [item_id]))
    return found[item_id].outcome if item_id in found else None


def test_a_disagreement_is_decided_blind_then_for_good_and_settles_the_item(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, sam = world.person("Sam", Role.SPECIALIST)
    flag = {"flag": "harm", "severity": "high", "side": None, "start": None, "end": None}
    item_id = world.split("MARK", ann, bob, now=now, flags=[flag])
    assert world.follow(now=now + 1) == 0, "the same votes escalate once"
    [row] = queue(sam)
    assert (row["level"], row["severity"], row["reasons"]) == ("senior", "high", None)
    assert row["can_take"] is True

    case = claim(sam)
    case_id = case["case"]["id"]
    assert case["opened"] is None
    early = act(sam, case_id, "decide", decision(case, "Text 0"))
    assert (early.status_code, early.json()["error"]["code"]) == (409, "blind_first")

    seen = blind(sam, case, "Text 0")
    reasons = seen["case"]["reasons"]
    assert {one["kind"] for one in reasons} == {"disagreement", "flag"}
    assert {one["reason"] for one in seen["opened"]["votes"]} == {"MARK first", "MARK second"}
    assert sorted(seen["sides"]) == ["left", "right"]
    again = act(sam, case_id, "blind", {"answer": {"choice": "tie", "reason": None}})
    assert again.json()["error"]["code"] == "already_blind"

    body = decision(case, "Text 1", lesson="Read to the end.", criteria=["tone"], gold=True)
    wrong = act(sam, case_id, "decide", {**body, "criteria": ["tune"]})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "unknown_criterion")
    done = act(sam, case_id, "decide", body).json()
    assert done["case"]["state"] == "decided"
    assert done["opened"]["decision"]["text"] == "Second answer is better"
    assert done["opened"]["decision"]["changed"] is True
    assert settled_text(world, item_id) == "second"
    [gold] = world.server.home.db.read(lambda tx: service.gold_candidates(tx, "desk"))
    assert (gold.item_id, gold.outcome, gold.taught) == (item_id, "second", False)

    figures = sam.get(f"{P}/cases/figures").json()
    assert (figures["decided"], figures["open_by_level"], figures["overdue"]) == (1, {}, 0)
    assert figures["changed"]["value"] == 1.0
    assert figures["changed"]["low"] < 1.0
    assert figures["median_seconds"] is not None


def test_no_route_tells_an_adjudicator_of_others_before_the_blind_decision(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann CANARY-name")
    _, bob = world.person("Bob")
    _, sam = world.person("Sam", Role.SPECIALIST)
    item_id = world.split("plain", ann, bob, now=now)
    asked = ann.post(f"{P}/items/{item_id}/escalate", json={"question": "CANARY-question"})
    case_id = asked.json()["case_id"]
    world.owner.post(f"{P}/items/{item_id}/escalate", json={"question": "CANARY-lead"})
    assert len(queue(world.owner)) == 1, "several reasons join one open case"
    # What may not be told: the reasons, what was asked, who judged, who wrote.
    canaries = ("plain first", "plain second", "CANARY", "secret-policy")
    names = {"project_id": "desk", "item_id": item_id, "case_id": case_id, "number": "1"}
    params = {"question": "better"}

    def told(client: httpx.Client) -> dict[str, list[str]]:
        found = {}
        for method, path in MATRIX:
            if method != "GET" or path.endswith("/events"):
                continue
            url = re.sub(r"\{(\w+)\}", lambda one: names.get(one[1], f"{one[1]}_none"), path)
            text = client.get(url, params=params).text
            if seen := [canary for canary in canaries if canary in text]:
                found[path] = seen
        return found

    claim(sam, case_id)
    leaks = told(sam)
    # Names of policies stand on pages about policies, which say nothing of this item.
    about_policies = {
        f"/api/projects/{{project_id}}/{one}" for one in ("policies", "quality", "items", "yaml")
    }
    assert set(leaks) <= about_policies, leaks
    refused = sam.get(f"{P}/items/{item_id}/votes")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "blind_first")
    assert "plain first" in world.owner.get(f"{P}/items/{item_id}/votes").text, "others may look"
    case = sam.get(f"{P}/cases/{case_id}").json()
    blind(sam, case, "Text 0")
    seen = sam.get(f"{P}/cases/{case_id}").text
    assert all(canary in seen for canary in ("plain first", "CANARY-question", "CANARY-lead"))
    assert "CANARY-name" not in seen, "who judged or asked is not named"
    # The case shows them from here on; the item's own page opens once it is decided.
    closed = sam.get(f"{P}/items/{item_id}/votes")
    assert closed.json()["error"]["code"] == "still_blind"


def test_two_who_take_the_next_case_at_once_get_different_ones(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    for key in ("one", "two", "three"):
        world.split(key, ann, bob, now=now)
    people = [world.person(f"S{at}", Role.SPECIALIST)[1] for at in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = [one and one["case"]["id"] for one in pool.map(claim, people)]
    got = [one for one in taken if one]
    assert len(got) == len(set(got)) == 3
    assert taken.count(None) == 1


def test_one_of_two_decisions_wins_and_the_other_is_told_which(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, sam = world.person("Sam", Role.SPECIALIST)
    _, tia = world.person("Tia", Role.SPECIALIST)
    item_id = world.split("race", ann, bob, now=now)
    first = claim(sam)
    case_id = first["case"]["id"]
    blind(sam, first, "Text 0")
    taken = tia.post(f"{P}/cases/claim", json={"case_id": case_id})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "case_not_held")
    world.lapse(case_id)
    second = claim(tia, case_id)
    assert second["opened"] is None, "she decides blind for herself"
    blind(tia, second, "Text 1")
    late = act(sam, case_id, "decide", decision(first, "Text 0"))
    assert (late.status_code, late.json()["error"]["code"]) == (409, "case_not_held")
    assert act(tia, case_id, "decide", decision(second, "Text 1")).status_code == 200
    lost = act(sam, case_id, "decide", decision(first, "Text 0"))
    assert (lost.status_code, lost.json()["error"]["code"]) == (409, "already_decided")
    assert lost.json()["error"]["detail"]["outcome"] == "second"
    assert settled_text(world, item_id) == "second"
    same = [act(tia, case_id, "decide", decision(second, "Text 0")) for _ in range(2)]
    assert [one.status_code for one in same] == [409, 409]

    mine = act(tia, case_id, "reopen")
    assert (mine.status_code, mine.json()["case"]["state"]) == (200, "claimed")
    assert act(sam, case_id, "reopen").status_code == 409
    assert settled_text(world, item_id) == "second", "it stands until it is decided anew"
    assert world.follow(now=system_now()) == 0, "its own answer is no reason to withdraw it"
    assert act(tia, case_id, "decide", decision(second, "Text 0")).status_code == 200
    assert settled_text(world, item_id) == "first"


def test_decisions_that_arrive_together_leave_one(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, sam = world.person("Sam", Role.SPECIALIST)
    world.split("both", ann, bob, now=now)
    case = claim(sam)
    case_id = case["case"]["id"]
    blind(sam, case, "Text 0")
    with ThreadPoolExecutor(2) as pool:
        sent = list(
            pool.map(
                lambda text: act(sam, case_id, "decide", decision(case, text)),
                ["Text 0", "Text 1"],
            )
        )
    assert sorted(one.status_code for one in sent) == [200, 409]


def test_handing_back_asks_those_who_judged_and_wakes_with_their_answers(world: World) -> None:
    now = system_now()
    ann_id, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, eve = world.person("Eve")
    _, sam = world.person("Sam", Role.SPECIALIST)
    world.split("back", ann, bob, now=now)
    case = claim(sam)
    case_id = case["case"]["id"]
    early = act(sam, case_id, "ask", {"question": "What of the date?"})
    assert early.json()["error"]["code"] == "blind_first"
    blind(sam, case, "Text 0")
    asked = act(sam, case_id, "ask", {"question": "What of the date? Call 030 12345678"}).json()
    assert asked["case"]["state"] == "asked"
    assert "12345678" not in asked["opened"]["asked"][0]["text"], "masked as all text is"
    [question] = ann.get(f"{P}/my/cases").json()["questions"]
    assert question["open"] is True
    assert question["my_answer"]["reason"] == "back first"
    assert "back second" not in str(question)
    assert eve.get(f"{P}/my/cases").json()["questions"] == []
    to = f"{P}/my/cases/questions/{question['id']}"
    assert eve.post(to, json={"text": "I say"}).status_code == 404
    assert ann.post(to, json={"text": "It is the wrong year."}).status_code == 200
    assert ann.post(to, json={"text": "It is the wrong year."}).status_code == 200
    assert ann.post(to, json={"text": "Or not."}).json()["error"]["code"] == "already_answered"
    assert sam.get(f"{P}/cases/{case_id}").json()["case"]["state"] == "asked", "Bob has not"
    bob.post(to, json={"text": "I did not see it."})
    woken = sam.get(f"{P}/cases/{case_id}").json()
    assert woken["case"]["state"] == "answered"
    answers = woken["opened"]["asked"][0]["answers"]
    assert {one["text"] for one in answers} == {"It is the wrong year.", "I did not see it."}
    assert {one["rater"] for one in answers} == {one["rater"] for one in woken["opened"]["votes"]}
    assert "Ann" not in str(woken)
    assert ann_id not in str(woken)
    again = claim(sam)
    assert again["case"]["id"] == case_id
    assert again["opened"] is not None, "who decided blind before goes on where they were"
    assert act(sam, case_id, "decide", decision(again, "Text 0")).status_code == 200
    late = bob.get(f"{P}/my/cases").json()["questions"][0]
    assert late["open"] is False


def test_time_passes_and_people_leave(world: World) -> None:
    """Deadlines of cases and of questions pass; whoever left the project is not waited for."""
    now = system_now()
    ann_id, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, sue = world.person("Sue", Role.ANNOTATOR, "senior")
    item_id = world.split("time", ann, bob, now=now)
    case = claim(sue)
    case_id = case["case"]["id"]
    assert case["case"]["level"] == "senior"
    blind(sue, case, "Text 0")
    assert sue.get(f"{P}/items/{item_id}/votes").status_code == 403
    act(sue, case_id, "ask", {"question": "Why?"})
    assert world.owner.delete(f"{P}/people/{ann_id}").status_code == 200
    [question] = bob.get(f"{P}/my/cases").json()["questions"]
    bob.post(f"{P}/my/cases/questions/{question['id']}", json={"text": "So it reads."})
    state = sue.get(f"{P}/cases/{case_id}").json()
    assert state["case"]["state"] == "answered", "Ann is gone, so nobody waits for her"
    assert len(state["opened"]["votes"]) == 2, "what she judged stays"

    claim(sue, case_id)
    act(sue, case_id, "ask", {"question": "And now?"})
    later = now + 25 * HOUR
    assert world.follow(now=later) == 1, "the time for answers is over"
    kinds = [one["kind"] for one in sue.get(f"{P}/cases/{case_id}").json()["opened"]["events"]]
    assert kinds[-1] == "answer_time_over"
    much_later = now + 200 * HOUR
    assert world.follow(now=much_later) == 1
    up = sue.get(f"{P}/cases/{case_id}").json()
    assert (up["case"]["state"], up["case"]["level"]) == ("escalated", "specialist")
    refused = sue.post(f"{P}/cases/claim", json={"case_id": case_id})
    assert refused.json()["error"]["code"] == "higher_level"
    assert world.follow(now=much_later + 1) == 0, "once"


def test_who_had_a_part_in_an_item_never_decides_it(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann", Role.ANNOTATOR, "senior")
    _, bob = world.person("Bob", Role.SPECIALIST)
    _, sue = world.person("Sue", Role.ANNOTATOR, "senior")
    _, eve = world.person("Eve")
    world.split("part", ann, bob, now=now)
    [row] = queue(ann)
    assert (row["can_take"], row["reasons"]) == (False, None)
    assert bob.get(f"{P}/cases").json()["me"] == {
        "level": "specialist",
        "held": [],
        "most": 2,
        "takeable": 0,
    }
    assert claim(bob) is None
    assert claim(ann) is None
    refused = ann.post(f"{P}/cases/claim", json={"case_id": row["id"]})
    assert refused.json()["error"]["code"] == "involved"
    assert eve.get(f"{P}/cases").status_code == 403, "no tag, no desk"
    case = claim(sue)
    case_id = case["case"]["id"]
    blind(sue, case, "Text 0")
    passed = act(sue, case_id, "pass-on", {"note": "This needs a lawyer."}).json()
    assert (passed["case"]["level"], passed["case"]["state"]) == ("specialist", "escalated")
    assert claim(sue) is None
    case = claim(world.owner)
    highest = act(world.owner, case_id, "pass-on", {"note": "Up"})
    assert highest.json()["error"]["code"] == "highest_level"
    blind(world.owner, case, "Text 0")
    none = {"answer": None, "rationale": "Both readings are fair."}
    gold = act(world.owner, case_id, "decide", {**none, "gold": True})
    assert gold.status_code == 422
    done = act(world.owner, case_id, "decide", none).json()["opened"]["decision"]
    assert done["distribution"] == {
        "First answer is better": 0.5,
        "Second answer is better": 0.5,
    }
    assert settled_text(world, str(row["item_id"])) is None
    assert world.follow(now=now + HOUR) == 0, "what has no right answer is not escalated again"
    assert world.owner.get(f"{P}/cases/figures").json()["irresolvable"] == 1


def test_skills_caps_releases_and_requests(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann", Role.ANNOTATOR, "de")
    _, sam = world.person("Sam", Role.SPECIALIST)
    _, tia = world.person("Tia", Role.SPECIALIST, "de")
    german = world.add_item("german", requires=["de"])
    stranger = ann.post(f"{P}/items/{german}/escalate", json={"question": "What is this?"})
    assert stranger.status_code == 404, "an item that was never offered to her"
    ann.post(f"{P}/assignments", json={"count": 1})
    body = {"question": "Is 'geil' rude here?"}
    asked = ann.post(f"{P}/items/{german}/escalate", json=body).json()
    assert ann.post(f"{P}/items/{german}/escalate", json=body).json() == asked, "once"
    assert claim(sam) is None, "it needs the tag de"
    case = claim(tia)
    case_id = case["case"]["id"]
    assert case_id == asked["case_id"]
    [mine] = ann.get(f"{P}/my/cases").json()["requests"]
    assert (mine["state"], mine["rationale"]) == ("claimed", None)
    assert act(tia, case_id, "release").json()["case"]["state"] == "waiting"
    assert claim(tia) is None, "who gave it up undecided may have looked"

    others = [world.add_item(f"more {at}") for at in range(3)]
    for item_id in others:
        world.owner.post(f"{P}/items/{item_id}/escalate", json={"question": "Look, please."})
    first = claim(sam)
    claim(sam)
    full = sam.post(f"{P}/cases/claim", json={})
    assert (full.status_code, full.json()["error"]["code"]) == (409, "cases_held")
    assert claim(sam, first["case"]["id"])["case"]["id"] == first["case"]["id"], "kept longer"
    blind(sam, first, "Text 0")
    act(sam, first["case"]["id"], "decide", decision(first, "Text 0"))
    assert world.follow(now=now + 1) == 0
    assert claim(sam) is not None
    offered = sam.post(f"{P}/assignments", json={"count": 10}).json()["assignments"]
    assert offered == [], "who saw a case is not asked to judge its item"


def test_an_item_that_is_settled_otherwise_is_no_case_any_more(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, sam = world.person("Sam", Role.SPECIALIST)
    item_id = world.split("talked", ann, bob, now=now)
    case = claim(sam)
    case_id = case["case"]["id"]
    blind(sam, case, "Text 0")
    world.server.home.db.write(
        lambda tx: quality.settle(
            tx,
            project_id="desk",
            item_id=item_id,
            question_id="better",
            answer="second",
            source="discussion",
            ref_id="thr_1",
            by="per_1",
            now=now + 1,
        )
    )
    late = act(sam, case_id, "decide", decision(case, "Text 0"))
    assert (late.status_code, late.json()["error"]["code"]) == (409, "already_settled")
    assert late.json()["error"]["detail"]["outcome"] == "second"
    assert world.follow(now=now + 2) == 1
    gone = act(sam, case_id, "decide", decision(case, "Text 0"))
    assert gone.json()["error"]["code"] == "case_withdrawn"
    assert sam.get(f"{P}/cases?state=closed").json()["cases"][0]["state"] == "withdrawn"
    assert settled_text(world, item_id) == "second"
