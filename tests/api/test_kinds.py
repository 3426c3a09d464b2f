"""Questions of every kind through the real server: offered, answered, refused, kept."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from kinds_world import GOOD, KINDS, PROJECT, World, make_world, submit

from loopwright.client import Client, answers
from loopwright.guidelines.apply import apply_project
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.labeling.answers import EDITS
from loopwright.labeling.model import Judgment
from loopwright.projects.spec import parse_project
from loopwright.questions.model import PairOutcome, PairVote, ShownOrder
from loopwright.questions.stored import read_votes
from support.server import RunningServer

Json = dict[str, Any]
P = "/api/projects/kinds"


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


def judgments(world: World) -> list[Judgment]:
    return world.server.home.db.read(lambda tx: labeling.judgments(tx, "kinds"))


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    found = answer.json()["error"]
    assert found["remedy"] or "detail" in found
    return str(found["message"]) + " " + str(found["remedy"])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_offered_answered_and_kept(world: World, kind: str) -> None:
    item_id = world.add_item(kind)
    offer = world.offer(world.owner)
    assert offer["question"]["kind"] == kind
    done = submit(world.owner, offer, GOOD[kind])
    assert done.status_code == 200, done.text
    again = submit(world.owner, offer, GOOD[kind])
    assert again.json()["repeated"] is True
    [kept] = judgments(world)
    assert (kept.kind, kept.item_id) == (kind, item_id)
    assert kept.answer["flags"] == []
    assert kept.outcome
    assert read_votes(kept.votes, kept.outcome, kept.answer)


def test_the_offer_says_what_each_kind_needs(world: World) -> None:
    for kind in KINDS:
        world.add_item(kind)
    offers = {
        one["question"]["kind"]: one
        for one in world.owner.post(f"{P}/assignments", json={"count": 9}).json()["assignments"]
    }
    question = {kind: offer["question"] for kind, offer in offers.items()}
    assert question["pairwise"]["strength"] == 3
    assert question["likert"]["scale"] == ["no", "perhaps", "yes"]
    assert question["multi_label"]["at_least"] == 0
    assert question["single_label"]["at_least"] is None
    assert question["single_label"]["criteria"] is None
    assert [one["id"] for one in question["scorecard"]["criteria"]] == ["tone", "truth"]
    assert question["rubric"]["criteria"] == [
        {"id": "tone", "name": "Tone", "description": "How it sounds", "scale": ["rude", "kind"]}
    ]
    sides = {kind: [one["side"] for one in offer["completions"]] for kind, offer in offers.items()}
    assert sides["pairwise"] == sides["scorecard"] == ["left", "right"]
    assert sides["ranking"] == ["a", "b", "c", "d"]
    assert sides["likert"] == ["only"]
    assert sides["boxes"] == []
    assert (offers["boxes"]["image"]["width"], offers["boxes"]["image"]["alt"]) == (12, "Green")
    assert offers["likert"]["image"] is None
    [flag] = offers["likert"]["guideline"]["flags"]
    assert (flag["id"], flag["severities"]) == ("privacy", ["low", "medium", "high"])


BAD: list[tuple[str, Json, str]] = [
    ("pairwise", {"strength": None}, "The strength cannot be None"),
    ("pairwise", {"choice": "both"}, "Send one of: left, right"),
    ("single_label", {"label": "c"}, "'c' is not a label"),
    ("multi_label", {"labels": ["a", "c"]}, "labels[1]"),
    ("ranking", {"ranks": {"a": 1}}, "for each of: a, b, c, d"),
    ("rubric", {"scores": {"tone": 3}}, "scores['tone'] cannot be 3"),
    ("rubric", {"scores": {"tone": 1, "truth": 1}}, "for each of: tone"),
    ("likert", {"value": 4}, "from 1 to 3"),
    ("correction", {"text": " "}, "Send the whole text"),
    ("correction", {"text": "x" * 400_001}, "400,000 are the most"),
    ("boxes", {"boxes": [{"label": "cat", "x": 0, "y": 0, "width": 13, "height": 1}]}, "12 by 8"),
    ("boxes", {"boxes": [{"label": "cat"}] * 501}, "at most 500"),
    ("scorecard", {"scores": {"left": {"tone": 1, "truth": 1}}}, "both sides"),
]


@pytest.mark.parametrize(("kind", "change", "says"), BAD, ids=lambda value: str(value)[:20])
def test_a_bad_answer_is_refused_with_its_place_and_leaves_nothing(
    world: World, kind: str, change: Json, says: str
) -> None:
    world.add_item(kind)
    offer = world.offer(world.owner)
    assert says in refused(submit(world.owner, offer, {**GOOD[kind], **change}))
    assert judgments(world) == []
    assert submit(world.owner, offer, GOOD[kind]).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_broken_characters_and_long_reasons_are_refused(world: World, kind: str) -> None:
    world.add_item(kind)
    offer = world.offer(world.owner)
    for reason in ("\ud800", "nul \0", "x" * 2001):
        body = json.dumps(
            {
                "client_id": "c",
                "assignment_id": offer["id"],
                "token": offer["token"],
                "answer": {**GOOD[kind], "reason": reason},
            }
        )
        headers = {"content-type": "application/json"}
        refused(world.owner.post(f"{P}/judgments", content=body, headers=headers))
    refused(submit(world.owner, offer, {**GOOD[kind], "note": 1}))
    assert judgments(world) == []


def test_flags_are_checked_against_the_texts_of_the_item(world: World) -> None:
    world.add_item("pairwise")
    offer = world.offer(world.owner)
    text = {one["side"]: one["text"] for one in offer["completions"]}["right"]
    prompt = offer["prompt"][0]["content"]

    def flagged(*flags: answers.Flag) -> Json:
        return answers.pairwise("left", strength=1, flags=flags)

    end = len(text)
    too_long = answers.flag("privacy", "low", side="right", start=0, end=end + 1)
    assert f"{end} characters" in refused(submit(world.owner, offer, flagged(too_long)))
    for bad in (
        answers.flag("abuse", "low"),
        answers.flag("privacy", "worst"),
        answers.flag("privacy", "low", side="only"),
        answers.flag("privacy", "low", side="image"),
    ):
        assert "flags[0]" in refused(submit(world.owner, offer, flagged(bad)))
    assert judgments(world) == []
    good = [
        answers.flag("privacy", "high", side="right", start=0, end=end),
        answers.flag("privacy", "low", side="prompt", start=0, end=len(prompt)),
    ]
    assert submit(world.owner, offer, flagged(*good)).status_code == 200
    [kept] = judgments(world)
    assert kept.answer["flags"] == good

    # Who reads it sees the text that was meant, not the side that it stood on.
    item = world.owner.get(f"{P}/items").json()["items"][0]
    [vote] = world.owner.get(f"{P}/items/{kept.item_id}/votes").json()
    on_text, on_prompt = vote["flags"]
    assert item["completions"][on_text["completion"]] == text
    assert (on_text["place"], on_text["severity"], on_text["end"]) == ("completion", "high", end)
    assert (on_prompt["place"], on_prompt["completion"]) == ("prompt", None)


def test_a_ranking_means_the_same_whatever_order_it_was_shown_in(world: World) -> None:
    """Ten raters each prefer the texts by their number; each saw an order of their own."""
    item_id = world.add_item("ranking", overlap=10)
    for number in range(10):
        person = world.owner.post(f"{P}/people", json={"name": f"p{number}", "role": "annotator"})
        with world.server.client(person.json()["api_key"]) as client:
            offer = world.offer(client)
            ranks = {one["side"]: int(one["text"].split()[1]) for one in offer["completions"]}
            assert submit(client, offer, answers.ranking(ranks)).status_code == 200
    found = judgments(world)
    orders = {ShownOrder(one.shown_order or "").places for one in found}
    assert len(orders) > 3
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders)
    assert {one.outcome for one in found} == {"1,2,3,4"}
    assert {one.item_id for one in found} == {item_id}
    votes = read_votes(found[0].votes, found[0].outcome, found[0].answer)
    assert votes[0] == PairVote(PairOutcome.FIRST, 0, 1)


def test_a_correction_becomes_a_completion_and_what_is_personal_in_it_is_masked(
    world: World,
) -> None:
    world.add_item("correction")
    offer = world.offer(world.owner)
    typed = answers.correction("Write to jane@example.org, kindly.")
    assert submit(world.owner, offer, typed).status_code == 200
    assert submit(world.owner, offer, typed).json()["repeated"] is True
    [kept] = judgments(world)
    assert kept.answer["text"] == "Write to [EMAIL_1], kindly."
    assert kept.outcome == "corrected"
    policies = world.owner.get(f"{P}/policies").json()["policies"]
    assert EDITS in {one["name"] for one in policies}

    world.add_item("correction", "2")
    offer = world.offer(world.owner)
    same = answers.correction(offer["completions"][0]["text"])
    assert submit(world.owner, offer, same).status_code == 200
    assert judgments(world)[1].outcome == "unchanged"


def test_an_answer_is_read_under_the_guideline_that_was_shown(world: World) -> None:
    world.add_item("rubric")
    offer = world.offer(world.owner)
    finer = PROJECT.replace("scale: [rude, kind]", "scale: [rude, plain, kind, warm]")
    spec = parse_project(finer)
    world.server.home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=finer, now=2e9))
    assert "from 1 to 2" in refused(submit(world.owner, offer, answers.rubric({"tone": 4})))
    assert submit(world.owner, offer, answers.rubric({"tone": 2})).status_code == 200
    world.add_item("rubric", "2")
    offer = world.offer(world.owner)
    assert len(offer["question"]["criteria"][0]["scale"]) == 4
    assert submit(world.owner, offer, answers.rubric({"tone": 4})).status_code == 200
    assert [one.votes for one in judgments(world)] == [
        [["ordinal", "tone", 2, 2, 0]],
        [["ordinal", "tone", 4, 4, 0]],
    ]


def test_a_guideline_without_flags_is_not_published_again(world: World) -> None:
    bare = PROJECT[: PROJECT.index("  flags:")].replace("id: kinds", "id: bare")
    first = world.owner.post("/api/projects", json={"yaml": bare}).json()
    again = world.owner.post("/api/projects", json={"yaml": bare + "# the same\n"}).json()
    assert (first["guideline_number"], again["guideline_number"]) == (1, 1)
    more = bare + "  flags: [{id: abuse, name: Abuse}]\n"
    flagged = world.owner.post("/api/projects", json={"yaml": more}).json()
    assert flagged["guideline_number"] == 2
    versions = world.owner.get("/api/projects/bare/guidelines").json()["versions"]
    assert [[flag["id"] for flag in one["flags"]] for one in versions] == [["abuse"], []]


@pytest.mark.parametrize(
    ("kind", "texts", "says"),
    [
        ("best", 3, "take 4"),
        ("best", 5, "take 4"),
        ("better", 1, "take 2"),
        ("fix", 2, "take 1"),
        ("fix", 0, "take 1"),
        ("find", 1, "has no image"),
        ("agree", 0, "take 1"),
    ],
)
def test_an_item_that_its_question_cannot_ask_about_is_refused(
    world: World, kind: str, texts: int, says: str
) -> None:
    item = {
        "prompt": {"messages": [{"role": "user", "content": "Hi"}]},
        "completions": [{"text": f"Text {at}"} for at in range(texts)],
    }
    answer = world.owner.post(f"{P}/items", json={"question": kind, "items": [item]})
    assert says in refused(answer)
    assert world.owner.get(f"{P}/items").json()["items"] == []


def test_an_image_alone_can_be_labeled(world: World, tmp_path: Any) -> None:
    from kinds_world import png

    (tmp_path / "cat.png").write_bytes(png())
    key = world.owner.headers["authorization"].removeprefix("Bearer ")
    with Client(world.server.url, key) as client:
        sent = client.add_image("kinds", tmp_path / "cat.png")
        item = {
            "prompt": {"messages": [{"role": "user", "content": "What is it?"}]},
            "image": {"digest": sent["digest"]},
            "key": "cat",
        }
        client.add_items("kinds", [item], question="topic")
        [offer] = client.reserve("kinds")["assignments"]
        assert offer["completions"] == []
        flag = answers.flag("privacy", "low", side="image")
        client.submit("kinds", offer, answers.single_label("a", flags=[flag]))
    assert judgments(world)[0].answer["flags"][0]["side"] == "image"


def test_what_a_judged_question_means_cannot_be_changed(world: World) -> None:
    for old, new, says in (
        ("kind: likert", "kind: likert", None),
        ('["no", "perhaps", "yes"]', '["no", "yes"]', "levels"),
        ('text: "?", strength: 3', 'text: "?", strength: 4', "strength"),
    ):
        answer = world.owner.post("/api/projects", json={"yaml": PROJECT.replace(old, new)})
        if says is None:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 409
            assert says in answer.json()["error"]["message"]


def test_items_keep_their_completions_in_item_order(world: World) -> None:
    item_id = world.add_item("ranking")
    found = world.server.home.db.read(lambda tx: intake.get_item(tx, item_id))
    assert found is not None
    assert len(found.completion_ids) == 4
