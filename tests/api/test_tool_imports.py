"""Exports of other tools: votes where a question fits, else feedback; what is left out is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from import_world import crowd_home

from loopwright.base.errors import Conflict, InvalidInput, TooLarge
from loopwright.feedback import store as feedback
from loopwright.feedback.model import EffectState
from loopwright.feedback.tool_import import ToolExport, import_export, source_of
from loopwright.feedback.tools.model import Tool
from loopwright.feedback.tools.reading import Part
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.model import ImportReport
from loopwright.intake.schemas import sentence_of
from loopwright.labeling import store as labeling

__all__ = ["crowd_home"]

EXPORTS = Path(__file__).parent / "exports"
Json = dict[str, Any]


def take(
    home: Home, tool: Tool, parts: Sequence[Part], *, now: float = 100.0, **more: Any
) -> ImportReport:
    source = more.pop("source", None) or source_of(tool, parts)
    export = ToolExport(tool=tool, files=parts, source=source, **more)
    return import_export(home, export, project_id="crowd", person_id="per_1", now=now)


def part(name: str, *, called: str | None = None) -> Part:
    return Part(EXPORTS / name, called or name)


def written(home: Home, name: str, content: str) -> Part:
    path = home.folder("files") / name
    path.write_text(content)
    return Part(path, name)


def lines(rows: Sequence[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def outcomes(home: Home) -> list[str]:
    return [one.outcome for one in home.db.read(lambda tx: labeling.judgments(tx, "crowd"))]


def said(home: Home) -> list[tuple[str, str | None, float | None, float | None, str | None]]:
    found = home.db.read(lambda tx: feedback.page(tx, "crowd", limit=500))
    return sorted(
        (one.kind, one.value or one.text, one.score, one.score_max, one.rater) for one, _ in found
    )


def test_label_studio_comparisons_become_votes(home: Home) -> None:
    report = take(home, Tool.LABEL_STUDIO, [part("label_studio.json")])
    assert report.source == "label-studio:project-3"
    assert sorted(outcomes(home)) == ["first", "first", "second"]
    assert sentence_of(report) == (
        "Added 3 judgments, 2 items, 2 prompts, 1 feedback from label_studio.json. Left out: "
        "1 cancelled annotations, 2 predictions, 1 remarks, 1 tasks without annotations."
    )
    assert said(home) == [("rating", None, 4.0, 5.0, "7")], "it was given on one of the texts"
    assert report.counts["annotators"] == 2, "7 is one person, however it is spelled"
    again = take(home, Tool.LABEL_STUDIO, [part("label_studio.json")], now=200.0)
    assert "Nothing was added" in sentence_of(again)
    assert len(outcomes(home)) == 3
    texts = home.db.read(
        lambda tx: [
            text.text
            for item in intake.items(tx, "crowd")
            for text in intake.completions_of(tx, item.completion_ids).values()
        ]
    )
    assert "Write to [EMAIL_1]" in texts


def test_label_studio_labels_become_votes_and_the_rest_feedback(home: Home) -> None:
    report = take(home, Tool.LABEL_STUDIO, [part("label_studio_labels.json")])
    assert sorted(outcomes(home)) == ["kind", "rude"]
    assert report.counts["left_out"] == {"labels regions": 1}
    assert said(home) == [
        ("edit", "It is at the desk.", None, None, "7"),
        ("label", "Parcel", None, None, "7"),
        ("label", "Parcel / Late", None, None, "7"),
        ("rating", None, 3.0, 5.0, "7"),
    ]
    assert (report.counts["feedback"], report.counts["feedback_added"]) == (4, 4)
    again = take(home, Tool.LABEL_STUDIO, [part("label_studio_labels.json")], now=200.0)
    assert again.counts["feedback_added"] == 0
    assert len(said(home)) == 4


def test_boxes_without_a_question_for_them_are_counted(home: Home) -> None:
    report = take(home, Tool.LABEL_STUDIO, [part("label_studio_boxes.json")])
    assert report.counts["left_out"] == {"boxes (no boxes question takes them)": 4}


def test_a_question_can_be_named(home: Home) -> None:
    report = take(home, Tool.LABEL_STUDIO, [part("label_studio_labels.json")], question="tone")
    assert report.counts["judgments_added"] == 2
    with pytest.raises(InvalidInput, match="pairwise"):
        take(home, Tool.LABEL_STUDIO, [part("label_studio_labels.json")], question="preference")


def test_argilla_records_with_their_settings(home: Home) -> None:
    parts = [part("argilla_records.json"), part("argilla_settings.json", called="settings.json")]
    report = take(home, Tool.ARGILLA, parts)
    assert sorted(outcomes(home)) == ["second", "second", "tie"]
    assert report.counts["left_out"] == {
        "suggestions": 1, "remarks": 1, "records without responses": 1,
    }  # fmt: skip
    assert report.file == "argilla_records.json"


def test_argilla_records_without_settings_are_guessed_alike(home: Home) -> None:
    take(home, Tool.ARGILLA, [part("argilla_records.json")])
    assert sorted(outcomes(home)) == ["second", "second", "tie"]


def test_argillas_flat_parquet_is_read_in_shards(home: Home) -> None:
    def row(number: int) -> Json:
        return {
            "id": f"r{number}", "status": "completed", "_server_id": "s",
            "prompt": f"Question {number}?", "response": "Yes.",
            "tone.responses": ["kind", "rude", "kind"],
            "tone.responses.users": ["u1", "u2", "u3"],
            "tone.responses.status": ["submitted", "submitted", "discarded"],
            "stars.responses": [4], "stars.responses.users": ["u1"],
            "stars.responses.status": ["submitted"],
            "tone.suggestion": "kind", "tone.suggestion.score": 0.5, "tone.suggestion.agent": "m",
        }  # fmt: skip

    parts = []
    for shard in range(2):
        name = f"train-0000{shard}-of-00002.parquet"
        path = home.folder("files") / name
        pq.write_table(pa.Table.from_pylist([row(shard * 2), row(shard * 2 + 1)]), path)
        parts.append(Part(path, name))
    report = take(home, Tool.ARGILLA, parts)
    assert sorted(outcomes(home)) == ["kind"] * 4 + ["rude"] * 4
    assert report.file == "train-00000-of-00002.parquet and 1 more"
    assert report.counts["left_out"] == {"suggestions": 4, "discarded responses": 4}
    assert said(home) == [("rating", None, 4.0, 5.0, "u1")] * 4


PREFERENCES: list[Json] = [
    {"prompt": "Is it open?", "chosen": "Until six.", "rejected": "Write to a@example.com"},
    {
        "prompt": [{"role": "user", "content": "Is it far?"}],
        "chosen": [{"role": "assistant", "content": "No."}],
        "rejected": [{"role": "assistant", "content": "What a question!"}],
    },
]
WHOLE: Json = {
    "prompt": "Is it new?",
    "chosen": [{"role": "user", "content": "Is it new?"}, {"role": "assistant", "content": "Yes."}],
    "rejected": [
        {"role": "user", "content": "Is it new?"}, {"role": "assistant", "content": "Hm."},
    ],
}  # fmt: skip
DIALOGUE: Json = {
    "chosen": "\n\nHuman: Is it red?\n\nAssistant: Yes.",
    "rejected": "\n\nHuman: Is it red?\n\nAssistant: Perhaps.",
}


@pytest.mark.parametrize(
    ("rows", "added"), [(PREFERENCES, 2), ([WHOLE], 1), ([DIALOGUE], 1), ([PREFERENCES[0]] * 3, 1)]
)
def test_preferences_of_trl_are_votes_of_their_source(
    home: Home, rows: list[Json], added: int
) -> None:
    report = take(home, Tool.HUGGINGFACE, [written(home, "pairs.jsonl", lines(rows))])
    assert report.counts["judgments_added"] == added
    assert report.source == "huggingface:pairs"
    again = take(home, Tool.HUGGINGFACE, [written(home, "pairs.jsonl", lines(rows))])
    assert again.counts["judgments_added"] == 0


def test_a_dump_of_datasets_is_read_from_arrow_and_json(home: Home) -> None:
    path = home.folder("files") / "data-00000-of-00001.arrow"
    table = pa.Table.from_pylist([PREFERENCES[0]])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    parts = [Part(path, path.name), written(home, "dataset_info.json", "{}")]
    assert take(home, Tool.HUGGINGFACE, parts).counts["judgments_added"] == 1
    array = written(home, "pairs.json", json.dumps(PREFERENCES))
    assert take(home, Tool.HUGGINGFACE, [array]).counts["judgments_added"] == 2


def test_unpaired_labels_are_thumbs_and_never_pairs(home: Home) -> None:
    rows: list[Json] = [
        {"prompt": "Is it open?", "completion": "Until six.", "label": True},
        {
            "messages": [{"role": "user", "content": "Is it far?"}],
            "completion": [{"role": "assistant", "content": "Mail a@example.com"}],
            "label": False,
        },
    ]
    for row in rows:
        name = "unpaired.jsonl"
        take(home, Tool.HUGGINGFACE, [written(home, name, lines([row]))])
    assert said(home) == [
        ("thumb", "down", None, None, None), ("thumb", "up", None, None, None),
    ]  # fmt: skip
    assert outcomes(home) == []
    found = home.db.read(lambda tx: feedback.page(tx, "crowd"))
    states = {one.value: effect.state for one, effect in found}
    assert states == {"up": EffectState.MARKED, "down": EffectState.OPENED}
    assert "[EMAIL_1]" in str(next(one.completion for one, _ in found if one.value == "down"))


def test_ratings_as_helpsteer_has_them(home: Home) -> None:
    row = {"prompt": "Hi", "response": "Ho", "helpfulness": 3, "verbosity": 0, "other": "x"}
    report = take(home, Tool.HUGGINGFACE, [written(home, "train.jsonl", lines([row]))])
    assert said(home) == [("rating", None, 0.0, 4.0, None), ("rating", None, 3.0, 4.0, None)]
    assert sentence_of(report) == "Added 2 feedback from train.jsonl."
    listed = home.db.read(lambda tx: intake.imports(tx, "crowd"))
    assert [one.kind for one in listed] == ["feedback"]


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "Hi", "completion": "Ho"},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]},
        {"prompt": [{"role": "user", "content": "Hi"}]},
    ],
)
def test_demonstrations_and_prompts(home: Home, row: Json) -> None:
    report = take(home, Tool.HUGGINGFACE, [written(home, "rows.jsonl", lines([row]))])
    assert report.counts["prompts_added"] == 1
    assert report.counts["items_added"] == (0 if len(row) == 1 and "prompt" in row else 1)


def test_a_bad_row_stops_all_or_is_kept_apart(home: Home) -> None:
    good = {"prompt": "Is it open?", "completion": "Until six.", "label": True}
    bad = {**good, "label": "a@example.com"}
    name = written(home, "unpaired.jsonl", lines([good, bad]) + "{\n")
    with pytest.raises(InvalidInput, match=r"unpaired.jsonl:2: label is .*EMAIL_1") as refused:
        take(home, Tool.HUGGINGFACE, [name])
    assert refused.value.code == "bad_row"
    assert said(home) == []
    report = take(home, Tool.HUGGINGFACE, [name], skip_bad=True)
    assert (report.counts["feedback_added"], report.counts["rejected"]) == (1, 2)
    rejects = home.db.read(lambda tx: intake.rejects(tx, report.id))
    assert [one.place for one in rejects] == ["unpaired.jsonl:2", "unpaired.jsonl:3"]


def test_a_row_that_no_database_holds_is_a_bad_row(home: Home) -> None:
    row = {"prompt": "Hi\0", "completion": "Ho", "label": True}
    with pytest.raises(InvalidInput, match="NUL"):
        take(home, Tool.HUGGINGFACE, [written(home, "u.jsonl", lines([row, row]))])
    again = [row, {**row, "prompt": "Hi"}]
    report = take(home, Tool.HUGGINGFACE, [written(home, "u.jsonl", lines(again))], skip_bad=True)
    assert (report.counts["feedback_added"], report.counts["rejected"]) == (1, 1)


def test_a_bad_row_among_votes_is_named_where_it_stood(home: Home) -> None:
    tasks = json.loads((EXPORTS / "label_studio.json").read_text())
    tasks[1]["data"].pop("prompt")
    changed = written(home, "tasks.json", json.dumps(tasks))
    with pytest.raises(InvalidInput, match=r"tasks\.json:2: no field holds the prompt"):
        take(home, Tool.LABEL_STUDIO, [changed])
    assert outcomes(home) == []
    report = take(home, Tool.LABEL_STUDIO, [changed], skip_bad=True)
    assert (report.counts["judgments_added"], report.counts["rejected"]) == (2, 1)


def test_fields_that_cannot_be_guessed_are_named(home: Home) -> None:
    tasks = json.loads((EXPORTS / "label_studio.json").read_text())
    for task in tasks:
        data = task["data"]
        task["data"] = {"q": data["prompt"], "x": data["answer1"], "y": data["answer2"]}
        for annotation in task["annotations"]:
            annotation["result"] = [r for r in annotation["result"] if r["type"] == "pairwise"]
            for result in annotation["result"]:
                result["to_name"] = "one,two"
    export = written(home, "tasks.json", json.dumps(tasks))
    with pytest.raises(InvalidInput, match="--field"):
        take(home, Tool.LABEL_STUDIO, [export])
    fields = {"prompt": "q", "first": "x", "second": "y"}
    assert take(home, Tool.LABEL_STUDIO, [export], fields=fields).counts["judgments_added"] == 3


@pytest.mark.parametrize("tool", list(Tool))
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", "[1, 2]"), ("x.json", "{"), ("x.json", "[]"), ("x.jsonl", '{"strange": 1}\n'),
        ("x.parquet", "no"), ("x.arrow", "no"), ("x.txt", "no"), ("x.json", '"\\ud800"'),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(home: Home, tool: Tool, name: str, content: str) -> None:
    with pytest.raises((InvalidInput, TooLarge)) as refused:
        take(home, tool, [written(home, name, content)], source="s")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("tool", "row", "says"),
    [
        (Tool.ARGILLA, {"responses": {"t": "kind"}}, "the responses to t are no list"),
        (Tool.ARGILLA, {"responses": {"t": [None]}}, "the responses to t are no list"),
        (Tool.ARGILLA, {"t.responses": 4, "prompt": "Hi"}, "are not all lists"),
        (Tool.LABEL_STUDIO, {"annotations": [7], "predictions": 1}, "an annotation is no object"),
    ],
)
def test_a_row_of_another_shape_is_a_bad_row(home: Home, tool: Tool, row: Json, says: str) -> None:
    whole = {"data": {"prompt": "Hi"}, "fields": {"prompt": "Hi"}, **row}
    if "t.responses" in row:
        del whole["fields"]
    with pytest.raises(InvalidInput, match=rf"x\.jsonl:1: .*{says}"):
        take(home, tool, [written(home, "x.jsonl", lines([whole]))])


def test_a_changed_row_is_refused_or_left_out(home: Home) -> None:
    row = {"prompt": "Hi", "completion": "Ho", "label": True}
    take(home, Tool.HUGGINGFACE, [written(home, "u.jsonl", lines([row]))])
    changed = written(home, "u.jsonl", lines([{**row, "label": False}]))
    with pytest.raises(Conflict, match="imported before with another content"):
        take(home, Tool.HUGGINGFACE, [changed])
    report = take(home, Tool.HUGGINGFACE, [changed], skip_bad=True)
    assert "1 rows that were imported before" in sentence_of(report)
    assert said(home) == [("thumb", "up", None, None, None)]
