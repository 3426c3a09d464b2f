"""The live stream: a project's events as they happen, resumed from the last one seen."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.infra.http import get_home

router = APIRouter(tags=["live"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]

_POLL_SECONDS = 0.7
_COMMENT_EVERY = 15.0


@router.get("/api/projects/{project_id}/events", response_class=StreamingResponse)
async def stream(
    project_id: str,
    request: Request,
    home: HomeOf,
    actor: ActorOf,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Stream a project's events (server-sent); ids only, the pages fetch what they show."""
    require(actor, Permission.PROJECT_READ, project_id)
    start = last_event_id if last_event_id and last_event_id.isdigit() else None
    seq = int(start) if start else await run_in_threadpool(home.db.read, events.last_seq)
    return StreamingResponse(
        _lines(home, request, project_id, seq),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(home: Home, request: Request, project_id: str, seq: int) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    quiet = 0.0
    while not await request.is_disconnected() and not request.app.state.stopping:
        found = await run_in_threadpool(
            home.db.read,
            lambda tx, after=seq: events.after(tx, seq=after, project_id=project_id),
        )
        for event in found:
            seq = event.seq
            body = orjson.dumps({"kind": event.kind, "subject": event.subject_id, "at": event.at})
            yield b"id: %d\ndata: %s\n\n" % (seq, body)
        quiet = 0.0 if found else quiet + _POLL_SECONDS
        if quiet >= _COMMENT_EVERY:
            quiet = 0.0
            yield b": still here\n\n"
        await asyncio.sleep(_POLL_SECONDS)
