"""Comparisons with ratings of both texts, made in other tools; and answers that cannot be read."""

from __future__ import annotations

import json

import pytest
from test_tool_imports import Json, part, said, take, written

from loopwright.base.errors import InvalidInput
from loopwright.feedback.tools.model import Tool
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.schemas import sentence_of
from loopwright.labeling import store as labeling
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: better, kind: pairwise, text: "?"}
  - {id: full, kind: scorecard, text: "?", strength: 3}
guideline:
  text: Be kind.
  criteria:
    - {id: tone, name: Tone, scale: [rude, kind]}
    - {id: truth, name: Truth, scale: [wrong, partly, right]}
overlap: 2
"""


@pytest.fixture(name="home")
def scored_home(home: Home) -> Home:
    """The home of the session's fixtures, with the project in it."""
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    return home


def answers(home: Home) -> list[tuple[str, str, Json]]:
    found = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))
    return [(one.question_id, one.outcome, one.answer.get("scores", {})) for one in found]


def test_ratings_of_both_texts_are_scorecards_and_the_readable_answers_stay(home: Home) -> None:
    export = part("label_studio_scorecards.json")
    with pytest.raises(InvalidInput, match=r"s\.json:1, annotator 8: the rating of tone2 is no"):
        take(home, Tool.LABEL_STUDIO, [export])
    assert (answers(home), said(home)) == ([], [])
    report = take(home, Tool.LABEL_STUDIO, [export], skip_bad=True)
    scores = {"left": {"tone": 2, "truth": 3}, "right": {"tone": 1, "truth": 1}}
    assert answers(home) == [("full", "first", scores)]
    assert said(home) == [("rating", None, 4.0, 5.0, "7"), ("rating", None, 5.0, 5.0, "8")]
    rejects = home.db.read(lambda tx: intake.rejects(tx, report.id))
    assert [(one.place, one.reason) for one in rejects] == [
        ("label_studio_scorecards.json:1, annotator 8", "the rating of tone2 is no number"),
        (
            "label_studio_scorecards.json:1, annotator 9",
            "tone2 was not rated, and question 'full' wants every criterion: tone, truth",
        ),
    ]
    assert sentence_of(report) == (
        "Added 1 judgment, 1 item, 1 prompt, 2 feedback from label_studio_scorecards.json. "
        "2 single answers were skipped; the rejects say why."
    )
    again = take(home, Tool.LABEL_STUDIO, [export], skip_bad=True, now=200.0)
    assert "Nothing was added" in sentence_of(again)
    both = take(home, Tool.LABEL_STUDIO, [export], question="better", skip_bad=True, now=300.0)
    assert both.counts["judgments_added"] == 3, "the choice of each can still be read"


def test_argillas_ratings_are_told_apart_by_their_names(home: Home) -> None:
    export = part("argilla_scorecards.json")
    with pytest.raises(InvalidInput, match=r"annotator u2: .*scores\.right\['tone'\] cannot be 9"):
        take(home, Tool.ARGILLA, [export])
    report = take(home, Tool.ARGILLA, [export], skip_bad=True)
    scores = {"left": {"tone": 2, "truth": 3}, "right": {"tone": 1, "truth": 2}}
    assert answers(home) == [("full", "first", scores)]
    assert (report.counts["rejected"], report.counts["rejected_answers"]) == (1, 1)


def test_without_a_rating_for_each_text_the_comparison_alone_is_a_vote(home: Home) -> None:
    records = json.loads(part("argilla_scorecards.json").path.read_text())
    del records[0]["responses"]["truth-2"]
    export = written(home, "records.json", json.dumps(records))
    with pytest.raises(InvalidInput, match="called like tone_1 and tone_2") as refused:
        take(home, Tool.ARGILLA, [export], question="full")
    assert refused.value.code == "question_does_not_fit"
    report = take(home, Tool.ARGILLA, [export])
    assert [found[:2] for found in answers(home)] == [("better", "first"), ("better", "tie")]
    assert report.counts["left_out"] == {"ratings about two texts at once": 6}
