"""HTTP: send feedback, one or many; see what came and what it opened."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.errors import Conflict, LoopwrightError, NotFound
from loopwright.feedback import rules, service, store
from loopwright.feedback.model import EffectState, FeedbackKind, NewFeedback, Received
from loopwright.feedback.schemas import (
    BatchIn,
    BatchOut,
    Count,
    CountsOut,
    FeedbackIn,
    FeedbackOut,
    FeedbackPage,
    ResultOut,
)
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}/feedback", tags=["feedback"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
_MOST_NAMES = 50
"""A sender may name any number of sources."""


@router.post("")
def send(project_id: str, body: FeedbackIn, home: HomeOf, actor: ActorOf) -> ResultOut:
    """Store one feedback, once for each client id; it marks or opens, and is never a pair."""
    require(actor, Permission.FEEDBACK_WRITE, project_id)
    [row] = _receive(home, actor, project_id, [body.new()])
    if row.code is not None:
        raise _error(row)
    return ResultOut.of(row)


@router.post("/batch")
def send_batch(project_id: str, body: BatchIn, home: HomeOf, actor: ActorOf) -> BatchOut:
    """Store up to 1,000 rows, each by itself: a wrong one is refused and the others stay."""
    require(actor, Permission.FEEDBACK_WRITE, project_id)
    checked = [_checked(number, row) for number, row in enumerate(body.feedback, start=1)]
    good = [row for row in checked if isinstance(row, NewFeedback)]
    done = iter(_receive(home, actor, project_id, good))
    results = [ResultOut.of(next(done) if isinstance(row, NewFeedback) else row) for row in checked]
    counted = Counter(result.status for result in results)
    return BatchOut(
        stored=counted["stored"],
        repeated=counted["repeated"],
        refused=counted["refused"],
        results=results,
    )


@router.get("")
def list_feedback(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    kind: FeedbackKind | None = None,
    state: EffectState | None = None,
    source: Annotated[str | None, Query(max_length=200)] = None,
    item_id: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
) -> FeedbackPage:
    """Return a page of feedback, newest first."""
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> FeedbackPage:
        projects.get(tx, project_id)
        found = store.page(
            tx,
            project_id,
            kind=kind,
            source=source,
            state=state,
            item_id=item_id,
            before=None if before is None else int(before),
            limit=limit + 1,
        )
        shown = found[:limit]
        more = str(shown[-1][0].seq) if len(found) > limit else None
        return FeedbackPage(feedback=[FeedbackOut.of(*both) for both in shown], next=more)

    return home.db.read(read)


@router.get("/counts")
def counts(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    item_id: Annotated[str | None, Query(max_length=200)] = None,
) -> CountsOut:
    """Return how much feedback there is by kind, source and effect, of the project or an item.

    The room of the day is the project's.
    """
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> CountsOut:
        limits = projects.get(tx, project_id).spec.feedback
        found = store.counts(tx, project_id, item_id=item_id)
        since = rules.day_start(system_now())
        return CountsOut(
            total=sum(row[4] for row in found),
            by_kind=_counted((_kind(row[0], row[1]), row[4]) for row in found),
            by_source=_counted((row[2], row[4]) for row in found),
            by_state=_counted((row[3], row[4]) for row in found),
            opened_today=sum(row[2] for row in store.opened_today(tx, project_id, since=since)),
            per_day=limits.per_day,
            per_source_per_day=limits.per_source_per_day,
            per_user_per_day=limits.per_user_per_day,
        )

    return home.db.read(read)


def _receive(home: Home, actor: Actor, project_id: str, rows: list[NewFeedback]) -> list[Received]:
    now = system_now()
    return home.db.write(
        lambda tx: service.receive(
            tx, project_id=project_id, rows=rows, person_id=actor.person_id, now=now
        )
    )


def _checked(number: int, row: Any) -> NewFeedback | Received:
    try:
        return FeedbackIn.model_validate(row).new()
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        return Received(
            _sent_id(row),
            code="invalid_feedback",
            message=f"Row {number}: {place + ': ' if place else ''}{said}",
            remedy="Correct this row and send it again; /docs lists what is expected.",
        )


def _sent_id(row: Any) -> str | None:
    """Return the row's client id where it can be repeated in an answer."""
    found = row.get("client_id") if isinstance(row, dict) else None
    if not isinstance(found, str) or len(found) > 200:
        return None
    return found.encode("utf-8", "backslashreplace").decode()


def _error(row: Received) -> LoopwrightError:
    kind = Conflict if row.code == "client_id_reused" else NotFound
    return kind(row.message or "", remedy=row.remedy or "", code=row.code)


def _kind(kind: str, value: str | None) -> str:
    fixed = {FeedbackKind.THUMB.value, FeedbackKind.VERDICT.value}
    return f"{kind} {value}" if kind in fixed else kind


def _counted(pairs: Iterable[tuple[str, int]]) -> list[Count]:
    total: Counter[str] = Counter()
    for name, number in pairs:
        total[name] += number
    return [Count(name=name, count=number) for name, number in total.most_common(_MOST_NAMES)]
