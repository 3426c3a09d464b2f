"""Reading files: rows with their place; what is wrong is said with file, line and remedy."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loopwright.base.errors import InvalidInput, TooLarge
from loopwright.intake import readers
from loopwright.intake.readers import BadRow, Row, columns_of, read_rows


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv_rows_carry_their_line_even_behind_multiline_fields(tmp_path: Path) -> None:
    path = write(tmp_path, "votes.csv", '\ufeffid,text\n1,"two\nlines"\n2,plain\n')
    assert list(read_rows(path)) == [
        Row("votes.csv:2", {"id": "1", "text": "two\nlines"}),
        Row("votes.csv:4", {"id": "2", "text": "plain"}),
    ]


def test_a_csv_row_of_another_width_is_a_bad_row(tmp_path: Path) -> None:
    path = write(tmp_path, "votes.csv", "id,text\n1,a,b\n\n2,ok\n")
    bad, good = read_rows(path)
    assert bad == BadRow("votes.csv:2", "the row has 3 fields, the header has 2")
    assert isinstance(good, Row)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'id,text\n1,"never closed\n', "bad.csv:2"),
        (b"id,text\n1,\xff\xfe\n", "UTF-8"),
        (b"id,id\n1,2\n", "'id' more than once"),
    ],
)
def test_a_malformed_csv_is_refused_with_its_place(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        list(read_rows(write(tmp_path, "bad.csv", content)))
    assert refused.value.remedy


def test_json_lines_that_are_not_objects_are_bad_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"a":1}\n\n[1]\n{"a":\n{"a":2}')
    rows = list(read_rows(path))
    assert [row.place for row in rows] == ["a.jsonl:1", "a.jsonl:3", "a.jsonl:4", "a.jsonl:5"]
    assert [isinstance(row, BadRow) for row in rows] == [False, True, True, False]


def test_gzipped_lines_are_read_and_a_cut_archive_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a":1}\n' * 5000)
    whole = write(tmp_path, "a.jsonl.gz", packed)
    assert sum(1 for _ in read_rows(whole)) == 5000
    with pytest.raises(InvalidInput, match=r"cut\.jsonl\.gz is not a whole gzip file"):
        list(read_rows(write(tmp_path, "cut.jsonl.gz", packed[:-20])))
    with pytest.raises(InvalidInput, match="gzip"):
        list(read_rows(write(tmp_path, "fake.jsonl.gz", b"plain")))


def test_parquet_rows_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1, 2], "text": ["a", None]}), path)
    assert list(read_rows(path)) == [
        Row("a.parquet:row 1", {"id": 1, "text": "a"}),
        Row("a.parquet:row 2", {"id": 2, "text": None}),
    ]
    with pytest.raises(InvalidInput, match="not a readable Parquet"):
        list(read_rows(write(tmp_path, "b.parquet", b"PAR1 no")))


def test_an_upload_is_named_as_its_user_named_it(tmp_path: Path) -> None:
    path = write(tmp_path, "upload.tmp", "id\n1\n")
    assert next(read_rows(path, name="mine.csv")).place == "mine.csv:2"


def test_other_kinds_of_file_and_empty_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.jsonl"):
        list(read_rows(write(tmp_path, "a.xlsx", b"")))
    with pytest.raises(InvalidInput, match="holds no rows"):
        columns_of(write(tmp_path, "a.csv", "id,text\n"))


def test_a_line_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_ROW_BYTES", 100)
    with pytest.raises(TooLarge, match=r"a\.jsonl:2"):
        list(read_rows(write(tmp_path, "a.jsonl", '{"a":1}\n' + "x" * 500)))


def test_a_packed_file_unpacks_to_no_more_than_an_honest_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_UNPACKED_BYTES", 2 * 1024**2)
    rows = b'{"a":1}\n' * (512 * 1024)
    bomb = write(tmp_path, "a.jsonl.gz", gzip.compress(rows))
    with pytest.raises(TooLarge, match=r"a\.jsonl\.gz unpacks to more than 2 MiB") as refused:
        list(read_rows(bomb))
    assert refused.value.remedy


def test_a_csv_row_of_many_lines_is_bounded_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_ROW_BYTES", 100)
    cell = '"' + "x\n" * 20 + '"'
    ok = write(tmp_path, "a.csv", f"a,b\n{cell},{cell}\n{cell},{cell}\n")
    assert len(list(read_rows(ok))) == 2
    with pytest.raises(TooLarge, match=r"a\.csv"):
        list(read_rows(write(tmp_path, "a.csv", f"a,b,c\n{cell},{cell},{cell}\n")))


def test_an_array_and_a_file_without_a_header_have_rows(tmp_path: Path) -> None:
    array = write(tmp_path, "a.json", '[{"a": 1}, 2, {"a": 3}]')
    assert list(read_rows(array)) == [
        Row("a.json:1", {"a": 1}),
        BadRow("a.json:2", "it is a JSON int, not an object"),
        Row("a.json:3", {"a": 3}),
    ]
    bare = write(tmp_path, "b.csv", "u1,t1,4\nu2,t1\n")
    assert list(read_rows(bare, header=["who", "track", "label"])) == [
        Row("b.csv:1", {"who": "u1", "track": "t1", "label": "4"}),
        BadRow("b.csv:2", "the row has 2 fields, the header has 3"),
    ]
    assert columns_of(bare, header=["who", "track", "label"]) == ("who", "track", "label")
