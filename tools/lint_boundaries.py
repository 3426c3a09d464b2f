"""Fails when a tracked file names something of the machine or the way it was written on.

A path of one machine, the host of a package registry or a word about the authoring tools has no
meaning for a reader elsewhere. The patterns are put together from parts, so that this file does
not find itself.
"""

import re
import sys
from pathlib import Path

from lint_size import tracked

_SLASH = "/"
_REASON_PATH = "a path of one machine; take it from a setting or from the repository's root"
_REASON_HOST = "the host of a package registry; the client's own configuration decides"
_REASON_WORD = "a word about how the code was written; say what the code does"

PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (rf"(?<![\w.]){_SLASH}(?:work|root){_SLASH}", _REASON_PATH),
        (rf"{_SLASH}opt{_SLASH}(?:wheels|pypi)", _REASON_PATH),
        (rf"(?<![\w.]){_SLASH}home{_SLASH}(?!page)\w+{_SLASH}", _REASON_PATH),
        (r"\bpy" + r"pi\.(?:org|python)", _REASON_HOST),
        (r"python" + r"hosted\.org", _REASON_HOST),
        (r"registry\.(?:npm" + r"js|yarnpkg)", _REASON_HOST),
        (r"deb\.debian" + r"\.org", _REASON_HOST),
        (r"download\.pytorch" + r"\.org", _REASON_HOST),
        (r"\bclau" + r"de\b", _REASON_WORD),
        (r"\bchat" + r"gpt\b", _REASON_WORD),
        (r"\bsub-?" + r"agents?\b", _REASON_WORD),
        (r"co-authored" + r"-by", _REASON_WORD),
        (r"\bcoding" + r" (?:agent|assistant)s?\b", _REASON_WORD),
        (r"\bas an ai" + r" (?:language )?model\b(?!.*canned)", _REASON_WORD),
    )
)


def problems(root: Path, files: list[str]) -> list[str]:
    """Return one line for each place, naming file, line, text and reason."""
    told = []
    for name in files:
        path = root / name
        if not path.is_file() or path.is_symlink():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and the like hold no words
        for number, line in enumerate(text.splitlines(), start=1):
            for pattern, reason in PATTERNS:
                if match := pattern.search(line):
                    told.append(f"{name}:{number}: {match.group()!r} is {reason}.")
    return told


def main(root: Path) -> int:
    """Print every problem; returns the exit status."""
    told = problems(root, tracked(root))
    print("\n".join(told) if told else "Boundaries: no file names the machine it was written on.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent))
