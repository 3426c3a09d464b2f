"""Stored outcomes are read as names, for every kind of question."""

import pytest

from loopwright.base.types import Json
from loopwright.projects.question_spec import Criterion, QuestionSpec
from loopwright.quality.words import outcome_in_words

OPTIONS = [{"id": "safe", "name": "Safe to show"}, {"id": "rude", "name": "Impolite"}]
CRITERIA = [Criterion(id="tone", name="Tone of voice", scale=("bad", "fair", "good"))]


@pytest.mark.parametrize(
    ("kind", "settings", "outcome", "words"),
    [
        ("pairwise", {}, "first", "First answer is better"),
        ("pairwise", {}, "both_bad", "Both are bad"),
        ("scorecard", {}, "tie", "Equally good"),
        ("single_label", {"options": OPTIONS}, "rude", "Impolite"),
        ("single_label", {"options": OPTIONS}, "gone", "gone"),
        ("multi_label", {"options": OPTIONS}, "safe,rude", "Safe to show, Impolite"),
        ("multi_label", {"options": OPTIONS}, "(none)", "None"),
        ("boxes", {"options": OPTIONS}, "safe", "Safe to show"),
        ("ranking", {}, "2,1,2", "Answer 2, then 1 and 3"),
        ("rubric", {}, "tone=2,gone=1", "Tone of voice 2 of 3, gone=1"),
        ("likert", {"scale": ["No", "Rather yes", "Yes"]}, "2", "Rather yes"),
        ("likert", {"scale": ["No", "Rather yes", "Yes"]}, "7", "7"),
        ("correction", {}, "unchanged", "Left as it was"),
    ],
)
def test_an_outcome_is_read_with_names(kind: str, settings: Json, outcome: str, words: str) -> None:
    question = QuestionSpec.model_validate({"id": "q", "kind": kind, "text": "?", **settings})
    assert outcome_in_words(question, CRITERIA, outcome) == words


def test_a_question_that_is_gone_leaves_the_outcome() -> None:
    assert outcome_in_words(None, [], "both_bad") == "both bad"
