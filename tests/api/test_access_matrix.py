"""Every route against every role, over HTTP: anonymous, a stranger, and each role."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from access_matrix import MATRIX, OPEN, SIGNED_IN
from fastapi.routing import APIRoute

from loopwright.accounts.model import Role
from loopwright.infra.settings import Settings
from loopwright.web.app import create_api
from loopwright.web.stages import routers
from support.databases import sqlite_home
from support.server import PROJECT_YAML, RunningServer, add_project, running_server

Route = tuple[str, str]


def routes() -> list[Route]:
    """Return every route that the product serves, pages aside."""
    paths: dict[str, dict[str, object]] = create_api().openapi()["paths"]
    return sorted((method.upper(), path) for path, methods in paths.items() for method in methods)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole table: nothing here depends on what was written before."""
    folder: Path = tmp_path_factory.mktemp("access")
    create_api()
    home = sqlite_home(Settings(home=folder))
    add_project(home)
    add_project(home, PROJECT_YAML.replace("id: support", "id: elsewhere"))
    with running_server(home) as server:
        yield server
    home.close()


@pytest.fixture(scope="module")
def clients(running: RunningServer) -> Iterator[dict[str, httpx.Client]]:
    """A client for each role in the project, an owner of another one, and nobody."""
    found = {role.value: running.add_person(role.value, role=role)[1] for role in Role}
    found["stranger"] = running.add_person("s", role=Role.OWNER, project_id="elsewhere")[1]
    found["anonymous"] = running.client()
    yield found
    for client in found.values():
        client.close()


def call(client: httpx.Client, route: Route) -> tuple[int, str]:
    """Return the status and, of a refusal, the body; a stream of events never ends by itself."""
    method, path = route
    path = path.format_map(_Names())
    rule = MATRIX.get(route)
    with client.stream(method, path, **(rule.request if rule else {})) as answer:
        text = answer.read().decode() if answer.status_code >= 400 else ""
        return answer.status_code, text


class _Names(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return {"project_id": "support", "number": "1"}.get(name, f"{name}_none")


def test_every_route_is_in_the_matrix_and_nothing_else_is() -> None:
    assert set(routes()) == set(MATRIX) | OPEN | SIGNED_IN


def test_no_route_hides_from_the_description() -> None:
    found = [route for router in routers() for route in router.routes]
    assert len(found) > len(SIGNED_IN)
    assert [r for r in found if not isinstance(r, APIRoute) or not r.include_in_schema] == []


@pytest.mark.parametrize("route", sorted(MATRIX), ids=" ".join)
def test_a_route_takes_the_roles_of_its_rule_and_no_other(
    clients: dict[str, httpx.Client], route: Route
) -> None:
    answers = {name: call(client, route) for name, client in clients.items()}
    assert answers.pop("anonymous")[0] == 401
    assert answers.pop("stranger")[0] == 403
    refused = {name for name, (status, _) in answers.items() if status == 403}
    assert refused == {role.value for role in Role} - {role.value for role in MATRIX[route].roles}
    assert [a for a in answers.values() if a[0] in {401, 500}] == []


@pytest.mark.parametrize("route", sorted(SIGNED_IN), ids=" ".join)
def test_routes_about_the_asker_need_a_sign_in(
    clients: dict[str, httpx.Client], route: Route
) -> None:
    assert call(clients["anonymous"], route)[0] == 401
    assert call(clients["viewer"], route)[0] in {200, 404}


@pytest.mark.parametrize("route", sorted(OPEN), ids=" ".join)
def test_open_routes_are_only_these(clients: dict[str, httpx.Client], route: Route) -> None:
    assert call(clients["anonymous"], route)[0] in {200, 422}


def test_a_stranger_does_not_see_the_project_in_the_list(
    clients: dict[str, httpx.Client],
) -> None:
    found = clients["stranger"].get("/api/projects").json()["projects"]
    assert [project["id"] for project in found] == ["elsewhere"]


def test_nobody_gives_more_than_they_hold(clients: dict[str, httpx.Client]) -> None:
    body = {"name": "Friend", "role": "owner"}
    answer = clients["lead"].post("/api/projects/support/people", json=body)
    assert answer.status_code == 403
    assert answer.json()["error"]["remedy"]
