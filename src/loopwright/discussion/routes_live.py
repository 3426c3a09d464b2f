"""HTTP: what happens in threads as it happens, resumed from the last entry seen."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.discussion import log, store
from loopwright.discussion.model import Entry, Reader, Visit
from loopwright.discussion.routes import reader_of
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}/threads", tags=["discussion"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]

_POLL_SECONDS = 0.7
_COMMENT_EVERY = 15.0
_LONGEST_SECONDS = 300.0
"""Then the browser asks again, and is asked again who it is."""
_AT_ONCE = 200
_SEQ = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass
class _Stream:
    """Where one listener is."""

    home: Home
    project_id: str
    reader: Reader
    thread_id: str | None
    seq: int
    here: list[str] | None = None


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    project_id: str,
    request: Request,
    home: HomeOf,
    actor: ActorOf,
    *,
    thread: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Stream what happens in the threads that the caller may see (server-sent).

    Each entry is an event whose id is its number; it goes on after Last-Event-ID, else after
    `after`, else from now. `thread` adds who is in that thread, as events called `presence`.
    """
    reader = reader_of(actor, project_id)

    def begin(tx: Connection) -> int:
        projects.get(tx, project_id)
        if thread is not None:
            log.seen(tx, Visit(project_id, thread, reader, system_now()))
        return store.last_seq(tx, project_id)

    newest = await run_in_threadpool(home.db.read, begin)
    resumed = last_event_id is not None and _SEQ.fullmatch(last_event_id) is not None
    asked = last_event_id if resumed else after
    seq = newest if asked is None else min(int(asked), newest)
    return StreamingResponse(
        _lines(request, _Stream(home, project_id, reader, thread, seq)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(request: Request, listener: _Stream) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    quiet = 0.0
    end = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < end and not request.app.state.stopping:
        if await request.is_disconnected():
            return
        parts = await run_in_threadpool(listener.home.db.read, lambda tx: _news(tx, listener))
        for part in parts:
            yield part
        quiet = 0.0 if parts else quiet + _POLL_SECONDS
        if quiet >= _COMMENT_EVERY:
            quiet = 0.0
            yield b": still here\n\n"
        await asyncio.sleep(_POLL_SECONDS)


def _news(tx: Connection, listener: _Stream) -> list[bytes]:
    """Return what is new for a listener, and move their place on."""
    reader = listener.reader
    found = store.entries_after(tx, listener.project_id, reader, seq=listener.seq, limit=_AT_ONCE)
    parts = [_event(one) for one in found]
    if found:
        listener.seq = found[-1].seq
    if listener.thread_id is not None:
        here = store.here(tx, listener.thread_id, now=system_now())
        if here != listener.here:
            listener.here = here
            body = orjson.dumps({"thread": listener.thread_id, "here": here})
            parts.append(b"event: presence\ndata: %s\n\n" % body)
    return parts


def _event(entry: Entry) -> bytes:
    body = {
        "thread": entry.thread_id,
        "kind": entry.kind,
        "entry": entry.id,
        "at": entry.created_at,
    }
    return b"id: %d\ndata: %s\n\n" % (entry.seq, orjson.dumps(body))
