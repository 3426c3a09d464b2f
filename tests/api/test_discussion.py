"""Threads over HTTP on both databases: blind until judged, said once, ended once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from access_matrix import MATRIX
from discussion_world import Talk, listen, refused, sent, talking
from kinds_world import GOOD, KINDS, P

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.client import answers
from loopwright.discussion.watcher import DisagreementWatcher
from loopwright.labeling.rules import UNDO_SECONDS
from loopwright.quality.live import ConsensusKeeper
from loopwright.quality.settling import settlement_of
from support.server import RunningServer, running_server


@pytest.fixture
def talk(server: RunningServer) -> Iterator[Talk]:
    with talking(server) as found:
        yield found


def everything(client: httpx.Client, thread_id: str, item_id: str) -> dict[str, str]:
    """Return what every route that only reads answers to somebody, the streams aside."""
    names = {
        "project_id": "kinds",
        "thread_id": thread_id,
        "item_id": item_id,
        "number": "1",
    }
    found = {}
    for (method, path), rule in MATRIX.items():
        if method == "GET" and not path.endswith(("/events", "/stream")):
            where = path.format_map(Known(names))
            answer = client.get(where, **rule.request)
            # An error repeats the address that was asked for: no more than the asker knew.
            found[path] = answer.text.replace(where, "").replace(f"thread {thread_id} ", "")
    return found


class Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{name}_none"


def test_a_thread_is_not_there_until_one_has_judged(talk: Talk) -> None:
    item = talk.world.add_item("pairwise", overlap=3)
    talk.judge("ann")
    opened = talk.open("ann", item, "a telling secret")
    thread, base = opened["id"], f"{P}/threads/{opened['id']}"
    bob, message = talk.people["bob"], opened["entries"][-1]["id"]
    for path, text in everything(bob, thread, item).items():
        for trace in (thread, "telling", "secret", item):
            assert trace not in text, path
    unknown = bob.get(f"{P}/threads/thr_unknown").json()["error"]
    for path in ("", *("/messages", f"/messages/{message}/edit", "/stance", "/presence")):
        rule = MATRIX.get(("POST", "/api/projects/{project_id}/threads/{thread_id}" + path))
        body = {"client_id": "c", "text": "x"} if rule is None else rule.request.get("json")
        if path.endswith("/edit"):
            body = {"client_id": "c", "text": "x"}
        answer = bob.get(base) if not path else bob.post(base + path, json=body)
        assert answer.status_code == 404
        error = answer.json()["error"]
        said = error["message"].replace(thread, "thr_unknown")
        assert (error["code"], said) == (unknown["code"], unknown["message"]), path
    assert bob.delete(f"{base}/messages/{message}").status_code == 404
    assert bob.get(f"{P}/threads/stream", params={"thread": thread}).status_code == 404
    again = {"kind": "item", "id": item}
    body = {"client_id": "mine", "subject": again, "text": "hello"}
    assert refused(bob.post(f"{P}/threads", json=body), 404) == "unknown_item"
    talk.judge("bob")
    assert talk.read("bob", thread)["entries"][-1]["text"] == "a telling secret"
    assert talk.inbox("bob")["unread"] == 1
    assert sent(bob.post(f"{P}/threads", json=body))["id"] == thread, "it joins the open one"


def test_nobody_in_a_thread_is_named_and_who_reads_early_is_never_offered_the_item(
    talk: Talk,
) -> None:
    item = talk.world.add_item("pairwise", overlap=4)
    talk.judge("ann")
    thread = talk.open("ann", item)["id"]
    talk.judge("bob")
    talk.say("bob", thread, "because")
    talk.say("lea", thread, "I see")
    talk.world.server.add_person("vic", role=Role.VIEWER, project_id="kinds")
    found = talk.read("spe", thread)
    assert [one["author"] for one in found["entries"]] == [
        *("annotator 1", "annotator 1", "annotator 2", "lead")
    ]
    text = json.dumps(found)
    for name in ("ann", "bob", "lea"):
        assert talk.ids[name] not in text
        assert f'"{name}"' not in text
    assert "rtr_" not in text
    assert "pol_" not in text
    offered = talk.people["lea"].post(f"{P}/assignments", json={"count": 1}).json()
    assert offered["assignments"] == [], "the lead has read what others think"
    held = talk.world.offer(talk.people["spe"])
    assert held["item_id"] == item
    said = {"client_id": "s", "text": "mine"}
    post = talk.people["spe"].post(f"{P}/threads/{thread}/messages", json=said)
    assert refused(post, 409) == "judge_first"


def test_messages_are_said_once_edited_with_their_history_and_leave_a_tombstone(
    talk: Talk,
) -> None:
    item = talk.world.add_item("pairwise", overlap=2)
    talk.judge("ann")
    thread = talk.open("ann", item)["id"]
    talk.judge("bob")
    hostile = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) \u202e@lead"
    talk.say("bob", thread, hostile, client_id="one")
    talk.say("bob", thread, hostile, client_id="one")
    ann, bob, base = talk.people["ann"], talk.people["bob"], f"{P}/threads/{thread}"
    other = bob.post(f"{base}/messages", json={"client_id": "one", "text": "else"})
    assert refused(other, 409) == "client_id_reused"
    said = talk.read("ann", thread)["entries"][-1]
    assert (said["text"], said["author"], said["mine"]) == (hostile, "annotator 2", False)
    assert len(talk.read("ann", thread)["entries"]) == 3
    change = f"{base}/messages/{said['id']}"
    edit = {"client_id": "two", "text": "softer, mail me at joe@example.com"}
    assert refused(ann.post(f"{change}/edit", json=edit), 409) == "not_yours"
    edited = sent(bob.post(f"{change}/edit", json=edit))["entries"][-1]
    assert edited["text"] == "softer, mail me at [EMAIL_1]", "masked as everything is"
    assert [one["text"] for one in edited["history"]] == [hostile]
    assert refused(ann.delete(change), 409) == "not_yours"
    for _ in range(2):
        gone = sent(talk.people["lea"].delete(change))["entries"][-1]
        assert (gone["deleted"], gone["text"], gone["history"]) == (True, None, [])
    for text in ("", "  \n", "x" * 4001, "nul \x00"):
        answer = bob.post(f"{base}/messages", json={"client_id": "bad", "text": text})
        assert answer.status_code == 422, text
    assert len(talk.read("ann", thread)["entries"]) == 3


def test_a_mention_reaches_whom_it_names_and_reading_clears_it(talk: Talk) -> None:
    item = talk.world.add_item("pairwise", overlap=2)
    talk.judge("ann")
    thread = talk.open("ann", item, "@lead please look")["id"]
    talk.judge("bob")
    found = talk.inbox("lea")
    assert (found["called"], found["unread"], found["threads"][0]["waits"]) == (1, 1, "mention")
    assert talk.inbox("spe")["threads"] == []
    seq = talk.say("bob", thread, "@annotator-1 no")["seq"]
    assert talk.inbox("ann")["called"] == 1
    presence = {"read": seq, "here": True}
    for name in ("ann", "lea"):
        sent(talk.people[name].post(f"{P}/threads/{thread}/presence", json=presence))
    assert talk.inbox("lea")["threads"] == []
    assert [one["waits"] for one in talk.inbox("ann")["threads"]] == ["stance"]
    here = {one["name"]: one["here"] for one in talk.read("bob", thread)["people"]}
    assert here == {"annotator 1": True, "annotator 2": False, "lead": True}
    gone = {"read": seq, "here": False}
    sent(talk.people["lea"].post(f"{P}/threads/{thread}/presence", json=gone))
    row = sent(talk.people["bob"].get(f"{P}/threads"))["threads"][0]
    assert (row["messages"], row["unread"]) == (2, 1)
    assert row["subject"]["title"].startswith("Hello")


def test_a_stance_of_every_kind_is_checked_told_late_and_ends_as_the_settled_answer(
    talk: Talk,
) -> None:
    for kind in KINDS:
        item = talk.world.add_item(kind, overlap=1)
        talk.judge("ann")
        thread, base = talk.open("ann", item, f"about {kind}")["id"], f"{P}/threads/"
        ann, lea = talk.people["ann"], talk.people["lea"]
        shown = talk.read("ann", thread)
        assert shown["moves"] is None, "not before one's own"
        assert shown["item"]["question"]["kind"] == kind
        assert "policy" not in json.dumps(shown["item"])
        bad = ann.post(
            f"{base}{thread}/stance", json={"client_id": "b", "answer": {"never": "heard of"}}
        )
        assert bad.status_code == 422, kind
        body = {"client_id": f"s {kind}", "answer": GOOD[kind]}
        told = sent(ann.post(f"{base}{thread}/stance", json=body))
        assert [(one["people"], one["before"] is None) for one in told["moves"]] == [(1, False)]
        assert told["stance"] is not None
        end = {
            "client_id": f"r {kind}",
            "outcome": "resolved",
            "answer": GOOD[kind],
            "rationale": "because",
            "lesson": "look twice",
        }
        assert refused(ann.post(f"{base}{thread}/resolve", json=end), 403) == "forbidden"
        without = lea.post(f"{base}{thread}/resolve", json={**end, "answer": None})
        assert refused(without, 422) == "answer_needed"
        ended = sent(lea.post(f"{base}{thread}/resolve", json=end))
        assert sent(lea.post(f"{base}{thread}/resolve", json=end))["id"] == thread
        assert (ended["state"], ended["end"]["by"]) == ("resolved", "lead")
        assert (ended["end"]["rationale"], ended["end"]["lesson"]) == ("because", "look twice")
        late = {"client_id": f"late {kind}", "text": "but"}
        answer = ann.post(f"{base}{thread}/messages", json=late)
        assert refused(answer, 409) == "thread_closed"
    found = talk.people["lea"].get(f"{P}/threads/export").text
    rows = [json.loads(line) for line in found.splitlines()]
    assert {row["question"] for row in rows} == {
        *("better", "topic", "tags", "best", "score", "agree", "fix", "find", "full")
    }
    assert all(row["rationale"] == "because" and row["answer"] for row in rows)
    assert all(row["distribution"]["after"] for row in rows)
    home = talk.world.server.home
    items = [row["item"] for row in rows]
    settled = home.db.read(lambda tx: settlement_of(tx, items))
    assert {one.outcome for one in settled.values()} == {row["answer"] for row in rows}
    assert {one.source for one in settled.values()} == {"discussion"}


def test_of_two_who_end_a_thread_at_once_one_wins(talk: Talk) -> None:
    item = talk.world.add_item("single_label", overlap=1)
    talk.judge("ann")
    thread = talk.open("ann", item)["id"]

    def end(name: str, label: str) -> httpx.Response:
        body = {
            "client_id": f"end {name}",
            "outcome": "resolved",
            "answer": answers.single_label(label),
            "rationale": f"says {name}",
        }
        return talk.people[name].post(f"{P}/threads/{thread}/resolve", json=body)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(end, ("lea", "spe"), ("a", "b")))
    assert sorted(one.status_code for one in both) == [200, 409]
    lost = next(one for one in both if one.status_code == 409)
    assert refused(lost, 409) == "thread_closed"
    won = next(one for one in both if one.status_code == 200).json()
    found = talk.read("ann", thread)
    assert found["end"]["rationale"] == won["end"]["rationale"]
    assert len([one for one in found["entries"] if one["kind"] == "resolution"]) == 1


def test_disagreement_opens_one_thread_on_a_closed_item_and_it_may_stay_unresolved(
    talk: Talk,
) -> None:
    item = talk.world.add_item("single_label", overlap=2)
    judged = {name: talk.judge(name, answers.single_label(label)) for name, label in _SPLIT}
    home = talk.world.server.home
    keeper, watcher = ConsensusKeeper(home), DisagreementWatcher(home)
    keeper.step()
    keeper.stop()
    now = system_now()
    assert watcher.step(now=now) == 0, "a vote can still be taken back"
    assert watcher.step(now=now + UNDO_SECONDS + 1) == 1
    assert DisagreementWatcher(home).step(now=now + UNDO_SECONDS + 1) == 0
    [row] = talk.inbox("ann")["threads"]
    assert (row["opened_by"], row["waits"]) == ("disagreement", "stance")
    thread = row["id"]
    undo = f"{P}/judgments/{judged['ann']['judgment_id']}/undo"
    assert refused(talk.people["ann"].post(undo), 409) == "discussed"
    assert talk.people["ann"].get(f"{P}/my/judgments").json()["judgments"][0]["can_undo"] is False
    votes = talk.read("ann", thread)["votes"]
    assert [(one["text"], one["votes"]) for one in votes] == [("A", 1), ("B", 1)]
    body = {"client_id": "moved", "answer": answers.single_label("b")}
    moved = sent(talk.people["ann"].post(f"{P}/threads/{thread}/stance", json=body))
    assert moved["moves"] == [{"before": "A", "after": "B", "people": 1}]
    end = {"client_id": "e", "outcome": "irresolvable", "rationale": "taste"}
    ended = sent(talk.people["spe"].post(f"{P}/threads/{thread}/resolve", json=end))
    assert ended["state"] == "irresolvable"
    assert {one["text"]: one["people"] for one in ended["end"]["before"]} == {"A": 1, "B": 1}
    assert home.db.read(lambda tx: settlement_of(tx, [item])) == {}
    later = DisagreementWatcher(home).step(now=now + 2 * UNDO_SECONDS)
    assert later == 0, "it was discussed"
    assert talk.open("bob", item, "still")["id"] != thread, "people may talk again"


_SPLIT = (("ann", "a"), ("bob", "b"))


def test_sections_of_the_guideline_are_discussed_by_all_and_nobody_floods_them(talk: Talk) -> None:
    subject = {"kind": "criterion", "id": "tone"}
    body = {"client_id": "t", "subject": subject, "text": "What is kind?"}
    opened = sent(talk.people["ann"].post(f"{P}/threads", json=body))
    assert (opened["subject"]["title"], opened["item"]) == ("Tone", None)
    wrong = {**body, "client_id": "u", "subject": {"kind": "criterion", "id": "no"}}
    assert refused(talk.people["ann"].post(f"{P}/threads", json=wrong), 404) == "unknown_section"
    [row] = sent(talk.people["bob"].get(f"{P}/threads", params={"subject": "criterion"}))["threads"]
    assert row["unread"] == 1
    talk.say("bob", row["id"], "@annotator-1 warm")
    end = {"client_id": "e", "outcome": "resolved", "rationale": "so", "lesson": "Warm."}
    ended = sent(talk.people["lea"].post(f"{P}/threads/{row['id']}/resolve", json=end))
    assert (ended["end"]["lesson"], ended["end"]["answer"]) == ("Warm.", None)
    home = talk.world.server.home
    few = replace(home, settings=home.settings.model_copy(update={"thread_burst": 2}))
    subject = {"kind": "criterion", "id": "tone"}
    with running_server(few) as other:
        header = talk.people["ann"].headers["Authorization"].removeprefix("Bearer ")
        with other.client(header) as ann:
            for number in range(3):
                body = {"client_id": f"f{number}", "subject": subject, "text": f"n{number}"}
                answer = ann.post(f"{P}/threads", json=body)
                assert answer.status_code == (200 if number < 2 else 429)


def test_a_name_stays_when_its_person_is_removed(talk: Talk) -> None:
    item = talk.world.add_item("pairwise", overlap=2)
    talk.judge("ann")
    thread = talk.open("ann", item, "remember me")["id"]
    sent(talk.world.owner.delete(f"{P}/people/{talk.ids['ann']}"))
    assert talk.people["ann"].get(f"{P}/threads/{thread}").status_code in (401, 403)
    talk.judge("bob")
    said = talk.say("bob", thread, "I do")["entries"]
    assert [(one["author"], one["text"]) for one in said[1:]] == [
        *(("annotator 1", "remember me"), ("annotator 2", "I do"))
    ]


def test_the_stream_goes_on_where_it_was_left_on_any_server(talk: Talk) -> None:
    item = talk.world.add_item("pairwise", overlap=2)
    talk.judge("ann")
    thread = talk.open("ann", item)["id"]
    start = talk.read("ann", thread)["seq"]
    texts = [f"message {number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda text: talk.say("ann", thread, text), texts))
    heard: list[int] = []
    key = talk.people["ann"].headers["Authorization"].removeprefix("Bearer ")
    with running_server(talk.world.server.home) as second, second.client(key) as elsewhere:
        for number, client in enumerate((talk.people["ann"], elsewhere) * 2):
            after = heard[-1] if heard else start
            part = listen(client, count=3, after=after)
            assert {one.data["thread"] for one in part} == {thread}, number
            heard += [one.seq for one in part if one.seq is not None]
        assert heard == list(range(start + 1, start + 13)), "none lost, none twice, in order"
        sent(talk.people["ann"].post(f"{P}/threads/{thread}/presence", json={"read": start}))
        [presence] = listen(elsewhere, count=1, thread=thread)
        assert (presence.kind, presence.data["here"]) == ("presence", ["annotator 1"])
    assert [one.seq for one in listen(talk.people["lea"], count=2, after=start)] == heard[:2]
    talk.judge("bob")
    assert len(listen(talk.people["bob"], count=12, after=start)) == 12


def test_the_stream_tells_nothing_of_a_thread_on_an_item_that_one_has_not_judged(
    talk: Talk,
) -> None:
    item = talk.world.add_item("pairwise", overlap=2)
    talk.judge("ann")
    start = talk.open("ann", item)["seq"]
    body = {"client_id": "t", "subject": {"kind": "criterion", "id": "tone"}, "text": "Open"}
    section = sent(talk.people["lea"].post(f"{P}/threads", json=body))["id"]
    [first, _] = listen(talk.people["bob"], count=2, after=start - 2)
    assert first.data["thread"] == section, "nothing came before it"
    with talk.people["bob"].stream("GET", f"{P}/events", headers={"Last-Event-ID": "0"}) as lines:
        told = []
        for line in lines.iter_lines():
            told.append(line)
            if len([one for one in told if "thread.opened" in one]) == 2:
                break
    assert not any("thr_" in line or item in line for line in told if "thread." in line)
