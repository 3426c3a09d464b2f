"""A real HTTP receiver on loopback that answers as it is told, and keeps what it got."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with `status`; other behaviours by path: /slow-head, /slow-body, /redirect, /cut."""

    url: str = ""
    status: int = 200
    location: str = "http://169.254.169.254/latest/meta-data/"
    got: list[Got] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> list[str]:
        """Return the message ids in the order in which they came."""
        return [one.headers["webhook-id"] for one in self.got]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(self.path, headers, body))
            try:
                self._answer()
            except OSError:
                return  # the sender gave up

        def _answer(self) -> None:
            if self.path == "/slow-head":
                receiver.released.wait(30)
                return
            if self.path == "/cut":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if self.path == "/garbage":
                self.wfile.write(b"\x00\x01 nothing like HTTP\r\n\r\n")
                return
            redirect = self.path == "/redirect"
            self.send_response(302 if redirect else receiver.status)
            if redirect:
                self.send_header("Location", receiver.location)
            slow = self.path == "/slow-body"
            self.send_header("Content-Length", "1000000000" if slow else "0")
            self.end_headers()
            while slow and not receiver.released.is_set():
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Keep quiet."""

    return Handler


@contextmanager
def receiving(status: int = 200) -> Iterator[Receiver]:
    """Listen until the block ends."""
    receiver = Receiver(status=status)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
