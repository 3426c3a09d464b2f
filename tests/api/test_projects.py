"""Applying a project file: whole or not at all, versions only where the guideline changed."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import text

from loopwright.accounts.model import Role
from support.server import PROJECT_YAML, RunningServer

NEW = PROJECT_YAML.replace("id: support\n", "id: fresh\n")
LABELS = """\
id: labels
name: Labels
questions:
  - {id: topic, kind: single_label, text: "?", options: [{id: a, name: A}, {id: b, name: B}]}
guideline: {text: Read it.}
"""


def apply(client: httpx.Client, yaml: str) -> httpx.Response:
    return client.post("/api/projects", json={"yaml": yaml, "source": "my.yaml"})


def error_of(answer: httpx.Response, status: int) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    error: dict[str, str] = answer.json()["error"]
    assert error["remedy"]
    return error


def numbers(client: httpx.Client, project: str = "fresh") -> list[int]:
    versions = client.get(f"/api/projects/{project}/guidelines").json()["versions"]
    return [version["number"] for version in versions]


def test_the_same_file_again_changes_no_version(server: RunningServer) -> None:
    with server.owner() as owner:
        first, again = apply(owner, NEW).json(), apply(owner, NEW).json()
        assert first == {"project_id": "fresh", "created": True, "guideline_number": 1}
        assert again == {"project_id": "fresh", "created": False, "guideline_number": 1}
        renamed = apply(owner, NEW.replace("name: Support answers", "name: Renamed")).json()
        assert renamed["guideline_number"] == 1
        assert owner.get("/api/projects/fresh").json()["name"] == "Renamed"


def test_a_changed_guideline_is_version_two_and_the_first_stays(server: RunningServer) -> None:
    with server.owner() as owner:
        apply(owner, NEW)
        first = owner.get("/api/projects/fresh/guidelines/1").json()
        applied = apply(owner, NEW.replace("in plain words", "in few words")).json()
        assert applied["guideline_number"] == 2
        assert numbers(owner) == [2, 1]
        assert owner.get("/api/projects/fresh/guidelines/1").json() == first
        back = apply(owner, NEW).json()
        assert back["guideline_number"] == 3, "a version is a moment, not a text"
        error_of(owner.get("/api/projects/fresh/guidelines/9"), 404)


@pytest.mark.parametrize(
    ("before", "old", "new", "told"),
    [
        (
            NEW,
            "kind: pairwise",
            "kind: single_label\n    options: [{id: a, name: A}, {id: b, name: B}]",
            "change its kind",
        ),
        (NEW, "  - id: preference", "  - id: other", "be removed"),
        (NEW, "simulated: true", "simulated: false", "simulated"),
        (LABELS, "{id: b, name: B}", "{id: c, name: C}", "lose the options b"),
    ],
)
def test_what_judgments_mean_cannot_change(
    server: RunningServer, before: str, old: str, new: str, told: str
) -> None:
    with server.owner() as owner:
        project = apply(owner, before).json()["project_id"]
        changed = before.replace(old, new).replace("text: Prefer", "text: Take")
        assert told in error_of(apply(owner, changed), 409)["message"]
        assert owner.get(f"/api/projects/{project}/yaml").text == before
        assert numbers(owner, project) == [1], "nothing is half-written"


def test_a_wrong_file_writes_nothing(server: RunningServer) -> None:
    with server.owner() as owner:
        line = NEW.splitlines().index("overlap: 3") + 1
        error = error_of(apply(owner, NEW.replace("overlap: 3", "overlap: none")), 422)
        assert error["message"].startswith(f"my.yaml:{line}: overlap: ")
        assert error_of(owner.get("/api/projects/fresh"), 404)["code"] == "unknown_project"
        found = server.home.db.read(
            lambda tx: tx.scalar(text("SELECT count(*) FROM event WHERE project_id = 'fresh'"))
        )
        assert found == 0


@pytest.mark.parametrize("value", [".inf", "99999999999999999999999"])
def test_a_number_that_cannot_be_stored_is_refused(server: RunningServer, value: str) -> None:
    """One such project would make every list of projects fail from then on."""
    with server.owner() as owner:
        error_of(apply(owner, NEW + f"recipe: {{seed: {value}}}\n"), 422)
        assert owner.get("/api/projects").status_code == 200


@pytest.mark.parametrize("path", ["", "/yaml", "/guidelines", "/guidelines/1", "/events"])
def test_an_unknown_project_is_named_with_the_remedy(server: RunningServer, path: str) -> None:
    with server.owner() as owner:
        answer = owner.get(f"/api/projects/nowhere{path}")
        assert "nowhere" in error_of(answer, 404)["message"]


def test_strangers_cannot_tell_whether_a_project_exists(server: RunningServer) -> None:
    with server.owner() as owner:
        apply(owner, NEW)
    _, client = server.add_person("Ada", role=Role.LEAD)
    with client:
        for project in ("fresh", "nowhere"):
            error = error_of(client.get(f"/api/projects/{project}"), 403)
            assert error["code"] == "forbidden"
        listed = client.get("/api/projects").json()["projects"]
        assert [(one["id"], one["role"]) for one in listed] == [("support", "lead")]
        error_of(apply(client, NEW.replace("plain", "few")), 403)
    with server.client() as nobody:
        error_of(nobody.get("/api/projects"), 401)


def test_many_appliers_at_once_agree(server: RunningServer) -> None:
    def one(number: int) -> dict[str, object]:
        with server.owner() as owner:
            answer = apply(owner, NEW.replace("in plain words", f"in {number % 3} words"))
            assert answer.status_code == 200, answer.text
            applied: dict[str, object] = answer.json()
            return applied

    with ThreadPoolExecutor(8) as pool:
        applied = list(pool.map(one, range(16)))
    assert sum(one["created"] is True for one in applied) == 1
    with server.owner() as owner:
        found = numbers(owner)
        assert found == list(range(len(found), 0, -1))


def test_the_file_comes_back_as_it_was_sent(server: RunningServer) -> None:
    commented = "# why: the pilot\n" + NEW
    with server.owner() as owner:
        apply(owner, commented)
        assert owner.get("/api/projects/fresh/yaml").text == commented
        spec = owner.get("/api/projects/fresh").json()["spec"]
        first = spec["segments"][0]
        assert (first["id"], first["name"], first["weight"]) == ("billing", "Billing", 2.0)
