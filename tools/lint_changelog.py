"""Fails when CHANGELOG.md has no Unreleased part with entries, or a part of an unknown kind."""

import sys
from pathlib import Path

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def problems(text: str) -> list[str]:
    """Return what is wrong with a changelog's text."""
    told = []
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    if not starts or lines[starts[0]] != "## Unreleased":
        return ["CHANGELOG.md: the first part must be '## Unreleased'."]
    end = starts[1] if len(starts) > 1 else len(lines)
    if not any(line.startswith("- ") for line in lines[starts[0] : end]):
        told.append("CHANGELOG.md: Unreleased lists no change.")
    for number, line in enumerate(lines, start=1):
        if line.startswith("### ") and line.removeprefix("### ") not in KINDS:
            told.append(f"CHANGELOG.md:{number}: use one of {', '.join(sorted(KINDS))}.")
    return told


def main(root: Path) -> int:
    """Print every problem; returns the exit status."""
    told = problems((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    print("\n".join(told) if told else "Changelog: in form.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent))
