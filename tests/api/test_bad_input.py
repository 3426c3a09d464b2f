"""What is wrong is refused with its place and a remedy, and nothing of it is stored."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from loopwright.accounts import service as accounts
from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from support.server import PROJECT_YAML, RunningServer, add_project

Json = dict[str, Any]
ITEM: Json = {
    "prompt": {"messages": [{"role": "user", "content": "Where is my parcel?"}]},
    "completions": [{"text": "On its way."}, {"text": "No idea."}],
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough here: what is refused never reaches the database."""
    return sqlite_url


@pytest.fixture
def owner(server: RunningServer) -> Iterator[httpx.Client]:
    with server.owner() as client:
        yield client


@pytest.fixture
def annotators(server: RunningServer) -> Iterator[list[httpx.Client]]:
    found = [server.add_person(name, role=Role.ANNOTATOR)[1] for name in ("ann", "bob")]
    yield found
    for client in found:
        client.close()


def error(answer: httpx.Response, *, status: int, code: str | None = None) -> Json:
    """Check an answer's form; return the error."""
    assert answer.status_code == status, answer.text
    found: Json = answer.json()["error"]
    assert set(found) == {"code", "message", "remedy", "detail"}
    assert found["message"]
    assert found["remedy"]
    assert code in {None, found["code"]}
    return found


def offer(owner: httpx.Client, annotator: httpx.Client) -> Json:
    """Add one item and lease it."""
    path = "/api/projects/support"
    assert owner.post(f"{path}/items", json={"items": [ITEM]}).status_code == 200
    answer = annotator.post(f"{path}/assignments", json={"count": 1})
    [found] = answer.json()["assignments"]
    return dict(found)


def judgment(of: Json, **changes: Any) -> Json:
    """Return a well-formed answer to an offer, changed."""
    body = {
        "client_id": "c1",
        "assignment_id": of["id"],
        "token": of["token"],
        "answer": {"choice": "left", "reason": None},
    }
    return {**body, **changes}


def test_an_unknown_project_is_named(owner: httpx.Client) -> None:
    found = error(owner.get("/api/projects/nowhere"), status=404, code="unknown_project")
    assert "nowhere" in found["message"]
    assert "Did you mean" not in found["remedy"]


@pytest.mark.parametrize(
    "path", ["", "/datasets", "/cycles", "/runs", "/releases", "/imports", "/loop", "/policies"]
)
def test_an_unknown_project_is_never_an_empty_one(owner: httpx.Client, path: str) -> None:
    found = error(owner.get(f"/api/projects/suport{path}"), status=404, code="unknown_project")
    assert "Did you mean support?" in found["remedy"]


def test_a_stranger_does_not_learn_which_projects_there_are(
    annotators: list[httpx.Client],
) -> None:
    told = error(annotators[0].get("/api/projects/suport/datasets"), status=403)
    assert "support?" not in told["remedy"]


def test_an_import_error_names_the_mapping_file_that_was_given(owner: httpx.Client) -> None:
    answer = owner.post(
        "/api/projects/support/imports",
        files={"file": ("votes.csv", b"a,b\n1,2\n")},
        data={"mapping": "kind: votes\nfields: {}\n", "mapping_name": "maps/mine.yaml"},
    )
    assert error(answer, status=422)["message"].startswith("maps/mine.yaml:")


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        (("overlap: 3", "overlapp: 3"), 18, "overlapp"),
        (("kind: pairwise", "kind: pairwise_"), 7, "kind"),
        (("overlap: 3", "overlap: none"), 18, "overlap"),
        (("weight: 2", "weight: -2"), 16, "weight"),
        (("text: Prefer", "\ttext: Prefer"), 10, ""),
    ],
)
def test_a_typo_in_the_project_file_is_found_by_its_line(
    owner: httpx.Client, change: tuple[str, str], line: int, word: str
) -> None:
    text = PROJECT_YAML.replace(*change).replace("id: support", "id: typo", 1)
    found = error(owner.post("/api/projects", json={"yaml": text}), status=422)
    assert f"project.yaml:{line}: " in found["message"]
    assert word in found["message"]
    assert owner.get("/api/projects/typo").status_code == 404


def test_a_sign_in_link_works_once_and_not_for_ever(server: RunningServer) -> None:
    home = server.home
    owner_id = home.db.write(lambda tx: accounts.ensure_owner(tx, now=system_now()))

    def link(now: float) -> str:
        return home.db.write(
            lambda tx: accounts.make_signin_link(tx, person_id=owner_id, now=now, seconds=60)
        )

    token, stale = link(system_now()), link(system_now() - 3600)
    with server.client() as browser:
        assert browser.post("/api/signin", json={"token": token}).status_code == 200
        assert browser.get("/api/me").json()["person_id"] == owner_id
    with server.client() as other:
        for bad in (token, stale, "forged", ""):
            answer = other.post("/api/signin", json={"token": bad})
            error(answer, status=401, code="link_expired")
        error(other.get("/api/me"), status=401)


@pytest.mark.parametrize("key", ["lw_forged", "lw_", "lw_" + "a" * 5000, "not ascii \xe9"])
def test_a_forged_key_is_nobody(server: RunningServer, key: str) -> None:
    headers = {b"Authorization": b"Bearer " + key.encode("latin-1")}
    with server.client() as client:
        error(client.get("/api/me", headers=headers), status=401)


def test_a_session_cookie_alone_does_not_write_from_another_site(server: RunningServer) -> None:
    home = server.home
    token = home.db.write(
        lambda tx: accounts.make_signin_link(
            tx, person_id=accounts.ensure_owner(tx, now=1.0), now=system_now(), seconds=60
        )
    )
    with server.client() as browser:
        browser.post("/api/signin", json={"token": token})
        for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            answer = browser.post("/api/signout", headers=origin)
            error(answer, status=403, code="wrong_origin")
        own = {"Origin": server.url}
        assert browser.post("/api/signout", headers=own).status_code == 200


def test_nobody_answers_for_somebody_else(
    owner: httpx.Client, annotators: list[httpx.Client]
) -> None:
    ann, bob = annotators
    of = offer(owner, ann)
    path = "/api/projects/support"
    answer = bob.post(f"{path}/judgments", json=judgment(of))
    error(answer, status=409, code="not_your_assignment")
    answer = bob.post(
        f"{path}/assignments/{of['id']}/skip", json={"token": of["token"], "reason": "broken"}
    )
    error(answer, status=409)
    done = ann.post(f"{path}/judgments", json=judgment(of))
    assert done.status_code == 200
    judged = done.json()["judgment_id"]
    assert bob.post(f"{path}/judgments/{judged}/undo").status_code in {404, 409}
    assert owner.get(f"{path}/quality").json()["judgments"] == 1


def test_the_same_answer_twice_is_one_and_another_under_its_name_is_refused(
    owner: httpx.Client, annotators: list[httpx.Client]
) -> None:
    ann = annotators[0]
    of = offer(owner, ann)
    path = "/api/projects/support/judgments"
    first, again = (ann.post(path, json=judgment(of)).json() for _ in range(2))
    assert first["judgment_id"] == again["judgment_id"]
    assert [first["repeated"], again["repeated"]] == [False, True]
    other = judgment(of, answer={"choice": "right", "reason": None})
    error(ann.post(path, json=other), status=409, code="client_id_reused")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": 99}, 409),
        ({"assignment_id": "asg_none"}, 404),
        ({"answer": {}}, 422),
        ({"answer": {"choice": "third"}}, 422),
        ({"answer": {"choice": "left", "outcome": "first"}}, 422),
        ({"answer": ["left"]}, 422),
        ({"answer": {"choice": {"$gt": ""}}}, 422),
        ({"answer": {"choice": "left", "reason": "x" * 100_000}}, 422),
        ({"client_id": ""}, 422),
        ({"client_id": "c" * 500}, 422),
        ({"active_ms": -1}, 422),
        ({"count": 10_000}, 422),
        ({"unheard": 1}, 422),
    ],
)
def test_a_bad_answer_is_refused_and_the_offer_stays(
    owner: httpx.Client, annotators: list[httpx.Client], changes: Json, status: int
) -> None:
    ann = annotators[0]
    of = offer(owner, ann)
    path = "/api/projects/support/judgments"
    error(ann.post(path, json=judgment(of, **changes)), status=status)
    assert ann.post(path, json=judgment(of)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"NaN"])
def test_what_is_not_json_is_refused_in_the_same_form(owner: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("judgments", "items", "people", "assignments"):
        answer = owner.post(f"/api/projects/support/{path}", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert answer.json()["error"]["remedy"]


def test_a_batch_with_one_bad_item_stores_none(owner: httpx.Client) -> None:
    path = "/api/projects/support/items"
    bad = {**ITEM, "completions": [{"text": "only one"}]}
    error(owner.post(path, json={"items": [ITEM, bad]}), status=422)
    assert owner.get(path).json()["items"] == []


def test_another_projects_prompt_is_no_prompt_of_this_one(
    server: RunningServer, owner: httpx.Client
) -> None:
    add_project(server.home, PROJECT_YAML.replace("id: support", "id: secret", 1))
    sent = owner.post("/api/projects/secret/prompts", json={"prompts": [ITEM["prompt"]]})
    [prompt] = sent.json()["prompts"]
    path = "/api/projects/support/items"
    for prompt_id in (prompt["id"], "prm_none"):
        item = {"prompt_id": prompt_id, "completions": ITEM["completions"]}
        error(owner.post(path, json={"items": [item]}), status=404, code="unknown_prompt")
    assert owner.get(path).json()["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        "datasets/sha256:none",
        "datasets/..%2f..%2fetc%2fpasswd",
        "lineage/judgment:none",
        "runs/run_none",
        "evaluations/evl_none",
        "releases/rel_none",
        "guidelines/99",
        "imports/imp_none/rejects",
    ],
)
def test_what_is_not_there_is_404_with_a_remedy(owner: httpx.Client, path: str) -> None:
    answer = owner.get(f"/api/projects/support/{path}")
    error(answer, status=404)
