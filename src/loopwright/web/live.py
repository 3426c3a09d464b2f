"""The live stream: a project's events as they happen, resumed from the last one seen."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from loopwright.accounts.access import Permission, allowed, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects

router = APIRouter(tags=["live"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]

_POLL_SECONDS = 0.7
_COMMENT_EVERY = 15.0
_LONGEST_SECONDS = 300.0
"""Then the browser asks again, and is asked again who it is."""
_WHOLE = Permission.PROJECT_WRITE
_VEILED = ("coaching.", "gold.", "quality.")
"""What happened to which item would tell those who judge which items are gold."""
_SEQ = re.compile(r"[0-9]{1,18}", re.ASCII)


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
    await run_in_threadpool(home.db.read, lambda tx: projects.get(tx, project_id))
    resumed = last_event_id is not None and _SEQ.fullmatch(last_event_id) is not None
    newest = await run_in_threadpool(home.db.read, events.last_seq)
    seq = min(int(last_event_id), newest) if last_event_id and resumed else newest
    return StreamingResponse(
        _lines(home, request, project_id, seq, whole=allowed(actor, _WHOLE, project_id)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(
    home: Home, request: Request, project_id: str, seq: int, *, whole: bool
) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    quiet = 0.0
    end = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < end and not request.app.state.stopping:
        if await request.is_disconnected():
            return
        found = await run_in_threadpool(
            home.db.read,
            lambda tx, after=seq: events.after(tx, seq=after, project_id=project_id),
        )
        for event in found:
            seq = event.seq
            kind, subject = event.kind, event.subject_id
            if not whole and kind.startswith(_VEILED):
                kind, subject = "changed", None
            body = orjson.dumps({"kind": kind, "subject": subject, "at": event.at})
            yield b"id: %d\ndata: %s\n\n" % (seq, body)
        quiet = 0.0 if found else quiet + _POLL_SECONDS
        if quiet >= _COMMENT_EVERY:
            quiet = 0.0
            yield b": still here\n\n"
        await asyncio.sleep(_POLL_SECONDS)
