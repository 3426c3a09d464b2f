"""Answers of every kind made elsewhere: kept like those made here, or refused by row and column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from loopwright.base.digests import digest_bytes
from loopwright.base.errors import InvalidInput
from loopwright.infra.home import Home
from loopwright.intake import rules
from loopwright.intake import store as intake
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling import store as labeling
from loopwright.labeling.answers import EDITS
from loopwright.labeling.imports import run_import
from loopwright.labeling.model import Judgment
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.questions.model import (
    CategoryVote,
    OrdinalVote,
    PairOutcome,
    PairVote,
    TextVote,
    Vote,
)
from loopwright.questions.stored import read_votes
from loopwright.sampling import service as sampling

Json = dict[str, Any]
PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: preference, kind: pairwise, text: "?"}
  - {id: topics, kind: multi_label, text: "?", options: [{id: parcel, name: Parcel}, {id: bill, name: The bill}]}
  - {id: order, kind: ranking, text: "?", completions: 3}
  - {id: quality, kind: rubric, text: "?"}
  - {id: agree, kind: likert, text: "?", scale: ["No", "Perhaps", "Yes"]}
  - {id: fix, kind: correction, text: "?"}
  - {id: find, kind: boxes, text: "?", options: [{id: cat, name: Cat}, {id: dog, name: Dog}]}
guideline:
  text: Be kind.
  criteria:
    - {id: tone, name: Tone, scale: [rude, kind]}
    - {id: truth, name: Truth, scale: [wrong, partly, right]}
overlap: 2
"""  # noqa: E501
SHARED = "source: crowd\nfields: {item: id, prompt: q, annotator: who"
TOPICS = f"kind: votes\nquestion: topics\n{SHARED}, completion: a, choice: labels}}\n"
AGREE = f"kind: votes\nquestion: agree\n{SHARED}, completion: a, choice: level}}\n"
FIX = f"kind: votes\nquestion: fix\n{SHARED}, completion: a, choice: better}}\n"
QUALITY = (
    f"kind: votes\nquestion: quality\n{SHARED}, completion: a}}\nscores: {{tone: T, truth: W}}\n"
)
ORDER = f"kind: votes\nquestion: order\n{SHARED}, texts: answers, ranks: ranks, sources: by}}\n"
COLUMNS = f"kind: votes\nquestion: order\n{SHARED}}}\nranked: {{x: rx, y: ry, z: rz}}\n"
HEAD: Json = {"id": 1, "q": "Mail a@example.com?", "a": "Yes, b@example.com", "who": "u1"}
LIST: Json = {
    "id": 1, "q": "Why?", "answers": ["So.", "Ask.", "No."], "by": ["m1", "m2", "m3"],
    "ranks": [2, 1, 2], "who": "u1",
}  # fmt: skip


@pytest.fixture(name="home")
def kinds_home(home: Home) -> Home:
    """The home of the session's fixtures, with the project in it."""
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    return home


def import_rows(
    home: Home, rows: Sequence[Json] | str, mapping: str, *, skip_bad: bool = False
) -> ImportReport:
    text = rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows)
    name = "votes.csv" if isinstance(rows, str) else "votes.jsonl"
    path: Path = home.folder("files") / name
    path.write_text(text)
    return run_import(
        home,
        project_id="crowd",
        file=ImportFile(path, name),
        mapping=parse_mapping(mapping),
        skip_bad=skip_bad,
        now=100.0,
    )


def judgments(home: Home) -> list[Judgment]:
    return home.db.read(lambda tx: labeling.judgments(tx, "crowd"))


def votes(judgment: Judgment) -> list[Vote]:
    return read_votes(judgment.votes, judgment.outcome, judgment.answer)


CASES: list[tuple[str, Json, Json, str, list[Vote]]] = [
    (
        TOPICS, {**HEAD, "labels": ["The Bill", "parcel"]}, {"labels": ["parcel", "bill"]},
        "parcel,bill", [CategoryVote("yes", "parcel"), CategoryVote("yes", "bill")],
    ),
    (
        TOPICS, {**HEAD, "labels": []}, {"labels": []},
        "(none)", [CategoryVote("no", "parcel"), CategoryVote("no", "bill")],
    ),
    (AGREE, {**HEAD, "level": "perhaps"}, {"value": 2}, "2", [OrdinalVote(2, 3)]),
    (AGREE, {**HEAD, "level": 3.0}, {"value": 3}, "3", [OrdinalVote(3, 3)]),
    (
        QUALITY, {**HEAD, "T": 2, "W": "1"}, {"scores": {"tone": 2, "truth": 1}},
        "tone=2,truth=1", [OrdinalVote(2, 2, "tone"), OrdinalVote(1, 3, "truth")],
    ),
    (
        ORDER, LIST, {"ranks": {"a": 2, "b": 1, "c": 2}}, "2,1,2",
        [
            PairVote(PairOutcome.SECOND, 0, 1), PairVote(PairOutcome.TIE, 0, 2),
            PairVote(PairOutcome.FIRST, 1, 2),
        ],
    ),
    (
        FIX, {**HEAD, "better": "Yes: b@example.com"}, {"text": "Yes: [EMAIL_2]"},
        "corrected", [CategoryVote("corrected"), TextVote("Yes: [EMAIL_2]")],
    ),
    (
        FIX, {**HEAD, "better": HEAD["a"]}, {"text": "Yes, [EMAIL_2]"},
        "unchanged", [CategoryVote("unchanged")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "row", "answer", "outcome", "said"), CASES)
def test_an_answer_is_kept_in_the_normal_form_of_its_kind(
    home: Home, mapping: str, row: Json, answer: Json, outcome: str, said: list[Vote]
) -> None:
    report = import_rows(home, [row], mapping)
    assert report.counts["judgments_added"] == 1
    [kept] = judgments(home)
    assert kept.answer == {**answer, "reason": None, "flags": []}
    assert (kept.outcome, kept.shown_order, kept.origin) == (outcome, None, "import")
    assert votes(kept) == said
    again = import_rows(home, [row], mapping)
    assert again.counts["judgments_added"] == again.counts["completions_added"] == 0
    state = home.db.read(lambda tx: sampling.states_of(tx, [kept.item_id]))[kept.item_id]
    assert (state.done, state.wanted) == (1, 2)


def test_a_ranking_in_columns_of_its_own(home: Home) -> None:
    rows = "id,q,x,y,z,rx,ry,rz,who\n1,Why?,So.,Ask.,No.,1,2,3,u1\n1,Why?,So.,Ask.,No.,3,2,2,u2\n"
    import_rows(home, rows, COLUMNS)
    assert [one.outcome for one in judgments(home)] == ["1,2,3", "3,1,1"]


def test_several_labels_of_a_csv_cell(home: Home) -> None:
    cells = ["parcel,The bill", "[]", '["bill"]', '{"choices": ["Parcel", "bill"]}']
    rows = [{**HEAD, "who": f"u{at}", "labels": cell} for at, cell in enumerate(cells)]
    import_rows(home, rows, TOPICS)
    assert [one.outcome for one in judgments(home)] == [
        "parcel,bill", "(none)", "bill", "parcel,bill",
    ]  # fmt: skip


def test_a_correction_becomes_a_completion_masked_as_its_original(home: Home) -> None:
    import_rows(home, [{**HEAD, "better": "Write to b@example.com."}], FIX)
    [kept] = judgments(home)
    item = home.db.read(lambda tx: intake.items(tx, "crowd"))[0]

    def edits(tx: Any) -> list[str]:
        policy = models.ensure_external(tx, project_id="crowd", names=[EDITS], now=1.0)[EDITS]
        digest = digest_bytes(kept.answer["text"].encode())
        edit = rules.completion_id(item.prompt_id, policy, digest)
        return [one.text for one in intake.completions_of(tx, [edit]).values()]

    assert home.db.write(edits) == ["Write to [EMAIL_2]."] == [kept.answer["text"]]


BAD: list[tuple[str, Json, str]] = [
    (TOPICS, {**HEAD, "labels": "parcel,tax"}, r"'tax' is not a label.*parcel, bill"),
    (TOPICS, {**HEAD, "labels": " "}, r"labels is empty; write \[\]"),
    (TOPICS, {**HEAD, "labels": None}, "labels is missing"),
    (AGREE, {**HEAD, "level": 4}, "whole number from 1 to 3"),
    (AGREE, {**HEAD, "level": "never"}, "cannot be 'never'"),
    (QUALITY, {**HEAD, "T": 2, "W": None}, "W is empty; it wants the level of truth"),
    (ORDER, {**LIST, "ranks": [1, 2]}, "ranks has 2 ranks, answers has 3 texts"),
    (ORDER, {**LIST, "ranks": [1, 2, None]}, r"ranks\[2\] is empty; it wants a rank"),
    (ORDER, {**LIST, "ranks": "1;2"}, "ranks is not a list"),
    (ORDER, {**LIST, "by": ["m1"]}, "by has 1 entries"),
    (ORDER, {**LIST, "answers": ["So.", "So.", "No."], "by": ["m", "m", "m"]}, "the same text"),
    (
        ORDER, {**LIST, "answers": ["a", "b"], "by": ["m", "n"], "ranks": [1, 2]},
        r"about 2 texts, and question 'order' \(ranking\) about 3",
    ),
    (FIX, {**HEAD, "better": " "}, "Send the whole text"),
    (FIX, {**HEAD, "better": 7}, "cannot be 7"),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "bad", "says"), BAD)
def test_a_bad_answer_is_named_and_leaves_nothing(
    home: Home, mapping: str, bad: Json, says: str
) -> None:
    good = next(row for known, row, *_ in CASES if known == mapping)
    rows = [{**good, "id": 2, "who": "u2"}, bad]
    with pytest.raises(InvalidInput, match=rf"votes\.jsonl:2: .*{says}") as refused:
        import_rows(home, rows, mapping)
    assert refused.value.remedy
    assert judgments(home) == []
    assert home.db.read(lambda tx: intake.items(tx, "crowd")) == []
    report = import_rows(home, rows, mapping, skip_bad=True)
    assert (report.counts["judgments_added"], report.counts["rejected"]) == (1, 1)
    [reject] = home.db.read(lambda tx: intake.rejects(tx, report.id))
    assert reject.place == "votes.jsonl:2"
    assert len(home.db.read(lambda tx: intake.items(tx, "crowd"))) == 1


def test_the_answers_column_is_asked_for(home: Home) -> None:
    for lacking, says in (
        (TOPICS.replace(", choice: labels", ""), "lacks choice"),
        (ORDER.replace(", ranks: ranks", ""), "lacks ranks"),
        (QUALITY.replace(", completion: a", ""), "lacks completion"),
        (COLUMNS.replace("question: order", "question: agree"), "of kind ranking"),
        (COLUMNS.replace("rz", "r9"), "no column 'r9'"),
        (COLUMNS + "scores: {tone: x}\n", "yaml:6 ranked and scores are answers to different"),
        (COLUMNS + "shown: first_left\n", "yaml:6 shown says where"),
        (QUALITY.replace("kind: votes", "kind: prompts"), "has no field"),
    ):
        with pytest.raises(InvalidInput, match=says):
            import_rows(home, "id,q,x,y,z,rx,ry,rz,who\n1,Why?,a,b,c,1,2,3,u1\n", lacking)
