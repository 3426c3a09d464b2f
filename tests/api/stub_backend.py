"""A stub back end in its own process: `python stub_backend.py PORT NAME`.

POST /control {"delay", "status", "empty", "break_after", "hang", "garbage"} changes how it answers;
GET /seen returns the chat requests that arrived.
"""

import asyncio
import json
import sys
from typing import Any

from aiohttp import web

NAME = sys.argv[2] if len(sys.argv) > 2 else "stub"
state: dict[str, Any] = {}
seen: list[dict[str, Any]] = []


async def control(request: web.Request) -> web.Response:
    state.clear()
    state.update(await request.json())
    return web.json_response({})


async def list_seen(request: web.Request) -> web.Response:
    return web.json_response(seen)


def piece(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    words = [] if state.get("empty") else [NAME, " says", " hello", " to", " you"]
    for number, word in enumerate(words):
        if state.get("break_after") == number and request.transport is not None:
            request.transport.abort()
            return response
        await response.write(piece(word))
        await asyncio.sleep(state.get("pause", 0))
    await response.write(piece("", "stop") + b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def chat(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    seen.append(body)
    await asyncio.sleep(state.get("delay", 0))
    if state.get("status"):
        return web.json_response({"error": {"message": "stub"}}, status=state["status"])
    if state.get("garbage"):
        return web.Response(text="<html>")
    if body.get("stream"):
        return await stream(request)
    text = "" if state.get("empty") else f"{NAME} says hello; write to bob@example.com"
    message = {"role": "assistant", "content": text}
    return web.json_response(
        {
            "id": "x",
            "object": "chat.completion",
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
    )


def main() -> None:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_post("/control", control)
    app.router.add_get("/seen", list_seen)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
