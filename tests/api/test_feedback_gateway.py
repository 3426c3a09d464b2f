"""From an answer of the real gateway to a labeling task, by the id that the gateway returned."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_world import World, wait_until

from loopwright.base.clock import system_now
from loopwright.feedback import service, store
from loopwright.feedback.model import EffectState, FeedbackKind, NewFeedback, Target
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.intake import service as intake
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.serving.importer import Importer
from support.databases import sqlite_home

PROJECT = """
id: demo
name: Demo
questions:
  - {id: ok, kind: single_label, text: "Is it?", options: [{id: a, name: A}, {id: b, name: B}]}
guideline: {text: Be kind.}
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = sqlite_home(Settings(home=tmp_path))
    spec = parse_project(PROJECT)
    opened.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    yield opened
    opened.close()


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    built = World(home.path)
    try:
        yield built
    finally:
        built.close()


def test_a_thumb_down_on_an_answer_of_the_gateway_opens_it(home: Home, world: World) -> None:
    world.route(None)
    world.start()
    answer = world.ask("ada", "My address is ada@example.com")
    row = NewFeedback(
        client_id="thumb-1",
        kind=FeedbackKind.THUMB,
        target=Target(request_id=answer.headers["x-loopwright-request-id"]),
        source="shop",
        value="down",
        user="ada",
    )
    [done] = home.db.write(
        lambda tx: service.receive(
            tx, project_id="demo", rows=[row], person_id=None, now=system_now()
        )
    )
    assert done.feedback is not None
    assert done.effect is not None
    assert done.effect.state is EffectState.WAITING
    feedback_id = done.feedback.id
    importer = Importer(home, seconds=0.05)
    importer.start()

    def opened() -> str | None:
        effect = home.db.read(lambda tx: store.by_ids(tx, [feedback_id])[feedback_id][1])
        return effect.item_id if effect.state is EffectState.OPENED else None

    try:
        item_id = wait_until(opened, what="the request is captured and its feedback settled")
    finally:
        importer.stop()
    item = home.db.read(lambda tx: intake.get_item(tx, item_id))
    [text] = home.db.read(lambda tx: intake.completions_of(tx, item.completion_ids)).values()
    assert text.text == "old says hello; write to [EMAIL_2]"
    assert text.policy_version_id == "pol_old"
