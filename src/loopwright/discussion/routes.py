"""HTTP: threads to read and to write in; a thread that one may not see yet is not there."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, allowed, require, role_in
from loopwright.accounts.model import Actor, PersonKind
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.discussion import resolving, service, store, viewing
from loopwright.discussion.model import Reader, Subject, SubjectKind, ThreadState, Visit
from loopwright.discussion.schemas import (
    MessageIn,
    MyThreadsOut,
    PresenceIn,
    ResolutionIn,
    StanceIn,
    ThreadIn,
    ThreadOut,
    ThreadsOut,
    thread_out,
    thread_row,
)
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.infra.rate_limit import TokenBuckets
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}", tags=["discussion"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
_MOST_WAITING = 200


def reader_of(actor: Actor, project_id: str) -> Reader:
    """Return what somebody may see and do in a project's threads. Raises Forbidden."""
    require(actor, Permission.PROJECT_READ, project_id)
    role = role_in(actor, project_id)
    return Reader(
        person_id=actor.person_id,
        role="" if role is None else role.value,
        simulated=actor.kind is PersonKind.SIMULATED,
        reads_all=allowed(actor, Permission.RESULTS_READ, project_id),
        writes=allowed(actor, Permission.JUDGE, project_id),
    )


def writer_of(project_id: str, request: Request, actor: ActorOf) -> Reader:
    """Return who writes in a thread. Raises Forbidden, TooManyRequests."""
    require(actor, Permission.JUDGE, project_id)
    buckets: TokenBuckets = request.app.state.thread_limit
    buckets.take(f"{project_id} {actor.person_id}")
    return reader_of(actor, project_id)


Writes = Annotated[Reader, Depends(writer_of)]


@router.get("/threads")
def list_threads(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    state: ThreadState | None = None,
    subject: SubjectKind | None = None,
    subject_id: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
) -> ThreadsOut:
    """Return threads that the caller may see, the latest activity first."""
    reader = reader_of(actor, project_id)

    def look(tx: Connection) -> ThreadsOut:
        spec = projects.get(tx, project_id).spec
        found = store.page(
            tx,
            project_id,
            reader,
            state=state,
            subject=subject,
            subject_id=subject_id,
            before_seq=None if before is None else int(before),
            limit=limit + 1,
        )
        shown = found[:limit]
        return ThreadsOut(
            threads=[thread_row(one) for one in viewing.listing(tx, spec, shown, reader)],
            next=str(shown[-1].last_seq) if len(found) > limit else None,
        )

    return home.db.read(look)


@router.get("/my/threads")
def my_threads(project_id: str, home: HomeOf, actor: ActorOf) -> MyThreadsOut:
    """Return the threads that wait for the caller: called first, then unread, then a stance."""
    reader = reader_of(actor, project_id)
    found = home.db.read(
        lambda tx: viewing.waiting(tx, project_id=project_id, reader=reader, limit=_MOST_WAITING)
    )
    return MyThreadsOut(
        threads=[thread_row(one) for one in found],
        unread=sum(one.standing.unread for one in found),
        called=sum(one.standing.called for one in found),
    )


@router.post("/threads")
def open_thread(project_id: str, body: ThreadIn, home: HomeOf, writer: Writes) -> ThreadOut:
    """Open a thread with its first message; where one is open there, the message joins it."""
    now = system_now()

    def write(tx: Connection) -> ThreadOut:
        projects.get(tx, project_id)
        thread_id = service.open_thread(
            tx,
            project_id=project_id,
            reader=writer,
            subject=Subject(body.subject.kind, body.subject.id),
            client_id=body.client_id,
            text=body.text,
            now=now,
        )
        return thread_out(viewing.view(tx, Visit(project_id, thread_id, writer, now)))

    return home.db.write(write)


@router.get("/threads/{thread_id}")
def read_thread(project_id: str, thread_id: str, home: HomeOf, actor: ActorOf) -> ThreadOut:
    """Return a thread: what was said, how the votes fell, and where people moved."""
    visit = Visit(project_id, thread_id, reader_of(actor, project_id), system_now())
    return home.db.read(lambda tx: thread_out(viewing.view(tx, visit)))


@router.post("/threads/{thread_id}/messages")
def post_message(
    project_id: str, thread_id: str, body: MessageIn, home: HomeOf, writer: Writes
) -> ThreadOut:
    """Say something, once for each client id."""
    visit = Visit(project_id, thread_id, writer, system_now())
    return _changed(
        home,
        visit,
        lambda tx: service.post(tx, visit, client_id=body.client_id, text=body.text),
    )


@router.post("/threads/{thread_id}/messages/{message_id}/edit")
def edit_message(
    project_id: str, thread_id: str, message_id: str, body: MessageIn, home: HomeOf, writer: Writes
) -> ThreadOut:
    """Put a text in the place of one's own message; the earlier ones stay readable."""
    visit, client_id = Visit(project_id, thread_id, writer, system_now()), body.client_id
    return _changed(
        home,
        visit,
        lambda tx: service.edit(
            tx, visit, message_id=message_id, client_id=client_id, text=body.text
        ),
    )


@router.delete("/threads/{thread_id}/messages/{message_id}")
def delete_message(
    project_id: str, thread_id: str, message_id: str, home: HomeOf, writer: Writes
) -> ThreadOut:
    """Stop showing a message; that there was one stays."""
    visit = Visit(project_id, thread_id, writer, system_now())
    return _changed(home, visit, lambda tx: service.delete(tx, visit, message_id=message_id))


@router.post("/threads/{thread_id}/stance")
def take_stance(
    project_id: str, thread_id: str, body: StanceIn, home: HomeOf, writer: Writes
) -> ThreadOut:
    """Answer the item's question anew; one's judgment stays as it was."""
    visit = Visit(project_id, thread_id, writer, system_now())
    return _changed(
        home,
        visit,
        lambda tx: service.take_stance(tx, visit, client_id=body.client_id, answer=body.answer),
    )


@router.post("/threads/{thread_id}/resolve")
def resolve_thread(
    project_id: str,
    thread_id: str,
    body: ResolutionIn,
    home: HomeOf,
    actor: ActorOf,
    writer: Writes,
) -> ThreadOut:
    """End a thread with an answer, why, and the lesson; or as irresolvable."""
    visit = Visit(project_id, thread_id, writer, system_now())
    require(actor, Permission.RESULTS_READ, visit.project_id)
    return _changed(home, visit, lambda tx: resolving.resolve(tx, visit, body.resolution()))


@router.post("/threads/{thread_id}/presence")
def be_there(
    project_id: str, thread_id: str, body: PresenceIn, home: HomeOf, actor: ActorOf
) -> ThreadOut:
    """Say how far one has read, and that one is there; send it every 15 seconds."""
    visit = Visit(project_id, thread_id, reader_of(actor, project_id), system_now())
    return _changed(
        home, visit, lambda tx: service.be_there(tx, visit, read=body.read, here=body.here)
    )


def _changed(home: Home, visit: Visit, act: Callable[[Connection], None]) -> ThreadOut:
    def write(tx: Connection) -> ThreadOut:
        projects.get(tx, visit.project_id)
        act(tx)
        return thread_out(viewing.view(tx, visit))

    return home.db.write(write)
