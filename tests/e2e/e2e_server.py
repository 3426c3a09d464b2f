"""A real server for the browser: installed from the wheel, with a home and ports of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loopwright.base.types import Json
from support.ports import free_port

REPOSITORY = Path(__file__).parents[2]
EDITABLE = "LOOPWRIGHT_E2E_EDITABLE"
START_SECONDS = 120.0
_LINK = re.compile(r"http://\S+/signin\?token=\S+")


@dataclass(frozen=True)
class Server:
    """A running server; `link` works once."""

    url: str
    link: str
    home: Path

    def post(self, path: str, body: Json) -> Json:
        """Post JSON as the owner's command line does; returns the answer."""
        key = (self.home / "cli-token").read_text().strip()
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: Json = json.load(answer)
        return found


def installed_command(folder: Path) -> list[str]:
    """Build the wheel, install it alone in a fresh environment, return its command.

    The dependencies are those of this environment, found by a .pth file behind the wheel's own
    packages: nothing is downloaded, and the code under test is the wheel's.
    """
    if os.environ.get(EDITABLE) == "1":
        return [sys.executable, "-m", "loopwright.cli.main"]
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*build, "-w", str(folder), str(REPOSITORY)], check=True)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("loopwright-*.whl")
    packages = next((folder / "venv" / "lib").glob("python3*")) / "site-packages"
    shutil.unpack_archive(wheel, packages, format="zip")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(here) + "\n")
    return [str(python), "-m", "loopwright.cli.main"]


@contextmanager
def running(command: list[str], home: Path) -> Iterator[Server]:
    """Serve a fresh home until the block ends."""
    home.mkdir(parents=True)
    with serving(command, home, free_ports(3)) as server:
        yield server


@contextmanager
def serving(command: list[str], home: Path, ports: list[int]) -> Iterator[Server]:
    """Serve a home that is there, at these ports, until the block ends; again after it as well."""
    port, gateway, model = ports
    environment = {**os.environ, "LOOPWRIGHT_HOME": str(home), "COLUMNS": "300"}
    environment.pop("PYTHONPATH", None)
    if os.environ.get(EDITABLE) == "1":
        environment["PYTHONPATH"] = str(REPOSITORY / "src")
    output = home.parent / f"{home.name}.log"
    options = ["--port", str(port), "--gateway-port", str(gateway), "--model-port", str(model)]
    with output.open("w") as stream:
        process = subprocess.Popen(
            [*command, "up", *options],
            env=environment,
            cwd=home,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", _link(process, output), home)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _link(process: subprocess.Popen[bytes], output: Path) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        found = _LINK.search(output.read_text())
        if found:
            return found.group()
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"The server did not come up:\n{output.read_text()}")


def free_ports(count: int) -> list[int]:
    return [free_port() for _ in range(count)]
