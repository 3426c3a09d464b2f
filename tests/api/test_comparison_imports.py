"""Comparisons made elsewhere with more than a choice: by how much, scores of both, why, flags."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling import store as labeling
from loopwright.labeling.imports import run_import
from loopwright.labeling.model import Judgment
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.questions.model import OrdinalVote, PairOutcome, PairVote
from loopwright.questions.stored import read_votes

Json = dict[str, Any]
PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: better, kind: pairwise, text: "?", strength: 3}
  - {id: full, kind: scorecard, text: "?", strength: 2, criteria: [tone]}
  - {id: mood, kind: single_label, text: "?", options: [{id: glad, name: Glad}, {id: sad, name: Sad}]}
guideline:
  text: Be kind.
  criteria: [{id: tone, name: Tone, scale: [rude, plain, kind]}]
  flags: [{id: privacy, name: Privacy}]
"""  # noqa: E501
FIELDS = "item: id, prompt: q, first: a, second: b, annotator: who, choice: won"
BETTER = (
    f"kind: votes\nsource: s\nquestion: better\nfields: {{{FIELDS}, strength: by, shown: on}}\n"
)
FULL = (
    f"kind: votes\nsource: s\nquestion: full\nfields: {{{FIELDS}, strength: by, reason: why}}\n"
    "scores_first: {tone: ta}\nscores_second: {tone: tb}\n"
)
ROW: Json = {"id": 1, "q": "Hi?", "a": "Yes.", "b": "No!", "who": "u1", "won": "first"}


@pytest.fixture(name="home")
def compared_home(home: Home) -> Home:
    """The home of the session's fixtures, with the project in it."""
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    return home


def take(home: Home, row: Json, mapping: str) -> ImportReport:
    path = home.folder("files") / "votes.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return run_import(
        home,
        project_id="crowd",
        file=ImportFile(path, path.name),
        mapping=parse_mapping(mapping),
        skip_bad=False,
        now=100.0,
    )


def only(home: Home) -> Judgment:
    [found] = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))
    return found


@pytest.mark.parametrize(
    ("shown", "won", "choice"),
    [
        ("", "first", "left"),
        ("first_left", "second", "right"),
        ("second_left", "first", "right"),
        ("second_left", "second", "left"),
    ],
)
def test_a_strength_stays_with_the_side_that_won(
    home: Home, shown: str, won: str, choice: str
) -> None:
    row = {**ROW, "won": won, "by": "3", "on": shown}
    assert take(home, row, BETTER).counts["judgments_added"] == 1
    found = only(home)
    assert (found.answer["choice"], found.answer["strength"]) == (choice, 3)
    assert (found.outcome, found.shown_order) == (won, shown or None)
    votes = read_votes(found.votes, found.outcome, found.answer)
    assert votes == [PairVote(PairOutcome(won), strength=3)]
    assert take(home, row, BETTER).counts["judgments_added"] == 0


def test_a_strength_is_one_of_the_questions_and_a_tie_has_none(home: Home) -> None:
    take(home, {**ROW, "won": "tie", "by": None, "on": None}, BETTER)
    assert only(home).answer["strength"] is None
    with pytest.raises(InvalidInput, match=r"votes\.jsonl:1: The strength cannot be 1: tie has"):
        take(home, {**ROW, "id": 2, "won": "tie", "by": 1, "on": None}, BETTER)
    for by, said in ((0, "0"), (4, "4"), ("much", "much")):
        with pytest.raises(InvalidInput, match=rf"votes\.jsonl:1: The strength cannot be .*{said}"):
            take(home, {**ROW, "id": 2, "by": by, "on": ""}, BETTER)
    assert only(home).outcome == "tie", "nothing of a refused file is there"


@pytest.mark.parametrize("mapping", [BETTER, BETTER.replace(", strength: by", "")])
def test_a_strength_that_nobody_said_stays_unknown(home: Home, mapping: str) -> None:
    take(home, {**ROW, "by": "", "on": ""}, mapping)
    [vote] = read_votes(only(home).votes, only(home).outcome, only(home).answer)
    assert vote == PairVote(PairOutcome.FIRST, strength=None)


def test_a_scorecard_brings_the_scores_of_both_and_the_reason_masked(home: Home) -> None:
    row = {**ROW, "won": "second", "by": 1, "why": "Ask a@example.com.", "ta": 1, "tb": "3"}
    take(home, row, FULL)
    found = only(home)
    assert found.answer == {
        "choice": "right", "strength": 1, "scores": {"left": {"tone": 1}, "right": {"tone": 3}},
        "reason": "Ask [EMAIL_1].", "flags": [],
    }  # fmt: skip
    assert read_votes(found.votes, found.outcome, found.answer) == [
        PairVote(PairOutcome.SECOND, strength=1),
        OrdinalVote(1, 3, "tone", 0),
        OrdinalVote(3, 3, "tone", 1),
    ]
    with pytest.raises(InvalidInput, match=r"scores\.right\['tone'\] cannot be 4"):
        take(home, {**row, "id": 2, "tb": 4}, FULL)


def test_flags_and_reasons_come_with_any_kind(home: Home) -> None:
    flag = {"flag": "privacy", "severity": "low", "side": "second", "start": 0, "end": 2}
    mapping = BETTER.replace("shown: on", "shown: on, flags: flags")
    take(home, {**ROW, "by": 1, "on": "second_left", "flags": [flag]}, mapping)
    assert only(home).answer["flags"] == [{**flag, "side": "left"}]
    row = {**ROW, "id": 2, "by": 1, "on": "", "flags": [{**flag, "end": 9}]}
    with pytest.raises(InvalidInput, match=r"flags\[0\]: the span from 0 to 9 lies outside"):
        take(home, row, mapping)
    label = (
        "kind: votes\nsource: s\nquestion: mood\n"
        "fields: {item: id, prompt: q, annotator: who, choice: won, reason: why}\n"
    )
    take(home, {**ROW, "id": 3, "won": "Glad", "why": "It smiles."}, label)
    said = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))[-1]
    assert (said.outcome, said.answer["label"], said.answer["reason"]) == (
        "glad", "glad", "It smiles.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("scores_second: {tone: tb}\n", ""), "mapping.yaml:5 scores_first and scores_second"),
        (("scores_first: {tone: ta}\n", "scores: {tone: ta}\n"), "mapping.yaml:5 two completions"),
        (("question: full", "question: better"), "holds votes of kind scorecard"),
    ],
)
def test_a_mapping_that_does_not_fit_says_where(
    home: Home, change: tuple[str, str], said: str
) -> None:
    row = {**ROW, "by": 1, "why": "", "ta": 1, "tb": 2}
    with pytest.raises(InvalidInput, match=said):
        take(home, row, FULL.replace(*change))


PEOPLE = """\
kind: votes
source: s
question: better
fields: {item: id, prompt: q, context: more, first: a, second: b}
people: [ann, bob, cat]
choices: {1: first, 2: second, 0: tie}
"""


def test_a_row_can_hold_the_answers_of_several_people(home: Home) -> None:
    row = {**ROW, "more": "Now?", "ann": 1, "bob": "2", "cat": None}
    report = take(home, row, PEOPLE)
    assert (report.counts["items_added"], report.counts["judgments_added"]) == (1, 2)
    found = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))
    assert sorted(one.outcome for one in found) == ["first", "second"]
    assert len({one.rater_id for one in found}) == 2
    [prompt] = home.db.read(lambda tx: intake.prompts(tx, "crowd"))
    assert prompt.messages[0]["content"] == "Hi?\n\nNow?"
    with pytest.raises(InvalidInput, match=r"votes\.jsonl:1: bob is '7', which choices does not"):
        take(home, {**row, "id": 2, "bob": 7}, PEOPLE)
    assert len(home.db.read(lambda tx: labeling.judgments(tx, "crowd"))) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("second: b}", "second: b, choice: won}"), "mapping.yaml:5 people says who judged"),
        (("people: [ann, bob, cat]", "people: [ann, zoe]"), "no column 'zoe'"),
        (("kind: votes", "kind: prompts"), "has no field"),
    ],
)
def test_people_beside_what_does_not_fit_are_refused(
    home: Home, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        take(home, {**ROW, "more": "", "ann": 1, "bob": 2, "cat": 0}, PEOPLE.replace(*change))
