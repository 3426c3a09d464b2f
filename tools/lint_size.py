"""Fails when a module, a function or a UI file has grown past what one reads in one go.

Files and import cycles are what rot in comparable code bases, not the median function. The limits
are in docs/decisions and CONTRIBUTING.md; an exception lives in tools/size_exceptions.toml with
its reason, and is refused once the file is within its limit again.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 50
UI_LINES = 250
UI_SUFFIXES = {".ts", ".tsx", ".css"}
GENERATED = {"frontend/src/api/schema.d.ts"}
GENERATED_FOLDERS = ("src/loopwright/migrations/versions/",)


@dataclass(frozen=True)
class Finding:
    """One place that is longer than it may be; `place` is `path` or `path::function`."""

    place: str
    lines: int
    limit: int


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if text else 0
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def findings(root: Path, files: list[str]) -> list[Finding]:
    """Return everything below `root` among `files` that is past its limit."""
    found: list[Finding] = []
    for name in files:
        path = root / name
        if not path.is_file() or name in GENERATED or name.startswith(GENERATED_FOLDERS):
            continue
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            found.append(Finding(name, len(text.splitlines()), MODULE_LINES))
            found += [
                Finding(f"{name}::{function}", lines, FUNCTION_LINES)
                for function, lines in _functions(ast.parse(text))
            ]
        elif path.suffix in UI_SUFFIXES and name.startswith("frontend/"):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            found.append(Finding(name, lines, UI_LINES))
    return [finding for finding in found if finding.lines > finding.limit]


def problems(found: list[Finding], exceptions: dict[str, str]) -> list[str]:
    """Return what to tell: unexcused findings, exceptions without a reason or without a use."""
    told = [
        f"{f.place}: {f.lines} lines, at most {f.limit}. Split it by what it does."
        for f in found
        if f.place not in exceptions
    ]
    long = {finding.place for finding in found}
    told += [f"size_exceptions.toml: {p} no longer needs it." for p in exceptions if p not in long]
    told += [f"size_exceptions.toml: {p} states no reason." for p, r in exceptions.items() if not r]
    return told


def tracked(root: Path) -> list[str]:
    """Return the files that git knows or would add."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted(set(listing.stdout.decode().split("\0")) - {""})


def main(root: Path) -> int:
    """Print every problem; returns the exit status."""
    listing = root / "tools/size_exceptions.toml"
    exceptions = tomllib.loads(listing.read_text()) if listing.is_file() else {}
    told = problems(findings(root, tracked(root)), exceptions)
    print("\n".join(told) if told else "Sizes: every file and function is within its limit.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent))
