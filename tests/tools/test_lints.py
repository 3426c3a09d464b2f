"""The checks find what they are there to find: each is run on a small tree with a planted fault."""

import subprocess
import sys
from pathlib import Path

import pytest

import lint_boundaries
import lint_changelog
import lint_size

REPOSITORY = Path(__file__).parents[2]


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_sizes_count_code_and_leave_docstrings_out(tmp_path: Path) -> None:
    body = "\n".join(f"    a{n} = {n}" for n in range(60))
    write(tmp_path, "long.py", f"def grown():\n{body}\n")
    told = "\n".join(f"    word {n}" for n in range(60))
    write(tmp_path, "told.py", f'def told():\n    """Much.\n{told}\n    """\n    return 1\n')
    write(tmp_path, "frontend/src/Page.tsx", "x;\n" * 251)
    write(tmp_path, "module.py", "x = 1\n" * 401)
    names = ["long.py", "told.py", "frontend/src/Page.tsx", "module.py"]
    found = [finding.place for finding in lint_size.findings(tmp_path, names)]
    assert found == ["long.py::grown", "frontend/src/Page.tsx", "module.py"]


def test_a_size_exception_needs_a_reason_and_a_use() -> None:
    found = [lint_size.Finding("a.py", 500, 400)]
    assert lint_size.problems(found, {"a.py": "one table of constants"}) == []
    assert "no reason" in lint_size.problems(found, {"a.py": ""})[0]
    assert "no longer" in lint_size.problems([], {"a.py": "was long"})[0]


@pytest.mark.parametrize(
    "text",
    [
        "/".join(["", "root", "thing"]),
        "/".join(["", "opt", "wheels", "torch.whl"]),
        ".".join(["pypi", "org"]),
        ".".join(["registry", "npmjs", "org"]),
        "-".join(["Co", "authored", "by: somebody"]),
    ],
)
def test_boundaries_name_file_line_and_reason(tmp_path: Path, text: str) -> None:
    write(tmp_path, "uv.lock", f"fine\nsource = {text}\n")
    told = lint_boundaries.problems(tmp_path, ["uv.lock"])
    assert len(told) == 1
    assert told[0].startswith("uv.lock:2: ")


def test_boundaries_let_ordinary_words_pass(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "Sign in: a session ends. See frontend/root/x and the agent's reply.\n")
    assert lint_boundaries.problems(tmp_path, ["a.md"]) == []


def test_the_changelog_needs_an_unreleased_part() -> None:
    assert lint_changelog.problems("# Changelog\n") != []
    assert lint_changelog.problems("## Unreleased\n\n### Added\n\n- A page.\n") == []
    assert lint_changelog.problems("## Unreleased\n\n### Stuff\n\n- A page.\n") != []


PLANTED = {
    "A stage imports only the stages before it": ("intake/x.py", "import loopwright.loop"),
    "Inside a stage: routes and jobs, then service, store, tables; rules and model stay pure": (
        "labeling/store.py",
        "import loopwright.labeling.service",
    ),
    "base, stats, rules and model touch no database, no web and no network": (
        "release/rules.py",
        "import sqlalchemy",
    ),
    "base, stats, rules and model are given time and seed, they never take them": (
        "stats/x.py",
        "import random",
    ),
    "Only training.backends imports torch and its kin": ("evaluation/x.py", "import torch"),
    "The client imports nothing of ours": ("client/x.py", "import loopwright.base.errors"),
    "simulate reaches the product only through the client": (
        "simulate/x.py",
        "import loopwright.labeling",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's files, each emptied to its docstring, beside the real contracts."""
    root = tmp_path_factory.mktemp("planted")
    write(root, "pyproject.toml", (REPOSITORY / "pyproject.toml").read_text())
    source = REPOSITORY / "src/loopwright"
    for path in source.rglob("*.py"):
        write(root, f"loopwright/{path.relative_to(source)}", '"""Emptied."""\n')
    # The exceptions that the contracts name must still exist, or import-linter complains.
    write(root, "loopwright/base/clock.py", "import time\n")
    write(root, "loopwright/base/ids.py", "import secrets\nimport time\n")
    return root


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command"
    return subprocess.run(
        [sys.executable, "-c", f"{code}; lint_imports_command()", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", PLANTED)
def test_each_import_contract_breaks_on_a_planted_import(copy: Path, contract: str) -> None:
    name, line = PLANTED[contract]
    path = copy / "loopwright" / name
    before = path.read_text() if path.exists() else None
    path.write_text(line + "\n")
    try:
        done = lint_imports(copy)
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in " ".join(done.stdout.split()), done.stdout
