"""Files of past votes: what is read, what is left out and counted, and what is refused."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from loopwright.base.errors import InvalidInput
from loopwright.cli.main import app
from loopwright.cli.replay_read import VoteFile, read_votes
from loopwright.cli.replay_report import report_of


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "votes.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def votes_of(file: VoteFile) -> list[tuple[str, str, str]]:
    return [
        (file.annotators[who], file.items[item], file.labels[label])
        for who, item, label in zip(file.annotator, file.item, file.label, strict=True)
    ]


def test_bom_crlf_quotes_spaces_and_further_columns(tmp_path: Path) -> None:
    text = '\ufeffItem, Annotator ,note,label\r\n"1, a", ann ,x,"yes"\r\n\r\n2,bob,,no\r\n'
    file = read_votes(written(tmp_path, text))
    assert votes_of(file) == [("ann", "1, a", "yes"), ("bob", "2", "no")]
    assert file.counts["rows"] == 2


def test_a_later_vote_replaces_in_its_own_place(tmp_path: Path) -> None:
    text = "annotator,item,label\na,1,x\nb,1,x\na,1,y\n"
    file = read_votes(written(tmp_path, text))
    assert votes_of(file) == [("b", "1", "x"), ("a", "1", "y")]
    assert file.counts["replaced_votes"] == 1


def test_time_orders_numbers_and_dates_and_blank_ones_stay_behind(tmp_path: Path) -> None:
    numbers = "annotator,item,label,time\na,1,x,30\nb,1,x,10\nc,1,x,\nd,1,y,20\n"
    file = read_votes(written(tmp_path, numbers))
    assert [who for who, _, _ in votes_of(file)] == ["b", "c", "d", "a"]
    dates = "annotator,item,label,time\na,1,x,2026-01-02T00:00:00Z\nb,1,x,2026-01-01\n"
    assert [who for who, _, _ in votes_of(read_votes(written(tmp_path, dates)))] == ["b", "a"]


def test_gold_blank_labels_and_contradictions_are_counted(tmp_path: Path) -> None:
    text = (
        "annotator,item,label,gold\na,1,x,x\nb,1,x,\na,2,x,x\nb,2,y,z\n,3,,never\na,4,,x\nb,4,y,\n"
    )
    file = read_votes(written(tmp_path, text))
    gold = {name: file.gold[code] for code, name in enumerate(file.items)}
    assert file.labels[gold["1"]] == "x"
    assert gold["2"] == -1
    assert file.labels[gold["3"]] == "never"
    assert file.counts["blank_labels"] == 2
    assert file.counts["contradictory_gold"] == 1
    assert file.counts["gold_without_votes"] == 1


def test_swapped_sides_are_one_item_and_one_answer(tmp_path: Path) -> None:
    text = (
        "annotator,item,left,right,winner\na,q,A,B,left\nb,q,B,A,right\nc,q,A,B,Tie\nd,q,A,A,left\n"
    )
    file = read_votes(written(tmp_path, text))
    assert file.kind == "pairs"
    assert len(file.items) == 1
    assert [label for _, _, label in votes_of(file)] == ["first", "first", "tie"]
    assert file.pairs is not None
    assert file.pairs.winner.tolist() == [1, -1, 0]
    assert file.counts["same_sides"] == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "is empty"),
        (b"annotator;item;label\n", "lacks a header"),
        (b"a,1,x\nb,1,x\n", "lacks a header"),
        (b"annotator,item,label,label\n", "two columns named label"),
        (b"annotator,item,label\na,1\n", "line 2: 2 fields"),
        (b"annotator,item,label\na,1,x\n,1,x\n", "line 3: annotator is empty"),
        (b"annotator,item,label\na,,x\n", "line 2: item is empty"),
        (b"annotator,item,label\n\xff,1,x\n", "not UTF-8"),
        (b"annotator,item,label,time\na,1,x,soon\n", "time is 'soon'"),
        (b"annotator,item,label,time\na,1,x,nan\n", "time is 'nan'"),
        (b"annotator,item,label,seconds\na,1,x,few\n", "seconds is 'few'"),
        (b"annotator,item,left,right,winner\na,1,A,B,A\n", "winner is 'A'"),
        (b'annotator,item,label\na,1,"' + b"x" * 200_000 + b'"\n', "cannot be read as CSV"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_line(
    tmp_path: Path, text: bytes, told: str
) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        read_votes(written(tmp_path, text))
    assert refused.value.remedy


def figures_in(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in figures_in(one)]
    if isinstance(value, list):
        return [number for one in value for number in figures_in(one)]
    return [value] if isinstance(value, float) else []


HEADER, PAIRS = "annotator,item,label,gold\n", "annotator,item,left,right,winner\n"


@pytest.mark.parametrize(
    "text",
    [
        HEADER,
        HEADER + "a,1,x,x\n",
        HEADER + "".join(f"a,{n},{'xy'[n % 2]},x\n" for n in range(70)),
        HEADER + "".join(f"{who},{n},x,x\n" for n in range(70) for who in "abc"),
        HEADER + "".join(f"{who},{n},x,y\n" for n in range(70) for who in "abc"),
        HEADER + "".join(f"a{n},1,{'xy'[n % 3 > 0]},y\n" for n in range(200)),
        PAIRS,
        PAIRS + "a,1,A,B,left\n",
        PAIRS + "".join(f"a,{n},A,B,tie\n" for n in range(30)),
        PAIRS + "".join(f"{who},{n},A,B,left\n" for n in range(15) for who in "ab"),
        PAIRS
        + "".join(f"{w},{n},{s},left\n" for n in range(9) for w in "ab" for s in ("A,B", "C,D")),
    ],
    ids=[
        "no votes",
        "one vote",
        "one annotator",
        "one answer",
        "all wrong",
        "one item",
        "no pairs",
        "one pair",
        "all ties",
        "one winner",
        "disconnected",
    ],
)
def test_odd_files_have_defined_results(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    report = report_of(path, seed=0)
    assert all(math.isfinite(number) for number in figures_in(report))
    for key, one in report["figures"].items():
        if isinstance(one, dict):
            assert one["value"] is not None or one["reason"], key
    keys = list(report["figures"])
    assert keys[:6] == [
        "accuracy",
        "accuracy_majority",
        "accuracy_em",
        "votes_used",
        "votes_total",
        "saved_at_equal_accuracy",
    ]
    assert {"ece", "alpha"} <= set(keys)
    said = CliRunner().invoke(app, ["replay", str(path)])
    assert said.exit_code == 0, said.output
    assert "nan" not in said.output


def test_the_command_prints_json_and_names_what_is_wrong(tmp_path: Path) -> None:
    rows = "".join(f"{who},{n},{'xy'[n % 2]},{'xy'[n % 2]}\n" for n in range(60) for who in "abcd")
    path = written(tmp_path, HEADER + rows)
    found = CliRunner().invoke(app, ["replay", str(path), "--json"])
    assert found.exit_code == 0
    report = json.loads(found.stdout)
    assert report["figures"]["votes_total"] == 240
    assert report["figures"]["votes_used"] < 240
    assert report["figures"]["accuracy"]["value"] == 1.0
    assert "disjoint" in " ".join(report["notes"])
    missing = CliRunner().invoke(app, ["replay", str(tmp_path / "none.csv")])
    assert missing.exit_code == 1


def test_too_many_different_labels_are_refused(tmp_path: Path) -> None:
    text = "annotator,item,label\n" + "".join(f"a{n},i{n},text {n}\n" for n in range(8000))
    with pytest.raises(InvalidInput, match="too many to hold"):
        report_of(written(tmp_path, text), seed=0)
