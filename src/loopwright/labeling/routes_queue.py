"""HTTP for those who keep the queue: see it, pause it, move items, change overlap, open again."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.labeling import queue, store_queue
from loopwright.labeling.schemas_queue import (
    ChangedOut,
    MoveIn,
    OverlapIn,
    PauseIn,
    QueueOut,
    ReopenIn,
    Selection,
    StuckItemsOut,
    queue_out,
    stuck_out,
)
from loopwright.projects import service as projects
from loopwright.sampling import service as sampling
from loopwright.sampling import upkeep
from loopwright.sampling.model import Band

router = APIRouter(prefix="/api/projects/{project_id}/queue", tags=["queue"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
Change = Callable[[Connection, Sequence[str]], int]


@router.get("")
def get_queue(project_id: str, home: HomeOf, actor: ActorOf) -> QueueOut:
    """Return the queue's counts by lane and band, from counters, and whether it is paused."""
    require(actor, Permission.RESULTS_READ, project_id)
    return home.db.read(lambda tx: _queue(tx, project_id))


@router.get("/stuck")
def stuck(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> StuckItemsOut:
    """Return the items that were set aside, with the reasons of those who skipped them."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> StuckItemsOut:
        most = projects.get(tx, project_id).spec.assignment.skips
        found = queue.stuck(tx, project_id, limit=limit)
        return StuckItemsOut(items=[stuck_out(item, most_skips=most) for item in found])

    return home.db.read(read)


@router.post("/pause")
def pause(project_id: str, body: PauseIn, home: HomeOf, actor: ActorOf) -> QueueOut:
    """Offer nothing new, with a reason; leased items may still be answered."""
    require(actor, Permission.PROJECT_WRITE, project_id)

    def write(tx: Connection) -> QueueOut:
        projects.get(tx, project_id)
        upkeep.pause(
            tx,
            project_id=project_id,
            reason=body.reason,
            by=actor.person_id,
            now=system_now(),
        )
        return _queue(tx, project_id)

    return home.db.write(write)


@router.post("/resume")
def resume(project_id: str, home: HomeOf, actor: ActorOf) -> QueueOut:
    """Offer items again."""
    require(actor, Permission.PROJECT_WRITE, project_id)

    def write(tx: Connection) -> QueueOut:
        upkeep.resume(tx, project_id=project_id, now=system_now())
        return _queue(tx, project_id)

    return home.db.write(write)


@router.post("/move")
def move(project_id: str, body: MoveIn, home: HomeOf, actor: ActorOf) -> ChangedOut:
    """Put items at the end of a band, while people work; the same again changes nothing."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    band = Band[body.band.upper()]
    return _changed(
        home,
        project_id,
        body,
        closed=False,
        change=lambda tx, ids: queue.move(
            tx, project_id=project_id, item_ids=ids, band=band, now=system_now()
        ),
    )


@router.post("/overlap")
def overlap(project_id: str, body: OverlapIn, home: HomeOf, actor: ActorOf) -> ChangedOut:
    """Want more or fewer judgments on items, never fewer than are there or being made."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    return _changed(
        home,
        project_id,
        body,
        closed=body.closed,
        change=lambda tx, ids: queue.set_overlap(
            tx, project_id=project_id, item_ids=ids, overlap=body.overlap, now=system_now()
        ),
    )


@router.post("/reopen")
def reopen(project_id: str, body: ReopenIn, home: HomeOf, actor: ActorOf) -> ChangedOut:
    """Offer items that were set aside again, to those who have not met them."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    changed = home.db.write(
        lambda tx: queue.reopen(tx, project_id=project_id, item_ids=body.items, now=system_now())
    )
    return ChangedOut(changed=changed)


def _queue(tx: Connection, project_id: str) -> QueueOut:
    projects.get(tx, project_id)
    return queue_out(sampling.pause_of(tx, project_id), queue.branches(tx, project_id))


def _changed(
    home: Home, project_id: str, body: Selection, *, closed: bool, change: Change
) -> ChangedOut:
    """Change items in batches, each in a transaction of its own: annotators wait for none long.

    When it is cut off, the same request goes on where it stopped.
    """
    home.db.read(lambda tx: projects.get(tx, project_id))
    changed = 0
    for part in _batches(home, project_id, body, closed=closed):
        changed += home.db.write(lambda tx, ids=part: change(tx, ids))  # type: ignore[misc]
    return ChangedOut(changed=changed)


def _batches(
    home: Home, project_id: str, body: Selection, *, closed: bool
) -> Iterator[Sequence[str]]:
    if body.items is not None:
        for start in range(0, len(body.items), queue.BATCH):
            yield body.items[start : start + queue.BATCH]
        return
    after = (0.0, "")
    while True:
        last = after
        page = home.db.read(
            lambda tx, last=last: store_queue.selected(  # type: ignore[misc]
                tx,
                project_id,
                segment=body.segment,
                purpose=None if body.purpose is None else body.purpose.value,
                closed=closed,
                after=last,
                limit=queue.BATCH,
            )
        )
        if not page:
            return
        yield [item_id for _, item_id in page]
        after = page[-1]
