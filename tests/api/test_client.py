"""The client against a real server: judging, filling, errors, and cut connections."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from loopwright.accounts.model import Role
from loopwright.client import ApiError, Client, Conflict, Forbidden, InvalidInput, Unavailable
from loopwright.client.transport import Json
from support.server import PROJECT_YAML, RunningServer

PAIRS: list[Json] = [
    {
        "prompt": {
            "messages": [{"role": "user", "content": f"Where is parcel {number}?"}],
            "key": f"p{number}",
            "segment": "shipping",
        },
        "completions": [
            {"text": f"It is near. {number}", "policy": "hidden-alpha"},
            {"text": f"No idea. {number}", "policy": "hidden-beta"},
        ],
        "key": f"pair-{number}",
    }
    for number in range(3)
]


@pytest.fixture
def owner(server: RunningServer) -> Iterator[Client]:
    key = server.owner().headers["authorization"].removeprefix("Bearer ")
    with Client(server.url, key) as client:
        yield client


@pytest.fixture
def ann(server: RunningServer, owner: Client) -> Iterator[Client]:
    owner.add_items("support", PAIRS)
    person = owner.add_person("support", "Ann", role="annotator")
    with Client(server.url, person["api_key"]) as client:
        yield client


def _counts(answer: Json) -> tuple[int, int]:
    return answer["progress"]["mine"], answer["progress"]["remaining"]


def test_an_annotator_judges_skips_and_undoes(ann: Client) -> None:
    reserved = ann.reserve("support", count=2)
    first, second = reserved["assignments"]
    assert _counts(reserved) == (0, 9)
    assert first["question"]["kind"] == "pairwise"
    assert first["guideline"]["number"] == 1
    assert first["segment"] == "shipping"
    assert {text["side"] for text in first["completions"]} == {"left", "right"}
    assert "hidden" not in repr(reserved)
    done = ann.submit(
        "support", first, {"choice": "left", "reason": None}, count=1, held=[second["id"]]
    )
    assert (done["repeated"], *_counts(done)) == (False, 1, 8)
    assert [one["item_id"] for one in done["next"]] != [second["item_id"]]
    ann.skip("support", second, "broken")
    again = ann.undo("support", done["judgment_id"])["assignment"]
    assert (again["id"], again["item_id"]) == (first["id"], first["item_id"])
    with pytest.raises(Conflict) as stale:
        ann.submit("support", first, {"choice": "left", "reason": None})
    assert stale.value.code == "stale_token"
    assert "draft" in stale.value.remedy
    ann.submit("support", again, {"choice": "tie", "reason": "the same"})


def test_the_same_client_id_counts_once(ann: Client) -> None:
    [offer] = ann.reserve("support")["assignments"]
    answer = {"choice": "right", "reason": None}
    first = ann.submit("support", offer, answer, client_id="c1")
    again = ann.submit("support", offer, answer, client_id="c1")
    assert again["judgment_id"] == first["judgment_id"]
    assert (first["repeated"], again["repeated"]) == (False, True)
    with pytest.raises(Conflict):
        ann.submit("support", offer, {"choice": "tie", "reason": None}, client_id="c1")


def test_errors_are_typed_and_say_what_to_do(server: RunningServer, ann: Client) -> None:
    with pytest.raises(Forbidden, match="annotator"):
        ann.quality("support")
    [offer] = ann.reserve("support")["assignments"]
    with pytest.raises(InvalidInput) as wrong:
        ann.submit("support", offer, {"choice": "best"})
    assert wrong.value.code == "invalid_answer"
    with pytest.raises(InvalidInput):
        ann.reserve("support", count=1000)
    viewer = server.add_person("Vera", role=Role.VIEWER)[1]
    key = viewer.headers["authorization"].removeprefix("Bearer ")
    with Client(server.url, key) as other, pytest.raises(Forbidden):
        other.reserve("support")
    with Client(server.url, "lw_wrong") as nobody, pytest.raises(ApiError) as refused:
        nobody.projects()
    assert refused.value.status == 401


def test_a_project_is_filled_and_looked_at(owner: Client, tmp_path: Path) -> None:
    assert owner.apply(PROJECT_YAML)["created"] is False
    assert owner.project_yaml("support") == PROJECT_YAML
    assert [one["id"] for one in owner.projects()] == ["support"]
    prompt = {"messages": [{"role": "user", "content": "Help"}], "key": "d"}
    rows = [{"prompt": prompt, "completion": "Yes", "key": "d1"}]
    assert owner.add_demonstrations("support", rows)["added"] == 1
    assert owner.add_demonstrations("support", rows)["added"] == 0
    pairs = [{"prompt": prompt, "right": "Yes", "wrong": "No", "key": "k1"}]
    assert owner.add_contrasts("support", pairs, set_name="basics")["added"] == 1
    assert owner.reserve("support")["assignments"] == []
    file = tmp_path / "prompts.jsonl"
    file.write_text('{"id": "1", "text": "Hello"}\n')
    mapping = "kind: prompts\nsource: file\nfields: {prompt_key: id, prompt: text}\n"
    for added in (1, 0):
        assert owner.import_file("support", file, mapping)["counts"]["prompts_added"] == added
    assert len(owner.imports("support")) == 2
    for read in (
        owner.quality,
        owner.consensus,
        owner.datasets,
        owner.runs,
        owner.policies,
        owner.reward_models,
        owner.evaluations,
        owner.releases,
        owner.cycles,
        owner.loop,
        owner.people,
        owner.guidelines,
    ):
        assert read("support") is not None


def test_an_unreachable_server_is_named() -> None:
    with Client("http://127.0.0.1:9", "lw_x", attempts=1) as client:
        assert client.is_up() is False
        with pytest.raises(Unavailable, match="could not be reached"):
            client.projects()


def test_events_are_streamed_and_resumed(owner: Client) -> None:
    stream = owner.events("support", after=0)
    seen = next(stream)
    assert seen["kind"] == "project.created"
    owner.add_items("support", PAIRS)
    while next(stream)["kind"] != "items.opened":
        pass


class CuttingProxy(ThreadingHTTPServer):
    """Passes requests on, and cuts the connection instead of every second answer."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), PassOn)
        self.target = target
        self.answers = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class PassOn(BaseHTTPRequestHandler):
    server: CuttingProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name: self.headers[name] for name in ("authorization", "content-type")}
        answer = httpx.post(self.server.target + self.path, content=body, headers=headers)
        self.server.answers += 1
        if self.server.answers % 2:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status_code)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_a_cut_connection_loses_no_answer_and_counts_none_twice(
    server: RunningServer, owner: Client
) -> None:
    owner.add_items("support", PAIRS)
    person = owner.add_person("support", "Ben", role="annotator")
    proxy = CuttingProxy(server.url)
    with Client(proxy.url, person["api_key"]) as client:
        for offer in client.reserve("support", count=3)["assignments"]:
            client.submit("support", offer, {"choice": "left", "reason": None})
        counts = _counts(client.reserve("support", count=0))
    proxy.shutdown()
    proxy.server_close()
    assert proxy.answers == 10
    assert counts == (3, 6)
