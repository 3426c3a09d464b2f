"""Pages, the live stream and errors: nothing outside the pages' folder, one form of error."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loopwright.web import site
from support.server import RunningServer


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("the shell")
    (static / "assets" / "a.js").write_text("the script")
    (tmp_path / "secret.txt").write_text("hunter2")
    (static / "link.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(site, "STATIC", static)


@pytest.fixture
def nobody(server: RunningServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.mark.usefixtures("pages")
def test_only_pages_are_served(nobody: httpx.Client) -> None:
    for path in (
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//etc/passwd",
        "/link.txt",
        "/%00",
        "/" + "x" * 5000,
        "/assets/%2e%2e/%2e%2e/secret.txt",
    ):
        answer = nobody.get(path)
        assert answer.status_code in (200, 404), path
        assert "hunter2" not in answer.text
        assert "root:" not in answer.text
    assert nobody.get("/assets/a.js").headers["cache-control"].endswith("immutable")
    assert nobody.get("/projects/support").text == "the shell"
    assert nobody.get("/").headers["cache-control"] == "no-cache"


def test_every_error_has_one_form_and_the_safety_headers(nobody: httpx.Client) -> None:
    for method, path, status in (
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 405),
        ("GET", "/assets/nothing.js", 404),
        ("POST", "/api/signin", 422),
    ):
        answer = nobody.request(method, path)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "remedy", "detail"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_routes_are_listed_without_scripts(nobody: httpx.Client) -> None:
    answer = nobody.get("/docs")
    assert "/api/projects/{project_id}" in answer.text
    assert "<script" not in answer.text


def test_a_body_over_the_limit_is_refused(server: RunningServer, nobody: httpx.Client) -> None:
    limit = server.home.settings.max_request_bytes
    blocks = (b"x" * 2**20 for _ in range(limit // 2**20 + 2))
    assert nobody.post("/api/signin", content=blocks).status_code in (400, 413)
    address = httpx.URL(server.url)
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.putrequest("POST", "/api/signin")
    connection.putheader("Content-Length", str(limit + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413, "refused before it is sent"
    connection.close()


@pytest.mark.parametrize("last", [None, "0", "²", "-1", "9" * 5000, "9" * 18, "x"])
def test_a_live_stream_begins_whatever_was_last_seen(
    server: RunningServer, last: str | None
) -> None:
    headers = {} if last is None else {"Last-Event-ID": last.encode()}
    with server.owner() as owner:
        path = "/api/projects/support/events"
        with owner.stream("GET", path, headers=headers) as answer:  # type: ignore[arg-type]
            assert answer.status_code == 200
            lines = answer.iter_lines()
            assert next(lines) == ": connected"
            if last == "0":
                assert any(line.startswith("data:") for line in lines)
