"""A direct route answers as a plain one does, and refuses signatures that it could not honour."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from loopwright.infra.direct_route import DirectRoute
from loopwright.infra.http import add_error_answers
from loopwright.web.app import create_api


class Body(BaseModel):
    """What is sent."""

    name: Annotated[str, Field(min_length=1, max_length=5)]
    count: int = 1


async def first(request: Request) -> list[str]:
    """Count how often it is called for a request."""
    calls: list[str] = request.app.state.calls
    calls.append(request.path_params["place"])
    return calls


Calls = Annotated[list[str], Depends(first)]


async def second(calls: Calls) -> int:
    """Ask for what the endpoint asks for, too."""
    return len(calls)


def client_of(route_class: type[APIRoute]) -> TestClient:
    """Serve one endpoint at two kinds of route."""
    router = APIRouter(prefix="/{place}", dependencies=[Depends(first)], route_class=route_class)

    @router.post("/things")
    async def make(
        place: str, body: Body, calls: Calls, number: Annotated[int, Depends(second)]
    ) -> Response:
        text = f"{place} {body.name} {body.count} {len(calls)} {number}"
        return Response(text, media_type="text/plain")

    app = FastAPI()
    app.state.calls = []
    add_error_answers(app)
    app.include_router(router)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def direct() -> TestClient:
    return client_of(DirectRoute)


@pytest.fixture
def plain() -> TestClient:
    return client_of(APIRoute)


def test_it_answers_as_a_plain_route_does(direct: TestClient, plain: TestClient) -> None:
    sent = {"name": "ann", "count": 3}
    answers = [one.post("/here/things", json=sent) for one in (direct, plain)]
    assert [answer.text for answer in answers] == ["here ann 3 1 1"] * 2


def places(answer: Any) -> list[str]:
    """Return which fields an answer names."""
    assert answer.status_code == 422, answer.text
    return [one.split(":")[0] for one in answer.json()["error"]["detail"]["problems"]]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"name": ""},
        {"name": "too long"},
        {"name": 7, "count": "many"},
        [],
        None,
        {"name": "a", "count": 1.5},
    ],
)
def test_it_refuses_the_same_bodies_in_the_same_places(
    direct: TestClient, plain: TestClient, sent: Any
) -> None:
    answers = [one.post("/here/things", json=sent) for one in (direct, plain)]
    assert places(answers[0]) == places(answers[1])


@pytest.mark.parametrize("content", [b"{", b"", b'{"name": "\xff"}', b'{"name": "\\ud800"}'])
def test_broken_json_is_refused(direct: TestClient, content: bytes) -> None:
    answer = direct.post(
        "/here/things", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert "body" in answer.json()["error"]["message"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_form_of_another_site_could_send_is_refused(direct: TestClient, kind: str) -> None:
    headers = {"content-type": kind}
    answer = direct.post("/here/things", content=b'{"name": "ann"}', headers=headers)
    assert answer.status_code == 422
    assert "application/json" in answer.json()["error"]["message"]


def test_it_is_described_like_a_plain_route(direct: TestClient, plain: TestClient) -> None:
    assert direct.get("/openapi.json").json() == plain.get("/openapi.json").json()


async def asks_for_a_header(x: Annotated[str, Header()]) -> str:
    return x


async def with_query(place: str, body: Body, page: Annotated[int, Query()] = 1) -> Response:
    return Response()


async def with_header_below(
    place: str, body: Body, x: Annotated[str, Depends(asks_for_a_header)]
) -> Response:
    return Response()


async def with_response(place: str, body: Body, response: Response) -> Response:
    return response


async def without_body(place: str) -> Response:
    return Response()


async def with_number(place: int, body: Body) -> Response:
    return Response()


async def with_pattern(place: Annotated[str, Path(max_length=3)], body: Body) -> Response:
    return Response()


def not_a_coroutine(place: str, body: Body) -> Response:
    return Response()


def in_a_thread(request: Request) -> str:
    return ""


async def with_thread_below(
    place: str, body: Body, x: Annotated[str, Depends(in_a_thread)]
) -> Response:
    return Response()


async def with_connection(place: str, body: Body, connection: HTTPConnection) -> Response:
    return Response()


@pytest.mark.parametrize(
    "endpoint",
    [
        with_query,
        with_header_below,
        with_response,
        without_body,
        with_number,
        with_pattern,
        not_a_coroutine,
        with_thread_below,
        with_connection,
    ],
)
def test_a_signature_it_could_not_honour_is_refused_where_it_is_declared(endpoint: Any) -> None:
    router = APIRouter(route_class=DirectRoute)
    with pytest.raises(TypeError, match="direct route"):
        router.post("/{place}")(endpoint)


def test_no_dependency_of_the_server_is_left_out() -> None:
    """The server adds dependencies where it includes routers; a direct route names them itself."""
    left_out = []
    for included in create_api().routes:
        for context in getattr(included, "effective_route_contexts", tuple)():
            route = context.original_route
            if isinstance(route, DirectRoute):
                own = {one.call for one in route.dependant.dependencies}
                added = {one.call for one in context.dependant.dependencies}
                left_out.append((route.path, added - own))
    assert len(left_out) == 2
    assert [names for _, names in left_out] == [set(), set()]
