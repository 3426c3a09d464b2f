"""What the gateway adds to a request: asked directly and through it, alternating, side by side.

The back end, the gateway (capture and metrics on) and the load generator are three processes on
one machine, so the figures include their competition for its cores.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import aiohttp
import psutil
from aiohttp import web

from loopwright.base.types import Json
from loopwright.release.routing import RoutingSnapshot, Target, write_snapshot

MESSAGES = [{"role": "user", "content": "Where is my parcel? It was due on Monday."}]
ANSWER = "It left our depot this morning and should reach you before noon tomorrow."


@dataclass(frozen=True)
class _Run:
    latencies: list[float]
    seconds: float


def measure(*, requests: int = 400, concurrency: int = 1, backend_ms: float = 0.0) -> Json:
    """Return medians and 99th percentiles in milliseconds, directly and through the gateway."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _processes(Path(folder), backend_ms) as (
            direct,
            gateway,
            child,
        ),
    ):
        before = child.cpu_times()
        runs = asyncio.run(_alternate(direct, gateway, requests=requests, concurrency=concurrency))
        after = child.cpu_times()
        cpu = (after.user + after.system - before.user - before.system) / requests
        rss = child.memory_info().rss
    plain, through = runs
    return {
        "requests": requests,
        "concurrency": concurrency,
        "backend_ms": backend_ms,
        "direct": _figures(plain),
        "gateway": _figures(through),
        "added_p50_ms": median(through.latencies) - median(plain.latencies),
        "added_p99_ms": _p99(through.latencies) - _p99(plain.latencies),
        "gateway_cpu_ms_per_request": cpu * 1000,
        "gateway_rss_mb": rss / 1024**2,
    }


def report() -> Json:
    """Return the figures of three loads, flat, for `loopwright bench gateway`."""
    loads = {
        "one at a time": measure(requests=1600, concurrency=1),
        "16 at once, 20 ms back end": measure(requests=1600, concurrency=16, backend_ms=20.0),
        "32 at once": measure(requests=3200, concurrency=32),
    }
    figures: Json = {}
    for name, found in loads.items():
        for key in ("added_p50_ms", "added_p99_ms", "gateway_cpu_ms_per_request"):
            figures[f"{name}: {key}"] = round(found[key], 3)
        for side in ("direct", "gateway"):
            rate = found[side]["requests_per_second"]
            figures[f"{name}: {side} requests per second"] = round(rate)
    return {"figures": figures, "loads": loads}


async def _alternate(
    direct: str, gateway: str, *, requests: int, concurrency: int
) -> tuple[_Run, _Run]:
    found: dict[str, list[_Run]] = {direct: [], gateway: []}
    async with aiohttp.ClientSession() as session:
        for address in (direct, gateway):
            await _load(session, address, requests=20, concurrency=concurrency)
        for _ in range(4):
            for address in (direct, gateway):
                found[address].append(
                    await _load(session, address, requests=requests // 4, concurrency=concurrency)
                )
    return _joined(found[direct]), _joined(found[gateway])


async def _load(
    session: aiohttp.ClientSession, address: str, *, requests: int, concurrency: int
) -> _Run:
    latencies: list[float] = []
    body = {"model": "bench", "messages": MESSAGES}

    async def worker(number: int) -> None:
        for turn in range(requests // concurrency):
            headers = {"X-Loopwright-Subject": f"subject-{number}-{turn}"}
            started = time.perf_counter()
            async with session.post(address, json=body, headers=headers) as response:
                await response.read()
                response.raise_for_status()
            latencies.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(worker(number) for number in range(concurrency)))
    return _Run(latencies, time.perf_counter() - started)


@contextmanager
def _processes(home: Path, backend_ms: float) -> Iterator[tuple[str, str, psutil.Process]]:
    stub_port, port = _free_port(), _free_port()
    target = Target("pol_bench", f"http://127.0.0.1:{stub_port}/v1", "stub")
    snapshot = RoutingSnapshot("bench", 1, "salt", target, None, False, time.time())
    write_snapshot(home / "routing", snapshot)
    stub = _start("loopwright.serving.bench", str(stub_port), str(backend_ms))
    gateway = _start("loopwright.serving.gateway", "--home", str(home), "--port", str(port))
    try:
        _wait_for(stub_port)
        _wait_for(port)
        path = "/v1/chat/completions"
        yield (
            f"http://127.0.0.1:{stub_port}{path}",
            f"http://127.0.0.1:{port}{path}",
            psutil.Process(gateway.pid),
        )
    finally:
        for child in (gateway, stub):
            child.terminate()
            child.wait()


def _figures(run: _Run) -> Json:
    return {
        "p50_ms": median(run.latencies),
        "p99_ms": _p99(run.latencies),
        "requests_per_second": len(run.latencies) / run.seconds,
    }


def _joined(runs: list[_Run]) -> _Run:
    return _Run([one for run in runs for one in run.latencies], sum(run.seconds for run in runs))


def _p99(latencies: list[float]) -> float:
    return quantiles(latencies, n=100)[-1]


def _start(module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=dict(os.environ))


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def _serve_stub(port: int, delay_ms: float) -> None:
    message = {"role": "assistant", "content": ANSWER}
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    async def chat(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(delay_ms / 1000)
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    _serve_stub(int(sys.argv[1]), float(sys.argv[2]))
