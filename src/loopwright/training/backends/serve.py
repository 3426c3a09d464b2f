"""A loopback model server: `python -m loopwright.training.backends.serve --registry FILE`.

Speaks the OpenAI chat protocol for every policy in the registry file
`{"models": {id: {"path", "system_prompt"?, "decoding"?}}}` (or id: path), which is read again when
it changes. Models load on first use. GET /health answers once the server is up.
"""

import argparse
import asyncio
import json
import os
import threading
import time
import uuid
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from loopwright.base.types import Json
from loopwright.training.backends.files import messages

MAX_BATCH = 16
GATHER_SECONDS = 0.004
MAX_LOADED = 4


@dataclass(frozen=True)
class Served:
    """A registry entry."""

    path: Path
    system_prompt: str = ""
    decoding: Json = field(default_factory=dict)


class Registry:
    """The registry file, read again when its time or size changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._models: dict[str, Served] = {}

    def models(self) -> dict[str, Served]:
        """Every model that may be asked for; the last good reading when the file is unreadable."""
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                entries = json.loads(self._path.read_text())["models"]
                self._models = {name: _served(entry) for name, entry in entries.items()}
                self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return self._models


def _served(entry: str | Json) -> Served:
    if isinstance(entry, str):
        return Served(Path(entry))
    return Served(
        path=Path(entry["path"]),
        system_prompt=entry.get("system_prompt") or "",
        decoding=entry.get("decoding") or {},
    )


@dataclass
class Request:
    """One conversation waiting for its turn."""

    turns: list[Json]
    decoding: Any
    answer: "asyncio.Future[Any]"


class Engine:
    """Loaded models behind one worker thread; equal requests are answered in one batch."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self._samplers: OrderedDict[Path, Any] = OrderedDict()
        self._waiting: dict[tuple[Path, Any], list[Request]] = {}

    async def complete(self, served: Served, turns: list[Json], decoding: Any) -> Any:
        """One completion; joins the batch that is gathering for this model and decoding."""
        loop = asyncio.get_running_loop()
        request = Request(turns=turns, decoding=decoding, answer=loop.create_future())
        key = (served.path, decoding)
        waiting = self._waiting.setdefault(key, [])
        waiting.append(request)
        if len(waiting) == 1:
            loop.call_later(GATHER_SECONDS, self._flush, key)
        elif len(waiting) >= MAX_BATCH:
            self._flush(key)
        return await request.answer

    async def stream(self, served: Served, turns: list[Json], decoding: Any) -> Any:
        """Pieces of text as they are drawn."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | Exception | None] = asyncio.Queue()

        def put(piece: str | Exception | None) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

        gone = threading.Event()
        self._pool.submit(self._stream, served.path, turns, decoding, put, gone)
        try:
            while (piece := await pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            gone.set()

    def _flush(self, key: tuple[Path, Any]) -> None:
        batch = self._waiting.pop(key, [])
        if not batch:
            return
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._pool, self._answer, key[0], key[1], batch)
        job.add_done_callback(lambda done: _settle(batch, done))

    def _answer(self, path: Path, decoding: Any, batch: list[Request]) -> list[Any]:
        drawn: list[Any] = self._sampler(path).complete([r.turns for r in batch], decoding)
        return drawn

    def _stream(self, path: Path, turns: list[Json], decoding: Any, put: Any, gone: Any) -> None:
        import torch
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        try:
            sampler = self._sampler(path)
            ids, mask = sampler.encode([turns])
            streamer = TextIteratorStreamer(
                sampler.tokenizer, skip_prompt=True, skip_special_tokens=True
            )
            streamer.on_finalized_text = lambda text, stream_end=False: put(text) if text else None
            stop = StoppingCriteriaList([_Gone(gone)])
            with torch.no_grad():
                sampler.model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    streamer=streamer,
                    stopping_criteria=stop,
                    **sampler.arguments(decoding),
                )
            put(None)
        except Exception as error:  # the waiting request is answered with it
            put(error)

    def _sampler(self, path: Path) -> Any:
        import torch

        from loopwright.training.backends.sampling import Sampler

        torch.set_num_threads(self._threads)
        if path not in self._samplers:
            self._samplers[path] = Sampler.load(path)
        self._samplers.move_to_end(path)
        while len(self._samplers) > MAX_LOADED:
            self._samplers.popitem(last=False)
        return self._samplers[path]


class _Gone:
    """Stops a stream whose client has left."""

    def __init__(self, gone: threading.Event) -> None:
        self._gone = gone

    def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        return torch.full((ids.shape[0],), self._gone.is_set(), dtype=torch.bool)


def _settle(batch: list[Request], done: "asyncio.Future[list[Any]]") -> None:
    error = done.exception()
    for index, request in enumerate(batch):
        if request.answer.done():
            continue
        if error is not None:
            request.answer.set_exception(error)
        else:
            request.answer.set_result(done.result()[index])


class Server:
    """The HTTP side."""

    def __init__(self, registry: Registry, engine: Engine) -> None:
        self._registry = registry
        self._engine = engine

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=4 * 2**20)
        app.router.add_get("/health", self.health)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/chat/completions", self.chat)
        return app

    async def health(self, _: web.Request) -> web.Response:
        """Say that the server is up, and for which models."""
        return web.json_response({"status": "ok", "models": sorted(self._registry.models())})

    async def models(self, _: web.Request) -> web.Response:
        """List the models in the OpenAI form."""
        names = sorted(self._registry.models())
        return web.json_response(
            {"object": "list", "data": [{"id": n, "object": "model"} for n in names]}
        )

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer one chat completion, streamed when asked for."""
        try:
            body = await request.json()
            name = str(body["model"])
            asked = list(body["messages"])
            served = self._registry.models().get(name)
            if served is None:
                return _error(404, f"This server knows no model {name!r}.")
            decoding = _decoding(body, served)
            turns = messages(asked, system_prompt=served.system_prompt)
        except (ValueError, KeyError, TypeError) as error:
            return _error(400, f"Not a chat completion request: {error}.")
        if body.get("stream"):
            return await self._streamed(request, name, served, turns, decoding)
        try:
            drawn = await self._engine.complete(served, turns, decoding)
        except Exception as error:  # a model that cannot load must not take the server down
            return _error(500, f"Model {name} failed: {type(error).__name__}: {error}")
        return web.json_response(_completion(name, drawn))

    async def _streamed(
        self, request: web.Request, name: str, served: Served, turns: list[Json], decoding: Any
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        head = _chunk_head(name)
        try:
            async for piece in self._engine.stream(served, turns, decoding):
                await _send(response, head | {"choices": [_delta({"content": piece})]})
            await _send(response, head | {"choices": [_delta({}, finish="stop")]})
        except ConnectionResetError:
            return response
        except Exception as error:  # the headers are out: say it in the stream
            await _send(response, {"error": {"message": f"Model {name} failed: {error}"}})
        await response.write(b"data: [DONE]\n\n")
        return response


def _decoding(body: Json, served: Served) -> Any:
    from loopwright.training.backends.sampling import Decoding

    settings = {**served.decoding, **{k: v for k, v in body.items() if v is not None}}
    most = settings.get("max_tokens") or settings.get("max_new_tokens") or 96
    return Decoding(
        temperature=float(settings.get("temperature", 1.0)),
        top_p=float(settings.get("top_p", 1.0)),
        max_new_tokens=max(1, min(int(most), 1024)),
    )


def _completion(name: str, drawn: Any) -> Json:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": drawn.text},
                "finish_reason": drawn.finish,
            }
        ],
        "usage": {"completion_tokens": drawn.tokens},
    }


def _chunk_head(name: str) -> Json:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": name,
    }


def _delta(delta: Json, *, finish: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "finish_reason": finish}


async def _send(response: web.StreamResponse, event: Json) -> None:
    await response.write(f"data: {json.dumps(event)}\n\n".encode())


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status)


def main() -> None:
    """Read the arguments and serve until stopped."""
    parser = argparse.ArgumentParser(description="Serve local policies on the loopback address.")
    parser.add_argument("--registry", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8323)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))
    server = Server(Registry(arguments.registry), Engine(threads=arguments.threads))
    web.run_app(server.app(), host=arguments.host, port=arguments.port, print=None)


if __name__ == "__main__":
    main()
