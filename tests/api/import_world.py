"""A small project on each kind of database, and files to import into it."""

from __future__ import annotations

import importlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopwright.infra.database import create_schema
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.web.stages import TABLES

PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: preference, kind: pairwise, text: Which answer helps more}
  - id: tone
    kind: single_label
    text: What tone
    options: [{id: kind, name: Kind}, {id: rude, name: Rude}]
guideline: {text: Prefer the answer that helps.}
overlap: 2
"""
VOTES = """\
kind: votes
source: crowd
question: preference
fields: {item: id, prompt: text, first: a, second: b, first_source: wrote_a,
         second_source: wrote_b, annotator: who, choice: winner}
choices: {left: first, right: second, same: tie}
"""
VOTE_ROWS = """\
id,text,a,b,wrote_a,wrote_b,who,winner
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u1,right
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u2,right
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u3,left
2,Is it safe?,Yes.,"Yes, mostly.",old,new,u1,same
2,Is it safe?,Yes.,"Yes, mostly.",old,new,u2,left
3,Is it fast?,Very.,No.,old,new,u3,left
"""


@pytest.fixture(scope="session", name="postgres_url")
def a_postgres() -> Iterator[str]:
    """A PostgreSQL of this test run's own; skipped where no server program is installed."""
    if given := os.environ.get("LOOPWRIGHT_TEST_POSTGRES_URL"):
        yield given
        return
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("no PostgreSQL server program on this machine")
    folder = Path(tempfile.mkdtemp(prefix="loopwright-pg-"))
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)

    run("initdb", "-D", place, "-A", "trust", "-U", "loopwright", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    run("pg_ctl", "-D", place, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://loopwright@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", place, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"], name="home")
def a_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A home with the project, on an empty database."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    opened = open_home(Settings(home=tmp_path / "home", database_url=url))
    _load_tables()
    if url is not None:
        opened.db.write(lambda tx: _drop_all(tx))
    create_schema(opened.db)
    spec = parse_project(PROJECT)
    opened.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    yield opened
    opened.close()


def _load_tables() -> None:
    for name in TABLES[: TABLES.index("datasets.tables") + 1]:
        if Path("src/loopwright", *name.split(".")).with_suffix(".py").exists():
            importlib.import_module(f"loopwright.{name}")


def _drop_all(tx: object) -> None:
    from loopwright.infra.database import metadata

    metadata.drop_all(tx)  # type: ignore[arg-type]


def import_text(
    home: Home,
    content: str,
    *,
    mapping: str = VOTES,
    name: str = "votes.csv",
    skip_bad: bool = False,
    joins: dict[str, Path] | None = None,
    now: float = 100.0,
) -> ImportReport:
    """Import a file that holds `content`."""
    path = home.folder("files") / name
    path.write_text(content)
    return run_import(
        home,
        project_id="crowd",
        file=ImportFile(path, name, joins or {}),
        mapping=parse_mapping(mapping),
        skip_bad=skip_bad,
        now=now,
    )
