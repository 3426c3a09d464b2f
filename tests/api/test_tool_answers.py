"""Rankings, ratings, labels and corrections of other tools become votes of the fitting kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from test_answer_imports import judgments, kinds_home
from test_tool_imports import EXPORTS, part, said, take, written

from loopwright.accounts.tables import rater
from loopwright.base.errors import InvalidInput
from loopwright.feedback.tools.model import Tool
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.schemas import sentence_of

__all__ = ["kinds_home"]

Json = dict[str, Any]
STUDIO = [part("label_studio_kinds.json")]
ARGILLA = [part("argilla_kinds.json"), part("argilla_kinds_settings.json", called="settings.json")]
WANTED = {
    "topics": ["parcel", "parcel,bill"],
    "quality": ["tone=1,truth=1", "tone=2,truth=3"],
    "agree": ["1", "3"],
    "fix": ["corrected", "unchanged"],
}
CASES = [
    (tool, parts, question, outcomes)
    for tool, parts, order in (
        (Tool.LABEL_STUDIO, STUDIO, ["1,3,2", "2,1,3"]),
        (Tool.ARGILLA, ARGILLA, ["1,2,3", "2,1,2"]),
    )
    for question, outcomes in {"order": order, **WANTED}.items()
]


def tasks(home: Home, change: Callable[[list[Json]], None]) -> Any:
    text = (EXPORTS / "label_studio_kinds.json").read_text()
    found = [*json.loads(text), *json.loads(text)]
    found[1]["id"] = 22
    change(found[0]["annotations"][0]["result"])
    return written(home, "tasks.json", json.dumps(found))


@pytest.mark.parametrize(("tool", "parts", "question", "outcomes"), CASES)
def test_answers_become_votes_on_the_question_that_is_named(
    home: Home, tool: Tool, parts: Any, question: str, outcomes: list[str]
) -> None:
    report = take(home, tool, parts, question=question)
    kept = judgments(home)
    assert sorted(one.outcome for one in kept) == outcomes
    assert {one.question_id for one in kept} == {question}
    assert all(one.answer["flags"] == [] for one in kept)
    assert report.counts["judgments_added"] == report.counts["annotators"] == 2
    again = take(home, tool, parts, question=question, now=200.0)
    assert "Nothing was added" in sentence_of(again)
    raters = [one.rater_id for one in kept]
    kinds = select(rater.c.kind).where(rater.c.id.in_(raters))
    assert home.db.read(lambda tx: list(tx.scalars(kinds))) == ["imported"] * 2
    [item] = home.db.read(lambda tx: intake.items_of(tx, {one.item_id for one in kept}).values())
    assert (item.origin["source"], item.origin["tool"]) == (report.source, tool.value)
    assert report.source.startswith(tool.value)


def test_several_questions_are_taken_one_after_the_other(home: Home) -> None:
    for question in ("order", *WANTED):
        assert take(home, Tool.ARGILLA, ARGILLA, question=question).counts["judgments_added"] == 2
    assert len(judgments(home)) == 10
    assert len({one.item_id for one in judgments(home)}) == 5


def test_what_is_no_vote_is_feedback_or_counted(home: Home) -> None:
    report = take(home, Tool.LABEL_STUDIO, STUDIO, question="agree")
    assert report.counts["left_out"] == {"rankings (no ranking question takes them)": 2}
    kinds = [kind for kind, *_ in said(home)]
    assert kinds == ["edit"] * 2 + ["label"] * 3 + ["rating"] * 4


def cut_ranking(result: list[Json]) -> None:
    result[0]["value"]["ranker"] = {"order": ["m2", "m1"]}


def no_truth(result: list[Json]) -> None:
    del result[3]


def too_high(result: list[Json]) -> None:
    result[4]["value"]["rating"] = 5


def other_label(result: list[Json]) -> None:
    result[1]["value"]["choices"] = ["Weather"]


BAD: list[tuple[str, Callable[[list[Json]], None], str]] = [
    ("order", cut_ranking, "order ranks m2, m1, and no list"),
    ("quality", no_truth, "truth was not rated.*every criterion: tone, truth"),
    ("agree", too_high, "cannot be 5. Send a whole number from 1 to 3"),
    ("topics", other_label, r"topics is 'Weather', which is no option.*parcel, bill"),
]


@pytest.mark.parametrize(("question", "change", "says"), BAD)
def test_an_answer_that_does_not_fit_is_named_and_leaves_nothing(
    home: Home, question: str, change: Callable[[list[Json]], None], says: str
) -> None:
    export = tasks(home, change)
    with pytest.raises(InvalidInput, match=rf"tasks\.json:1, annotator 7: .*{says}") as refused:
        take(home, Tool.LABEL_STUDIO, [export], question=question)
    assert refused.value.remedy
    assert judgments(home) == []
    assert said(home) == []
    report = take(home, Tool.LABEL_STUDIO, [export], question=question, skip_bad=True)
    rejects = home.db.read(lambda tx: intake.rejects(tx, report.id))
    assert [one.place for one in rejects] == ["tasks.json:1, annotator 7"]


def test_rankings_in_groups_are_no_order(home: Home) -> None:
    def groups(result: list[Json]) -> None:
        result[0]["value"]["ranker"] = {"_": ["m1"], "good": ["m2"], "bad": ["m3"]}

    report = take(home, Tool.LABEL_STUDIO, [tasks(home, groups)], question="order")
    assert report.counts["left_out"] == {"rankings in groups": 1}
    assert sorted(one.outcome for one in judgments(home)) == ["1,3,2", "1,3,2", "2,1,3"]


def test_a_question_that_nothing_answers_says_what_it_takes(home: Home) -> None:
    with pytest.raises(InvalidInput, match=r"Nothing in the export answers.*ranking") as refused:
        take(home, Tool.LABEL_STUDIO, [part("label_studio_labels.json")], question="order")
    assert "three texts or more" in str(refused.value.remedy)
