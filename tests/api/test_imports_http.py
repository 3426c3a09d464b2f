"""Imports, prompts and items over HTTP, with a key of each role that may or may not."""

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from import_world import VOTE_ROWS, VOTES, crowd_home

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.intake import routes
from loopwright.labeling import routes_imports
from loopwright.sampling import service as sampling

__all__ = ["crowd_home"]

BASE = "/api/projects/crowd"


@pytest.fixture
def api(home: Home) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.home = home
    add_error_answers(app)
    app.include_router(routes.router)
    app.include_router(routes_imports.router)
    with TestClient(app) as client:
        client.headers["authorization"] = f"Bearer {key(home, Role.LEAD)}"
        yield client


def key(home: Home, role: Role) -> str:
    return home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id="crowd", name=role.value, role=role, kind=PersonKind.HUMAN, now=1.0
        )
    ).api_key


def upload(api: TestClient, rows: str, **fields: str) -> Response:
    return api.post(
        f"{BASE}/imports", data={"mapping": VOTES, **fields}, files={"file": ("votes.csv", rows)}
    )


def test_a_file_is_imported_once_and_says_so(api: TestClient) -> None:
    first = upload(api, VOTE_ROWS).json()
    assert first["sentence"] == "Added 6 judgments, 3 items, 3 prompts from votes.csv."
    again = upload(api, VOTE_ROWS).json()
    assert again["sentence"] == "Nothing was added: all of votes.csv was already there."
    listed = api.get(f"{BASE}/imports").json()["imports"]
    assert {entry["id"] for entry in listed} == {first["id"], again["id"]}


def test_a_bad_row_is_refused_or_its_reason_kept(api: TestClient) -> None:
    rows = VOTE_ROWS + "4,Why?,A,B,old,new,u1,middle\n"
    refused = upload(api, rows)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "bad_row"
    assert "votes.csv:8" in refused.json()["error"]["message"]
    report = upload(api, rows, skip_bad="true").json()
    lines = api.get(f"{BASE}/imports/{report['id']}/rejects").text.splitlines()
    assert [json.loads(line)["place"] for line in lines] == ["votes.csv:8"]
    assert api.get(f"{BASE}/imports/imp_none/rejects").status_code == 404


def test_joined_files_are_sent_along(api: TestClient) -> None:
    mapping = VOTES.replace("choices:", "join: {file: texts.csv, on: {id: id}}\nchoices:")
    texts = "id,text,a,b,wrote_a,wrote_b\n1,Why?,A,B,old,new\n"
    sent = api.post(
        f"{BASE}/imports",
        data={"mapping": mapping},
        files=[
            ("file", ("votes.csv", "id,who,winner\n1,u1,left\n")),
            ("joined", ("texts.csv", texts)),
        ],
    )
    assert sent.json()["counts"]["judgments_added"] == 1


def test_an_upload_over_the_limit_is_refused(api: TestClient, home: Home) -> None:
    object.__setattr__(home.settings, "max_upload_bytes", 100)
    refused = upload(api, VOTE_ROWS)
    assert refused.status_code == 413
    assert refused.json()["error"]["remedy"]


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.VIEWER])
def test_who_may_not_write_items_is_refused(api: TestClient, home: Home, role: Role) -> None:
    api.headers["authorization"] = f"Bearer {key(home, role)}"
    assert upload(api, VOTE_ROWS).status_code == 403
    assert api.post(f"{BASE}/prompts", json={"prompts": [prompt("Hi")]}).status_code == 403
    assert api.post(f"{BASE}/items", json={"items": [pair("Hi")]}).status_code == 403


def prompt(text: str, **more: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], **more}


def pair(text: str, **more: object) -> dict[str, object]:
    completions = [{"text": "A", "policy": "one"}, {"text": "B", "policy": "two"}]
    return {"prompt": prompt(text), "completions": completions, **more}


def test_prompts_are_masked_kept_once_and_paged(api: TestClient) -> None:
    body = {"prompts": [prompt("I am ann@example.com"), prompt("Hi", key="h", segment="bills")]}
    first = api.post(f"{BASE}/prompts", json=body).json()["prompts"]
    assert first[0]["mask_counts"] == {"EMAIL": 1}
    assert api.post(f"{BASE}/prompts", json=body).json()["prompts"] == first
    page = api.get(f"{BASE}/prompts?limit=1").json()
    assert (page["total"], len(page["prompts"])) == (2, 1)
    bills = api.get(f"{BASE}/prompts?segment=bills").json()
    assert [found["key"] for found in bills["prompts"]] == ["h"]


def test_items_are_kept_once_and_pairs_are_queued(api: TestClient, home: Home) -> None:
    body = {
        "items": [
            pair("One"),
            pair("Two", purpose="contrast", set_name="facts"),
            {"prompt": prompt("Three"), "completions": [{"text": "C"}], "purpose": "demonstration"},
        ]
    }
    first = api.post(f"{BASE}/items", json=body).json()
    assert first["added"] == 3
    assert api.post(f"{BASE}/items", json=body).json() == {"ids": first["ids"], "added": 0}
    assert home.db.read(lambda tx: sampling.totals(tx, "crowd")).wanted == 2
    page = api.get(f"{BASE}/items?purpose=contrast").json()
    assert [item["completions"] for item in page["items"]] == [["A", "B"]]
    assert page["counts"] == {"core": 1, "contrast": 1, "demonstration": 1}


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"completions": [{"text": "A"}, {"text": "other"}]}, ["completions"]),
        ({"prompt": prompt("Two")}, ["prompt"]),
        ({"requires": ["de"]}, ["requires"]),
        ({"purpose": "contrast", "set_name": "facts"}, ["purpose", "set_name"]),
    ],
)
def test_a_known_key_with_other_content_is_told(
    api: TestClient, change: dict[str, object], differs: list[str]
) -> None:
    known = pair("One", key="first")
    assert api.post(f"{BASE}/items", json={"items": [known]}).json()["added"] == 1
    before = api.get(f"{BASE}/items").json()
    for batch in ([pair("New"), {**known, **change}], [pair("b", key="b"), {**known, **change}]):
        refused = api.post(f"{BASE}/items", json={"items": batch})
        assert refused.status_code == 409
        error = refused.json()["error"]
        assert (error["code"], error["detail"]["differs"]) == ("item_changed", differs)
        assert "Item 2 of the batch: item 'first'" in error["message"]
        assert "a key of its own" in error["remedy"]
        assert api.get(f"{BASE}/items").json() == before, "nothing of the batch was stored"
    again = {**known, "requires": []}
    assert api.post(f"{BASE}/items", json={"items": [again, again]}).json()["added"] == 0


def test_one_batch_with_two_contents_for_a_key_is_told(api: TestClient) -> None:
    refused = api.post(
        f"{BASE}/items", json={"items": [pair("One", key="same"), pair("Two", key="same")]}
    )
    assert refused.json()["error"]["detail"]["differs"] == ["prompt"]
    assert api.get(f"{BASE}/items").json()["items"] == []


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"prompt": prompt("Hi"), "completions": [{"text": "A"}]}, "has 1 completions"),
        ({"completions": [{"text": "A"}, {"text": "B"}]}, "either prompt or prompt_id"),
        (pair("Hi", purpose="contrast"), "needs a set_name"),
    ],
)
def test_an_item_that_does_not_fit_is_named(
    api: TestClient, item: dict[str, object], says: str
) -> None:
    refused = api.post(f"{BASE}/items", json={"items": [pair("Fine"), item]})
    assert refused.status_code == 422
    assert "Item 2 of the batch" in refused.json()["error"]["message"]
    assert says in refused.json()["error"]["message"]
    assert api.get(f"{BASE}/items").json()["items"] == []
