"""What comes in as a file and means harm, or is broken: refused with place and remedy, no trace."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from import_world import VOTE_ROWS, VOTES, crowd_home, table_counts

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.feedback import routes_imports as tool_imports
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.labeling import routes_imports

__all__ = ["crowd_home"]

HEAD, FIRST, *_ = VOTE_ROWS.splitlines()
ROW = dict(zip(HEAD.split(","), FIRST.split(","), strict=True))
WIDE = ",".join(f"column{at}" for at in range(10_000))


@pytest.fixture
def api(home: Home) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.home = home
    add_error_answers(app)
    app.include_router(routes_imports.router)
    app.include_router(tool_imports.router)
    person = home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id="crowd", name="L", role=Role.LEAD, kind=PersonKind.HUMAN, now=1.0
        )
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["authorization"] = f"Bearer {person.api_key}"
        yield client


def line(**changed: object) -> bytes:
    return json.dumps({**ROW, **changed}).encode() + b"\n"


GOOD = line()
NESTED = b'{"id": 2, "more": ' + b"[" * 900 + b"]" * 900 + b"}\n"
HOSTILE: list[tuple[str, bytes, str]] = [
    ("v.json", b'[{"id": 1, "text": "cut', "v.json is not JSON"),
    ("v.jsonl", GOOD + b'{"id": 2, "te', "v.jsonl:2: the line is not JSON"),
    ("v.jsonl", GOOD + b'{"id": "\xe9"}\n', "v.jsonl:2: the line is not UTF-8 text"),
    ("v.jsonl", GOOD + NESTED, "v.jsonl:2: its values are nested deeper"),
    ("v.jsonl", line(text="Hi\0"), "v.jsonl:1: it holds a NUL"),
    ("v.jsonl", line(a=" \n"), "v.jsonl:1: a is empty"),
    ("v.jsonl", line(text="\t"), "v.jsonl:1: text is empty"),
    ("v.jsonl", line(id="7" * 300), "v.jsonl:1: id is longer than 200"),
    ("v.jsonl", line(who="\N{GRINNING FACE}" * 3000), "v.jsonl:1: who is longer than 200"),
    ("v.jsonl", line(b="x" * 500_000), "v.jsonl:1: b is longer than 400,000"),
    ("v.jsonl", line(winner="x" * 500_000), "v.jsonl:1: winner is longer"),
    ("v.jsonl", GOOD + b"x" * (17 * 1024**2), "v.jsonl:2 is longer than 16 MiB"),
    ("v.jsonl.gz", gzip.compress(GOOD * 9)[:-9], "v.jsonl.gz is not a whole gzip file"),
    ("v.jsonl.gz", gzip.compress(b"\0" * (400 * 1024**2), 1), "v.jsonl.gz:1 is longer"),
    ("v.csv", VOTE_ROWS.encode("utf-16"), "v.csv:1 is not UTF-8 text"),
    ("v.csv", f"{HEAD}\n{FIRST}é\n".encode("latin-1"), "v.csv:2 is not UTF-8 text"),
    ("v.csv", f"{HEAD}\n1,Hi\0,A,B,old,new,u1,left\n".encode(), "v.csv:2: it holds a NUL"),
    ("v.csv", f"{HEAD}\n".encode() + b'1,"' + b"x\n" * (9 * 1024**2), " is longer than 16 MiB"),
    ("v.csv", f"{WIDE}\n{WIDE}\n".encode(), "and 9,960 more"),
    ("v.csv", f"{FIRST}\n{FIRST}\n".encode(), "needs `header: [...]`"),
    ("v.parquet", b"PAR1" + b"\0" * 64 + b"PAR1", "v.parquet is not a readable Parquet file"),
]


def test_a_hostile_file_is_refused_with_place_and_remedy_and_leaves_no_trace(
    api: TestClient, home: Home
) -> None:
    before = table_counts(home)
    for name, content, says in HOSTILE:
        for path, data in (
            ("imports", {"mapping": VOTES}),
            ("imports/tool", {"tool": "label-studio"}),
        ):
            kind = "file" if path == "imports" else "files"
            sent = api.post(f"/api/projects/crowd/{path}", data=data, files={kind: (name, content)})
            assert sent.status_code in {409, 413, 422}, (path, name, says, sent.text[:300])
            error = sent.json()["error"]
            assert error["remedy"], (path, says)
            assert len(sent.text) < 20_000, (path, says)
            if path == "imports":
                assert says in error["message"] + error["remedy"], error
            assert table_counts(home) == before, (path, says)
            assert not list(home.folder("spool/imports").iterdir())


def test_bad_rows_are_skipped_whatever_is_wrong_with_them(api: TestClient) -> None:
    bad = [content for name, content, _ in HOSTILE if name == "v.jsonl" and len(content) < 2**20]
    rows = b"".join(content.removeprefix(GOOD).rstrip(b"\n") + b"\n" for content in bad)
    sent = api.post(
        "/api/projects/crowd/imports",
        data={"mapping": VOTES, "skip_bad": "true"},
        files={"file": ("v.jsonl", GOOD + rows)},
    )
    counts = sent.json()["counts"]
    assert (counts["judgments_added"], counts["rejected"]) == (1, len(bad))
    rejects = api.get(f"/api/projects/crowd/imports/{sent.json()['id']}/rejects").text
    assert len(rejects) < 10_000, "no reason repeats a whole row"


def test_a_file_of_ten_thousand_columns_is_read(api: TestClient) -> None:
    content = "\n".join(f"{one},{WIDE}" for one in VOTE_ROWS.splitlines())
    sent = api.post(
        "/api/projects/crowd/imports", data={"mapping": VOTES}, files={"file": ("v.csv", content)}
    )
    assert sent.json()["counts"]["judgments_added"] == 6
