"""Two stub back ends and one gateway, each a process of its own, around one home."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from loopwright.release.routing import Candidate, RoutingSnapshot, Target, write_snapshot
from loopwright.serving.capture import finished_segments, read_segment
from support.ports import free_port

STUB = Path(__file__).with_name("stub_backend.py")


def wait_until(condition: Callable[[], Any], *, what: str, seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            found = condition()
            if found:
                return found
        time.sleep(0.03)
    raise AssertionError(f"never happened: {what}")


class Process:
    """A started child that ends with the test."""

    def __init__(self, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.child = subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **(env or {})}
        )

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=20)


class World:
    """Two back ends, one gateway, one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = {"old": free_port(), "new": free_port()}
        self.stubs = {name: self.start_stub(name) for name in self.ports}
        self.port = free_port()
        self.version = 0
        self.gateway: Process | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        wait_until(lambda: all(self.seen(name) == [] for name in self.ports), what="stubs answer")

    def start_stub(self, name: str) -> Process:
        return Process(str(STUB), str(self.ports[name]), name)

    def target(self, name: str, **more: Any) -> Target:
        return Target(f"pol_{name}", f"http://127.0.0.1:{self.ports[name]}/v1", name, **more)

    def route(
        self, share: float | None, *, shadow: bool = False, lease: float = 600.0, **more: Any
    ) -> RoutingSnapshot:
        self.version += 1
        candidate = None
        if share is not None:
            candidate = Candidate(
                self.target("new", **more), "rel_1", share, time.time() + lease, 0.05
            )
        snapshot = RoutingSnapshot(
            "demo", self.version, "salt", self.target("old"), candidate, shadow, time.time()
        )
        write_snapshot(self.home / "routing", snapshot)
        if self.gateway is not None:
            self.wait_version(self.version)
        return snapshot

    def start(self, **env: str) -> None:
        settings = {f"LOOPWRIGHT_GATEWAY_{key.upper()}": value for key, value in env.items()}
        self.gateway = Process(
            "-m",
            "loopwright.serving.gateway",
            *("--home", str(self.home), "--port", str(self.port)),
            env={"LOOPWRIGHT_GATEWAY_SEGMENT_SECONDS": "0.2", **settings},
        )
        wait_until(lambda: self.http.get("/health").status_code == 200, what="gateway answers")

    def wait_version(self, version: int) -> None:
        wait_until(lambda: self.health()["version"] == version, what=f"routing {version}")

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/health").json()["projects"].get("demo", {})
        return found or {"version": 0}

    def control(self, name: str, **how: Any) -> None:
        httpx.post(f"http://127.0.0.1:{self.ports[name]}/control", json=how).raise_for_status()

    def seen(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"http://127.0.0.1:{self.ports[name]}/seen").json()
        return found

    def ask(self, subject: str | None = None, text: str = "hi", **more: Any) -> httpx.Response:
        headers = {} if subject is None else {"X-Loopwright-Subject": subject}
        body = {"model": "demo", "messages": [{"role": "user", "content": text}], **more}
        return self.http.post("/v1/chat/completions", json=body, headers=headers)

    def captured(self) -> list[dict[str, Any]]:
        return [
            record
            for path in finished_segments(self.home / "spool")
            for record in read_segment(path)[0]
        ]

    def wait_captured(self, number: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.captured()) >= number, what=f"{number} captured")
        return self.captured()

    def close(self) -> None:
        self.http.close()
        for process in (self.gateway, *self.stubs.values()):
            if process is not None and process.child.poll() is None:
                process.stop()
