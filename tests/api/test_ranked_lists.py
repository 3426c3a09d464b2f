"""Hugging Face sets that list completions of a prompt, and ratings by criterion: votes that fit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.feedback import store as feedback
from loopwright.feedback.tool_import import ToolExport, import_export
from loopwright.feedback.tools.model import Tool
from loopwright.feedback.tools.reading import Part
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.model import ImportReport
from loopwright.labeling import store as labeling
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

Json = dict[str, Any]
HEAD = "id: lists\nname: Lists\nquestions:\n"
BEST = '  - {id: best, kind: ranking, text: "?"}\n'
SCORE = '  - {id: score, kind: rubric, text: "?", criteria: [helpfulness, honesty]}\n'
STEER = '  - {id: steer, kind: rubric, text: "?", criteria: [helpfulness]}\n'
GUIDELINE = """\
guideline:
  text: Be kind.
  criteria:
    - {id: helpfulness, name: Helpfulness, scale: [none, little, some, much, full]}
    - {id: honesty, name: Honesty, scale: [none, little, some, much, full]}
"""
NECTAR: Json = {
    "prompt": "\n\nHuman: Why?\n\nAssistant: ",
    "answers": [
        {"answer": "So.", "model": "m1", "rank": 2.0},
        {"answer": "Ask a@example.com.", "model": "m2", "rank": 1.0},
        {"answer": "No.", "model": "m3", "rank": 2.0},
    ],
    "turns": 1,
}


def rated(text: str, model: str, overall: float, helpful: str, honest: str) -> Json:
    ratings = {"helpfulness": {"Rating": helpful, "Rationale": "."}, "honesty": {"Rating": honest}}
    return {"response": text, "model": model, "overall_score": overall, "annotations": ratings}


ULTRA: Json = {
    "source": "evol", "instruction": "Why?", "models": ["m1", "m2", "m3"],
    "completions": [
        rated("So.", "m1", 6.5, "4", "5"), rated("Ask.", "m2", 8.0, "5", "5"),
        rated("No.", "m3", 6.5, "1", "2"),
    ],
}  # fmt: skip
LISTS: Json = {
    "instruction": "Why?", "generations": ["So.", "Ask.", "No."],
    "generation_models": ["m1", "m2", "m3"], "ratings": ["4", "5", "1"],
}  # fmt: skip


def project(home: Home, *questions: str) -> None:
    text = HEAD + "".join(questions) + GUIDELINE
    spec = parse_project(text)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=text, now=1.0))


def take(home: Home, *rows: Json, **more: Any) -> ImportReport:
    path = home.folder("files") / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    export = ToolExport(
        tool=Tool.HUGGINGFACE, files=[Part(path, path.name)], source="huggingface:set", **more
    )
    return import_export(home, export, project_id="lists", person_id=None, now=5.0)


def outcomes(home: Home) -> list[str]:
    return [one.outcome for one in home.db.read(lambda tx: labeling.judgments(tx, "lists"))]


def texts(home: Home) -> list[list[str]]:
    def read(tx: Any) -> list[list[str]]:
        items = intake.items(tx, "lists")
        known = intake.completions_of(tx, (key for one in items for key in one.completion_ids))
        return [[known[key].text for key in one.completion_ids] for one in items]

    return home.db.read(read)


@pytest.mark.parametrize(("row", "order"), [(NECTAR, "2,1,2"), (ULTRA, "2,1,2"), (LISTS, "2,1,3")])
def test_a_list_of_completions_is_a_vote_on_a_ranking(home: Home, row: Json, order: str) -> None:
    project(home, BEST)
    assert take(home, row).counts["judgments_added"] == 1
    assert outcomes(home) == [order]
    [[first, second, third]] = texts(home)
    assert (first, third) == ("So.", "No.")
    assert second in ("Ask.", "Ask [EMAIL_1].")
    assert take(home, row).counts["judgments_added"] == 0


def test_ratings_of_each_completion_are_votes_on_a_rubric(home: Home) -> None:
    project(home, SCORE)
    report = take(home, ULTRA)
    assert (report.counts["judgments_added"], report.counts["items_added"]) == (3, 3)
    assert sorted(outcomes(home)) == [
        "helpfulness=1,honesty=2", "helpfulness=4,honesty=5", "helpfulness=5,honesty=5",
    ]  # fmt: skip
    assert report.counts["left_out"] == {"rankings (no ranking question takes them)": 1}


def test_a_question_can_be_named_and_the_rest_is_feedback(home: Home) -> None:
    project(home, BEST, SCORE)
    report = take(home, ULTRA, question="best")
    assert (report.counts["judgments_added"], report.counts["feedback_added"]) == (1, 6)
    said = home.db.read(lambda tx: feedback.page(tx, "lists", limit=50))
    assert {(one.question, one.score_max) for one, _ in said} == {
        ("helpfulness", 5.0), ("honesty", 5.0),
    }  # fmt: skip


def test_helpsteers_ratings_start_at_zero(home: Home) -> None:
    project(home, STEER)
    rows = [{"prompt": f"Hi {at}", "response": "Ho", "helpfulness": at} for at in (0, 4)]
    assert take(home, *rows).counts["judgments_added"] == 2
    assert sorted(outcomes(home)) == ["helpfulness=1", "helpfulness=5"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"completions": [*ULTRA["completions"], {"model": "m4"}]},
            r"completions\[3\] has no text",
        ),
        (
            {"completions": [*ULTRA["completions"], {"response": "Eh.", "model": "m4"}]},
            r"completions\[3\] has no rank or score",
        ),
        ({"instruction": ""}, "no field holds the prompt"),
    ],
)
def test_what_is_not_whole_is_a_bad_row(home: Home, change: Json, said: str) -> None:
    project(home, BEST)
    with pytest.raises(InvalidInput, match=rf"train\.jsonl:2: .*{said}"):
        take(home, ULTRA, {**ULTRA, **change})
    assert outcomes(home) == []
    report = take(home, ULTRA, {**ULTRA, **change}, skip_bad=True)
    assert (report.counts["judgments_added"], report.counts["rejected"]) == (1, 1)


def test_a_rating_above_the_scale_is_a_bad_row_and_one_without_number_is_told(home: Home) -> None:
    project(home, SCORE)
    high = {**ULTRA, "completions": [rated("So.", "m1", 1.0, "6", "5")]}
    with pytest.raises(InvalidInput, match=r"train\.jsonl:1: scores\['helpfulness'\] cannot be 6"):
        take(home, high)
    none = {**ULTRA, "completions": [rated("So.", "m1", 1.0, "N/A", "5")]}
    with pytest.raises(InvalidInput, match="helpfulness was not rated"):
        take(home, ULTRA, none)
    assert outcomes(home) == []
