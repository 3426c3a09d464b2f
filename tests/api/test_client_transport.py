"""The client against servers that answer wrongly, late, or not at all."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loopwright.client import ApiError, Client

ASSIGNMENT = {"id": "asg_1", "token": 7}


class TinyServer:
    """Answers each connection with the next of some prepared bytes; None cuts it unanswered."""

    def __init__(self, listener: socket.socket, answers: list[bytes | None]) -> None:
        self.requests: list[bytes] = []
        self._listener, self._answers = listener, answers
        self.thread = threading.Thread(target=self._run)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _run(self) -> None:
        for answer in self._answers:
            connection, _ = self._listener.accept()
            with connection:
                self.requests.append(_read_request(connection))
                if answer is not None:
                    connection.sendall(answer)

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(request.split(b"\r\n\r\n", 1)[1]) for request in self.requests]


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    wanted = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            wanted = int(line.split(b":")[1])
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def tiny_server(*answers: bytes | None) -> Iterator[TinyServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = TinyServer(listener, list(answers))
        server.thread.start()
        yield server
        server.thread.join(20)
        assert not server.thread.is_alive(), "fewer connections than answers"


def http(status: int, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body


def unused_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def error_of(ask: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as failure:
        ask()
    return failure.value


def test_a_judgment_is_repeated_with_the_same_id_after_a_cut_connection() -> None:
    stored = http(200, b'{"judgment_id": "jdg_1", "repeated": true, "next": []}')
    with tiny_server(None, None, stored) as server, Client(server.url, "lw_k") as client:
        answer = client.submit("support", ASSIGNMENT, {"choice": "left"})
    assert answer["judgment_id"] == "jdg_1"
    first, *others = server.bodies()
    assert others == [first, first], "the same judgment, not two more"
    assert len(str(first["client_id"])) == 36
    assert b"authorization: bearer lw_k" in server.requests[0].lower()


def test_an_answer_cut_in_the_middle_is_repeated_too() -> None:
    whole = http(200, b'{"judgment_id": "jdg_1"}')
    with tiny_server(whole[:-9], whole) as server, Client(server.url, "lw_k") as client:
        assert client.submit("p", ASSIGNMENT, {})["judgment_id"] == "jdg_1"
    assert len({body["client_id"] for body in map(dict, server.bodies())}) == 1


def test_two_judgments_have_two_ids() -> None:
    stored = http(200, b"{}")
    with tiny_server(stored, stored) as server, Client(server.url, "lw_k") as client:
        client.submit("p", ASSIGNMENT, {})
        client.submit("p", ASSIGNMENT, {})
    first, second = server.bodies()
    assert first["client_id"] != second["client_id"]


def test_what_is_not_safe_to_repeat_is_not_repeated() -> None:
    with tiny_server(None) as server, Client(server.url, "lw_k") as client:
        failure = error_of(lambda: client.add_person("p", "Ada", role="viewer"))
    assert (failure.status, failure.code) == (0, "unreachable")
    assert len(server.requests) == 1


def test_reading_is_repeated() -> None:
    with tiny_server(None, http(200, b'{"projects": []}')) as server:
        with Client(server.url, "lw_k") as client:
            assert client.projects() == []


def test_an_error_answer_is_typed_and_not_repeated() -> None:
    body = {"code": "stale", "message": "Too late.", "remedy": "Go on.", "detail": {"kept": True}}
    with tiny_server(http(409, json.dumps({"error": body}).encode())) as server:
        with Client(server.url, "lw_k") as client:
            failure = error_of(lambda: client.submit("p", ASSIGNMENT, {}))
    assert (failure.status, failure.code) == (409, "stale")
    assert (failure.remedy, failure.detail) == ("Go on.", {"kept": True})
    assert str(failure) == "Too late. Go on."


@pytest.mark.parametrize(
    "answer",
    [
        http(404, b'{"detail": "Not Found"}'),
        http(500, b'{"error": "text"}'),
        http(500, b'{"error": {}}'),
        http(500, b"[]"),
        http(403, b""),
        http(200, b"<html>some other site</html>", "text/html"),
    ],
)
def test_an_answer_that_is_not_ours_says_so(answer: bytes) -> None:
    with tiny_server(answer) as server, Client(server.url, "lw_k") as client:
        failure = error_of(lambda: client.project("p"))
    assert "127.0.0.1" in failure.message
    assert "Check" in failure.remedy


def test_an_unreachable_server_is_named_with_the_remedy() -> None:
    url = unused_url()
    with Client(url, "lw_k") as client:
        failure = error_of(client.projects)
        assert not client.is_up()
    assert (failure.status, failure.code) == (0, "unreachable")
    assert url in failure.message
    assert "loopwright up" in failure.remedy
    assert "lw_k" not in str(failure)


def test_a_proxy_of_the_environment_does_not_see_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, unused_url())
    with tiny_server(http(200, b'{"projects": []}')) as server:
        with Client(server.url, "lw_k") as client:
            assert client.projects() == []


def test_a_download_that_is_cut_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    whole = http(200, b"x" * 1000, "text/plain")
    with tiny_server(whole[:-10]) as server, Client(server.url, "lw_k") as client:
        assert error_of(lambda: client.download("/x", target)).code == "unreachable"
    assert not target.exists()
    with tiny_server(whole) as server, Client(server.url, "lw_k") as client:
        client.download("/x", target)
    assert target.read_bytes() == b"x" * 1000
