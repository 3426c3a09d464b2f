"""What was built: the label page stays small, and the pages' types are the server's."""

import subprocess
import sys
from pathlib import Path

from e2e_server import REPOSITORY

from loopwright.cli.bench.label_page import first_load_bytes

STATIC = REPOSITORY / "src/loopwright/static"
FRONTEND = REPOSITORY / "frontend"
BUDGET_BYTES = 230_000


def test_first_script_of_the_label_page_is_within_budget() -> None:
    """Everything that the browser loads before the label page shows, compressed."""
    assert first_load_bytes(STATIC) <= BUDGET_BYTES


def test_committed_types_are_those_of_the_server(tmp_path: Path) -> None:
    """`python frontend/openapi_types.py` was run after the last change of a wire shape."""
    script = FRONTEND / "openapi_types.py"
    target = tmp_path / "schema.d.ts"
    subprocess.run([sys.executable, str(script), str(target)], check=True, cwd=REPOSITORY)
    assert target.read_text() == (FRONTEND / "src/api/schema.d.ts").read_text()
