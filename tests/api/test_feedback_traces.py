"""Feedback about captured requests: it waits, is settled once, and is given up at last."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from loopwright.feedback import rules, service, store
from loopwright.feedback.model import EffectState, FeedbackKind, NewFeedback, Received, Target
from loopwright.infra.home import Home
from loopwright.intake import service as intake
from loopwright.intake.tables import item
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.serving import store as captured
from loopwright.serving.feedback_traces import settle_feedback

PROJECT = """
id: demo
name: Demo
questions:
  - {id: ok, kind: single_label, text: "Is it?", options: [{id: a, name: A}, {id: b, name: B}]}
  - {id: better, kind: pairwise, text: "Which is better?"}
guideline: {text: Be kind.}
"""
START = 1000.0


@pytest.fixture(name="home")
def demo_home(home: Home) -> Home:
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    other = PROJECT.replace("id: demo", "id: other")
    home.db.write(lambda tx: projects.save(tx, spec=parse_project(other), yaml=other, now=1.0))
    return home


def send(home: Home, request_id: str, *, now: float = START, edit: str | None = None) -> Received:
    row = NewFeedback(
        client_id=f"{request_id}-{edit}",
        kind=FeedbackKind.EDIT if edit else FeedbackKind.THUMB,
        target=Target(request_id=request_id),
        source="shop",
        value=None if edit else "down",
        text=edit,
    )

    def write(tx: Connection) -> Received:
        [done] = service.receive(tx, project_id="demo", rows=[row], person_id=None, now=now)
        return done

    return home.db.write(write)


def capture(home: Home, request_id: str, *, project: str = "demo") -> None:
    """Store a request as the gateway's spool brings it."""
    row = {
        "id": request_id, "project_id": project, "subject_hash": "s", "assigned": "pol_1",
        "served": "pol_1", "arm": "stable", "analysed": False, "shadow": False,
        "shadow_of": None, "release_id": None, "stream": False, "outcome": "answered",
        "failure": None, "error": None, "latency_ms": 1.0, "first_ms": None,
        "messages": [{"role": "developer", "content": "Hi"}], "completion": "Yes.",
        "length": 4, "mask_counts": {}, "at": START,
    }  # fmt: skip
    home.db.write(lambda tx: captured.add_requests(tx, [row]))


def state(home: Home, done: Received) -> EffectState:
    assert done.feedback is not None
    found = done.feedback.id
    return home.db.read(lambda tx: store.by_ids(tx, [found])[found][1]).state


def test_it_waits_for_the_request_and_opens_it_once(home: Home) -> None:
    done = send(home, "req_1")
    assert state(home, done) is EffectState.WAITING
    assert settle_feedback(home, now=START + 1) == 0
    capture(home, "req_1")
    assert settle_feedback(home, now=START + 1.5) == 0, "not due yet"
    assert settle_feedback(home, now=START + 3) == 1
    assert settle_feedback(home, now=START + 99) == 0
    assert state(home, done) is EffectState.OPENED
    [item_id] = home.db.read(lambda tx: list(tx.scalars(select(item.c.id))))
    made = home.db.read(lambda tx: intake.get_item(tx, item_id))
    texts = home.db.read(lambda tx: intake.completions_of(tx, made.completion_ids))
    assert [(one.text, one.policy_version_id) for one in texts.values()] == [("Yes.", "pol_1")]


def test_an_edit_of_a_captured_answer_becomes_a_pair_to_judge(home: Home) -> None:
    capture(home, "req_1")
    send(home, "req_1", edit="Yes, until six.")
    assert settle_feedback(home, now=START) == 1
    [found] = home.db.read(lambda tx: tx.execute(select(item)).mappings().all())
    assert found["question_id"] == "better"
    texts = home.db.read(lambda tx: intake.completions_of(tx, found["completion_ids"]))
    assert {one.text for one in texts.values()} == {"Yes.", "Yes, until six."}


def test_another_projects_request_is_not_there(home: Home) -> None:
    capture(home, "req_1", project="other")
    done = send(home, "req_1")
    assert settle_feedback(home, now=START) == 0
    assert state(home, done) is EffectState.WAITING


def test_a_request_that_never_comes_is_given_up(home: Home) -> None:
    done = send(home, "req_none")
    assert settle_feedback(home, now=START + rules.LOST_AFTER_SECONDS) == 0
    assert state(home, done) is EffectState.LOST
    assert home.db.read(lambda tx: service.due(tx, now=START * 10_000_000)) == []


def test_ids_that_nobody_captured_do_not_keep_others_waiting(home: Home) -> None:
    for number in range(service.LOOKED_AT_ONCE):
        send(home, f"req_none_{number}")
    settle_feedback(home, now=START + 10)
    capture(home, "req_1")
    send(home, "req_1", now=START + 11)
    assert settle_feedback(home, now=START + 11) == 1


def test_waits_grow_with_age() -> None:
    assert rules.next_look(0.0, 0.0) == rules.FIRST_LOOK_SECONDS
    assert rules.next_look(0.0, 100.0) == 200.0
    assert rules.next_look(0.0, 86400.0) == 86400.0 + rules.LONGEST_LOOK_SECONDS
    assert rules.next_look(0.0, rules.LOST_AFTER_SECONDS) is None
