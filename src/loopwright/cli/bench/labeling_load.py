"""A cheap crowd: annotators without think time on plain sockets, in a process of their own.

Started as `python -m loopwright.cli.bench.labeling_load`, with an order as JSON on standard input
and the figures as JSON on standard output. Each annotator holds one connection and one item, sends
a judgment that asks for the next item, and waits for the answer. A request whose connection breaks
is sent again with the same client id, as the pages do.
"""

import random
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from loopwright.base.types import Json

_RETRY_SECONDS = 0.05
_CHOICES = ("left", "right", "tie", "both_bad")


@dataclass
class Order:
    """What the crowd is to do."""

    host: str
    port: int
    project: str
    keys: list[str]
    seconds: float
    seed: int = 1
    most: int = 10**9
    """Judgments after which everybody stops."""
    warmup: float = 0.0
    """Seconds at the start that are not counted."""
    acknowledged: bool = False
    """Whether to tell the ids of all acknowledged judgments."""


@dataclass
class Tally:
    """What the crowd saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    broken: int = 0


class Annotator:
    """One connection, one item at a time."""

    def __init__(self, order: Order, tally: Tally, number: int) -> None:
        self._order, self._tally = order, tally
        self._dice = random.Random(order.seed * 1000 + number)  # noqa: S311 - reproducible
        self._number, self._sent = number, 0
        self._head = (
            f"Host: {order.host}:{order.port}\r\nAuthorization: Bearer {order.keys[number]}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._base = f"POST /api/projects/{order.project}/"
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._began = 0.0
        self._client_id = ""
        self.failed = False
        """Whether the last answer was that the server cannot do it now: wait a moment."""
        self._request = self._ask()

    def _wire(self, path: str, body: Json) -> bytes:
        text = orjson.dumps(body)
        head = f"{self._base}{path} HTTP/1.1\r\n{self._head}{len(text)}\r\n\r\n"
        return head.encode() + text

    def _ask(self) -> bytes:
        self._client_id = ""
        return self._wire("assignments", {"count": 1})

    def _judge(self, offer: Json) -> bytes:
        self._sent += 1
        self._client_id = f"c{self._order.seed}-{self._number}-{self._sent}-{offer['id']}"
        answer = {"choice": self._dice.choice(_CHOICES), "reason": None}
        return self._wire(
            "judgments",
            {
                "client_id": self._client_id, "assignment_id": offer["id"],
                "token": offer["token"], "answer": answer, "active_ms": 4200, "revisions": 0,
                "count": 1, "held": [],
            },
        )  # fmt: skip

    def send(self, selector: selectors.BaseSelector) -> bool:
        """Send the request in hand; return False when the server cannot be reached."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection((self._order.host, self._order.port), 5)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(self._socket, selectors.EVENT_READ, self)
            self._began = time.perf_counter()
            self._socket.sendall(self._request)
        except OSError:
            self.hang_up(selector)
            return False
        return True

    def hang_up(self, selector: selectors.BaseSelector) -> None:
        """Close the connection; the request in hand stays."""
        if self._socket is not None:
            selector.unregister(self._socket)
            self._socket.close()
            self._socket, self._buffer = None, b""
            self._tally.broken += 1

    def receive(self) -> bool | None:
        """Read what arrived: True when a whole answer is there, None when the connection ended."""
        if self._socket is None:
            return None
        try:
            part = self._socket.recv(65536)
        except OSError:
            return None
        if not part:
            return None
        self._buffer += part
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return False
        self._buffer = b""
        self._answered(int(head[9:12]), orjson.loads(rest))
        return True

    def _answered(self, status: int, body: Json) -> None:
        tally = self._tally
        self.failed = status >= 500
        if status == 200 and self._client_id:
            tally.seconds.append(time.perf_counter() - self._began)
            tally.statuses["200"] += 1
            if self._order.acknowledged:
                tally.acknowledged.append((self._client_id, body["judgment_id"]))
        elif status != 200:
            tally.statuses[body["error"]["code"]] += 1
        if status >= 500 and self._client_id:
            return  # nobody knows whether it is stored: the same again
        offers = body.get("next", body.get("assignments")) or []
        self._request = self._judge(offers[0]) if offers else self._ask()


def run(order: Order, *, tally: Tally | None = None, stop: Callable[[], bool] = bool) -> Json:
    """Label until the time is over, or `stop` says so; return what was answered, and how fast.

    Whoever passes a tally can watch it from another thread. Latencies are in seconds.
    """
    tally = Tally() if tally is None else tally
    crowd = [Annotator(order, tally, number) for number in range(len(order.keys))]
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    counted, end = began + order.warmup, began + order.warmup + order.seconds
    waiting: list[tuple[float, Annotator]] = [(0.0, one) for one in crowd]
    warm = order.warmup == 0.0
    cpu, early = time.process_time(), 0
    while (now := time.perf_counter()) < end and len(tally.seconds) < order.most and not stop():
        if not warm and now >= counted:
            warm, cpu = True, time.process_time()
            early = len(tally.seconds)
            tally.seconds.clear()
            tally.statuses.clear()
        due = [one for at, one in waiting if at <= now]
        waiting = [(at, one) for at, one in waiting if at > now]
        waiting += [(now + _RETRY_SECONDS, one) for one in due if not one.send(selector)]
        for key, _ in selector.select(timeout=min(0.05, end - now)):
            one: Annotator = key.data
            whole = one.receive()
            if whole is None:
                one.hang_up(selector)
            if whole is None and any(other is one for _, other in waiting):
                continue  # told that it failed, and then hung up on: one turn is enough
            if whole is None or (whole and (one.failed or not one.send(selector))):
                waiting.append((now + _RETRY_SECONDS, one))
    took = time.perf_counter() - max(counted, began)
    return {
        "latencies": tally.seconds,
        "all": early + len(tally.seconds),
        "seconds": took,
        "statuses": dict(tally.statuses),
        "broken": tally.broken,
        "cpu_seconds": time.process_time() - cpu,
        "acknowledged": tally.acknowledged,
    }


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(run(Order(**orjson.loads(sys.stdin.buffer.read())))))
