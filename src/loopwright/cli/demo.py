"""`loopwright demo`: the whole loop on a simulated project, through the server, in minutes."""

import socket
import tempfile
import time
from pathlib import Path

import orjson
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from loopwright.base.errors import Conflict, Unavailable
from loopwright.base.types import Json
from loopwright.cli.demo_report import cycle_round, full_report, print_report
from loopwright.cli.memory import PeakMemory
from loopwright.cli.options import settings_for
from loopwright.cli.output import console, errors
from loopwright.cli.session import server_process
from loopwright.client import Client
from loopwright.infra.settings import Settings
from loopwright.simulate.crowd import Crowd
from loopwright.simulate.support import PROJECT, WorldSize, fill_project
from loopwright.simulate.traffic import Traffic

_BUSY_RATE = 20.0
_QUIET_RATE = 1.0
_OVER = {"finished", "failed", "cancelled", "held"}


def run_demo(
    home: Path | None, *, seed: int, rounds: int, leave: bool, json_file: Path | None
) -> None:
    """Run `rounds` of the loop, report what was decided, leave the site running unless `leave`."""
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
    settings = free_settings(home or Path(tempfile.mkdtemp(prefix="loopwright-demo-")))
    console.print(f"Simulated project {PROJECT}, seed {seed}, home {settings.home}")
    with PeakMemory() as memory, server_process(settings) as client:
        if any(project["id"] == PROJECT for project in client.projects()):
            raise Conflict(
                f"{settings.home} already holds the demo project.",
                remedy="Choose an empty folder with --home, or leave --home out.",
            )
        report = _run_rounds(client, settings, seed=seed, rounds=rounds, memory=memory)
        print_report(report)
        if json_file is not None:
            json_file.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
            console.print(f"Report written to {json_file}")
        if not leave:
            _stay(client)


def free_settings(home: Path) -> Settings:
    """Return settings of that home, with other ports than the usual where those are taken."""
    chosen = settings_for(home)
    ports = {
        name: getattr(chosen, name) if _is_free(getattr(chosen, name)) else _free_port()
        for name in ("port", "gateway_port", "model_port")
    }
    return chosen.model_copy(update=ports)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_rounds(
    client: Client, settings: Settings, *, seed: int, rounds: int, memory: PeakMemory
) -> Json:
    with errors.status("Filling the project with simulated prompts and demonstrations"):
        kept_back = fill_project(client, seed=seed, size=WorldSize())
    gateway = f"http://{settings.host}:{settings.gateway_port}"
    crowd = Crowd(client, settings.base_url, PROJECT, seed=seed)
    pace = _Pace(client)
    done: list[Json] = []
    traffic = Traffic(gateway, PROJECT, kept_back, seed=seed, wanted=pace.rate)
    with crowd, traffic:
        for number in range(1, rounds + 1):
            cycle = _follow(client, client.start_cycle(PROJECT), number, crowd)
            if cycle["state"] == "failed":
                raise Unavailable(
                    f"Round {number} failed: {cycle.get('error')}.",
                    remedy=f"Read {settings.home}/server.log, then run `loopwright cycle resume`.",
                )
            done.append(cycle_round(client, PROJECT, cycle, number=number, seed=seed))
        loop = client.loop(PROJECT)
    return full_report(done, loop=loop, seed=seed, peak_memory_bytes=memory.peak_bytes)


class _Pace:
    """Few requests while models train; many while a release is waiting for them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def rate(self) -> float:
        releases = self._client.get(f"/api/projects/{PROJECT}/releases")
        if any(one["state"] in ("shadow", "canary", "ramp") for one in releases["releases"]):
            return _BUSY_RATE
        return _QUIET_RATE if releases["routing"] else 0.0


def _follow(client: Client, cycle_id: str, number: int, crowd: Crowd) -> Json:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(f"Round {number}", total=None)
        told: set[str] = set()
        while True:
            cycle = client.cycle(PROJECT, cycle_id)
            for step in cycle["steps"]:
                if step.get("seconds") is not None and step["name"] not in told:
                    told.add(step["name"])
                    errors.print(f"  round {number}  {step['name']:<28} {step['seconds']:6.1f} s")
            doing = cycle.get("step") or cycle["state"]
            progress.update(
                task, description=f"Round {number}: {doing} ({crowd.judged} simulated judgments)"
            )
            if cycle["state"] in _OVER:
                return cycle
            time.sleep(0.5)


def _stay(client: Client) -> None:
    link = client.post("/api/signin-links")["link"]
    console.print("The site is running. Sign in once with this link; Ctrl+C ends it:")
    console.print(f"  {link}", soft_wrap=True, highlight=False)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("Ending.")
