"""Routes of the hot path: what the framework works out for every request is worked out once.

FastAPI looks at a route's whole signature again for each request, which costs more than answering
it. A direct route is declared and documented like any other and checks the same things, who asks
before what they sent; it may only ask for the request, path parameters that are text, one JSON body
and coroutines that ask for no more than that. Dependencies stand on the route or its router: those
of `include_router` and of the application are not seen here, so a test compares them.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

Step = tuple[Callable[..., Awaitable[Any]], str | None, tuple[tuple[str, int], ...]]
"""What to call, the name it has for the request, and whose results it takes under which names."""


class DirectRoute(APIRoute):
    """A route whose endpoint is called without solving its signature each time.

    Raises TypeError where it is declared when the signature asks for something else.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        steps: list[Step] = []
        places: dict[Any, int] = {}
        for one in self.dependant.dependencies:
            _add(one, steps, places)
        own = self.dependant
        _require_plain(own)
        request_name = own.request_param_name
        results = [(one.name, places[one.call]) for one in own.dependencies if one.name]
        paths = [field.name for field in own.path_params]
        body = _Body(own)
        endpoint = self.endpoint

        async def answer(request: Request) -> Response:
            found: list[Any] = []
            for call, asks, takes in steps:
                given = {name: found[place] for name, place in takes}
                if asks is not None:
                    given[asks] = request
                found.append(await call(**given))
            values = {name: found[place] for name, place in results}
            for name in paths:
                values[name] = request.path_params[name]
            if request_name is not None:
                values[request_name] = request
            values[body.name] = await body.read(request)
            response: Response = await endpoint(**values)
            return response

        return answer


class _Body:
    """The one JSON body of a route."""

    def __init__(self, own: Dependant) -> None:
        if len(own.body_params) != 1:
            raise _too_much(own, "more or less than one body")
        [field] = own.body_params
        self.name = field.name
        kind: Any = field.field_info.annotation
        self._type: TypeAdapter[Any] = TypeAdapter(kind)

    async def read(self, request: Request) -> Any:
        """Return the checked body; raises RequestValidationError as the framework does."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # A form of another site can send text, but no JSON without asking first.
        if not (kind.startswith("application/") and kind.endswith(("/json", "+json"))):
            raise RequestValidationError(
                [
                    {
                        "type": "content_type",
                        "loc": ("body",),
                        "msg": "The body has to be JSON, sent as application/json",
                        "input": kind,
                    }
                ]
            )
        try:
            return self._type.validate_json(await request.body())
        except ValidationError as failure:
            problems = [
                {**one, "loc": ("body", *one["loc"])} for one in failure.errors(include_url=False)
            ]
            raise RequestValidationError(problems) from failure


def _add(one: Dependant, steps: list[Step], places: dict[Any, int]) -> None:
    """Plan a dependency after what it asks for, once however often it is asked for."""
    if one.call in places or one.call is None:
        return
    for inner in one.dependencies:
        _add(inner, steps, places)
    _require_plain(one)
    if one.path_params or one.body_params:
        raise _too_much(one, "path parameters or a body; take them from the request")
    takes = tuple((inner.name, places[inner.call]) for inner in one.dependencies if inner.name)
    places[one.call] = len(steps)
    steps.append((one.call, one.request_param_name, takes))


def _require_plain(one: Dependant) -> None:
    if one.query_params or one.header_params or one.cookie_params:
        raise _too_much(one, "query, header or cookie parameters; take them from the request")
    if one.response_param_name or one.background_tasks_param_name:
        raise _too_much(one, "a response or background tasks")
    if one.websocket_param_name or one.http_connection_param_name or one.security_scopes_param_name:
        raise _too_much(one, "a connection or security scopes")
    if not inspect.iscoroutinefunction(one.call):
        raise _too_much(one, "anything unless it is a coroutine function")
    for field in one.path_params:
        if field.field_info.annotation is not str or field.field_info.metadata:
            raise _too_much(one, f"a path parameter that is not plain text: {field.name}")


def _too_much(one: Dependant, what: str) -> TypeError:
    name = getattr(one.call, "__qualname__", one.call)
    return TypeError(f"{name} of a direct route may not ask for {what}")
