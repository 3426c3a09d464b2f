"""The OpenAI-compatible chat protocol: reading requests, writing errors, reading answers."""

from collections.abc import Iterator
from typing import Any

import orjson

from loopwright.base.types import Json
from loopwright.release.routing import Target
from loopwright.serving.model import Ask, BadRequestError

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


def parse_ask(content: bytes) -> Ask:
    """Return the request in `content`; BadRequestError names the field that does not fit."""
    try:
        body = orjson.loads(content)
    except ValueError as error:
        raise BadRequestError(400, f"The body is not JSON: {error}.", "invalid_json") from error
    if not isinstance(body, dict):
        raise BadRequestError(400, "The body must be a JSON object.", "invalid_json")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequestError(400, "`model` must name a project.", "invalid_value", "model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError(
            400, "`messages` must be a list with at least one message.", "invalid_value", "messages"
        )
    for number, message in enumerate(messages):
        _check_message(message, f"messages[{number}]")
    stream = body.get("stream", False)
    if not isinstance(stream, bool):
        raise BadRequestError(400, "`stream` must be true or false.", "invalid_value", "stream")
    if body.get("n", 1) != 1:
        raise BadRequestError(400, "`n` must be 1: one answer per request.", "invalid_value", "n")
    return Ask(project_id=model, messages=messages, stream=stream, body=body)


def body_for(ask: Ask, target: Target) -> Json:
    """Return the request as this policy version gets it.

    Model, system prompt and decoding settings are parts of the version, so they win over what
    the application sent; only a smaller `max_tokens` of the application stays.
    """
    body = {**ask.body, **target.decoding, "model": target.model}
    wanted, allowed = ask.body.get("max_tokens"), target.decoding.get("max_tokens")
    if isinstance(wanted, int) and isinstance(allowed, int):
        body["max_tokens"] = min(wanted, allowed)
    if target.system_prompt:
        body["messages"] = _with_system(ask.messages, target.system_prompt)
    return body


def error_body(message: str, *, code: str, status: int, param: str | None = None) -> bytes:
    """Return an error in the protocol's form."""
    kind = "invalid_request_error" if status < 500 else "api_error"
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def answer_of(document: object) -> tuple[str, bool]:
    """Return the text of a whole answer, and whether it holds neither text nor a tool call.

    Raises ValueError when the document is not an answer of the protocol.
    """
    if not isinstance(document, dict):
        raise ValueError("not an object")
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ValueError("no choices")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise ValueError("no message")
    text = text_of(message.get("content"))
    return text, not text.strip() and not message.get("tool_calls")


def stream_answer(content: bytes) -> tuple[str, bool, bool]:
    """Return (text, empty, complete) of a whole event stream."""
    pieces: list[str] = []
    called = complete = False
    for event in stream_events(content):
        if event is None:
            complete = True
            continue
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            continue
        delta = choices[0].get("delta") or {}
        pieces.append(text_of(delta.get("content")))
        called = called or bool(delta.get("tool_calls"))
        complete = complete or choices[0].get("finish_reason") is not None
    text = "".join(pieces)
    return text, not text.strip() and not called, complete


def stream_events(content: bytes) -> Iterator[Json | None]:
    """Yield the events of a stream; None stands for the closing `[DONE]`."""
    for line in content.split(b"\n"):
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            yield None
            continue
        try:
            event = orjson.loads(data)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def starts_with_error(first: bytes) -> bool:
    """Return whether a stream begins with an error in place of an answer."""
    if b'"error"' not in first:
        return False
    return any(event is not None and event.get("error") for event in stream_events(first))


def text_of(content: Any) -> str:
    """Return the text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part for part in content if isinstance(part, dict))
    return "\n".join(
        str(part["text"]) if part.get("type") == "text" and "text" in part else "[not text]"
        for part in parts
    )


def _check_message(message: object, place: str) -> None:
    if not isinstance(message, dict):
        raise BadRequestError(400, f"`{place}` must be an object.", "invalid_value", place)
    if message.get("role") not in ROLES:
        known = ", ".join(sorted(ROLES))
        raise BadRequestError(
            400, f"`{place}.role` must be one of {known}.", "invalid_value", f"{place}.role"
        )
    content = message.get("content")
    if not isinstance(content, str | list) and not message.get("tool_calls"):
        raise BadRequestError(
            400, f"`{place}.content` must be text or a list.", "invalid_value", f"{place}.content"
        )


def _with_system(messages: list[Json], prompt: str) -> list[Json]:
    first = messages[0]
    if first.get("role") not in {"system", "developer"}:
        return [{"role": "system", "content": prompt}, *messages]
    joined = f"{prompt}\n\n{text_of(first.get('content'))}"
    return [{**first, "content": joined}, *messages[1:]]
