"""What cannot be stored, or is too large, is refused with its reason, on either database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from loopwright.accounts.model import Role
from loopwright.infra.home import Home
from support.server import RunningServer, add_project, running_server

Json = dict[str, Any]
P = "/api/projects/support"
EXPORT = Path(__file__).parent / "exports" / "label_studio.json"
ITEM: Json = {
    "prompt": {"messages": [{"role": "user", "content": "Where is my parcel?"}]},
    "completions": [{"text": "On its way."}, {"text": "No idea."}],
}


@pytest.fixture
def owner(server: RunningServer) -> Iterator[httpx.Client]:
    with server.owner() as client:
        yield client


def test_text_that_postgresql_cannot_store_is_refused_everywhere(
    server: RunningServer, owner: httpx.Client
) -> None:
    _, ann = server.add_person("Ann", role=Role.ANNOTATOR)
    assert owner.post(f"{P}/items", json={"items": [ITEM]}).status_code == 200
    [offer] = ann.post(f"{P}/assignments", json={"count": 1}).json()["assignments"]
    answer: Json = {
        "client_id": "c1",
        "assignment_id": offer["id"],
        "token": offer["token"],
        "answer": {"choice": "left", "reason": None},
    }
    for wrong in (
        {"client_id": "c\0"},
        {"note": "odd\0"},
        {"signals": {"first_choice": "left\0"}},
        {"answer": {"choice": "left", "reason": "odd\0"}},
    ):
        assert ann.post(f"{P}/judgments", json={**answer, **wrong}).status_code == 422, wrong
    for item in ({**ITEM, "key": "k\0"}, {**ITEM, "completions": [{"text": "\0"}, {"text": "b"}]}):
        assert owner.post(f"{P}/items", json={"items": [item]}).status_code == 422
    assert owner.post(f"{P}/queue/pause", json={"reason": "lunch\0"}).status_code == 422
    assert ann.post(f"{P}/judgments", json=answer).json()["repeated"] is False


@pytest.mark.parametrize(
    "path",
    [
        f"{P}/my/judgments?before={'9' * 20}",
        f"{P}/items?offset={'9' * 20}",
        f"{P}/prompts?offset={'9' * 20}",
        f"{P}/consensus?offset={'9' * 20}",
        f"{P}/images/none%00",
        f"{P}/feedback?source=none%00",
    ],
)
def test_an_id_or_number_that_no_database_knows_is_no_failure(
    owner: httpx.Client, path: str
) -> None:
    answer = owner.get(path)
    assert answer.status_code < 500, answer.text


def test_exports_of_other_tools_may_be_as_large_as_any_import(home: Home) -> None:
    object.__setattr__(home.settings, "max_request_bytes", 1000)
    object.__setattr__(home.settings, "max_upload_bytes", 10_000)
    add_project(home)
    with running_server(home) as server, server.owner() as owner:

        def send(content: bytes) -> httpx.Response:
            return owner.post(
                f"{P}/imports/tool",
                data={"tool": "label-studio"},
                files={"files": (EXPORT.name, content)},
            )

        assert send(EXPORT.read_bytes()).status_code == 200
        assert send(b"x" * 20_000).status_code == 413
        body = (b"x" * 1000 for _ in range(30))
        headers = {"content-type": "multipart/form-data; boundary=b"}
        with server.client() as nobody:
            refused = nobody.post(f"{P}/imports", content=body, headers=headers)
        assert refused.status_code in (400, 413), "strangers cannot fill the disk either"
