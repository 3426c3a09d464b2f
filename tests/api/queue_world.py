"""The shortest way to do what leads and annotators do to a queue."""

from labeling_world import START, Desk

from loopwright.labeling import queue, service
from loopwright.labeling.model import Assignment, ImportedJudgment, Judge, SkipReason
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band, ItemState


def skip(
    desk: Desk,
    name: str,
    offer: Assignment,
    *,
    reason: SkipReason = SkipReason.CANNOT_JUDGE,
    judge: Judge | None = None,
) -> None:
    desk.home.db.write(
        lambda tx: service.skip(
            tx,
            project=desk.project,
            judge=judge or desk.judge(name),
            assignment_id=offer.id,
            token=offer.token,
            reason=reason,
            now=START,
        )
    )


def meet(desk: Desk, name: str, item_id: str) -> Assignment:
    """Return the offer of an item, among all that this person may hold."""
    return next(one for one in desk.reserve(name, count=9) if one.item_id == item_id)


def state(desk: Desk, item_id: str) -> ItemState:
    found = desk.home.db.read(lambda tx: sampling.state_of(tx, item_id))
    assert found is not None
    return found


def move(desk: Desk, items: list[str], band: Band) -> int:
    return desk.home.db.write(
        lambda tx: queue.move(tx, project_id="desk", item_ids=items, band=band, now=START)
    )


def overlap(desk: Desk, items: list[str], number: int) -> int:
    return desk.home.db.write(
        lambda tx: queue.set_overlap(
            tx, project_id="desk", item_ids=items, overlap=number, now=START
        )
    )


def reopen(desk: Desk, items: list[str]) -> int:
    return desk.home.db.write(
        lambda tx: queue.reopen(tx, project_id="desk", item_ids=items, now=START)
    )


def judge_all(desk: Desk, *names: str) -> None:
    for name in names:
        while offers := desk.reserve(name, count=9):
            for offer in offers:
                desk.submit(name, offer)


def import_votes(desk: Desk, item_id: str, *raters: str) -> int:
    rows = [
        ImportedJudgment(
            client_id=f"import:file:{item_id}:{rater}",
            item_id=item_id,
            question_id="preference",
            rater_id=f"rtr_{rater}",
            outcome="first",
            shown_order=None,
            created_at=5.0,
        )
        for rater in raters
    ]
    return desk.home.db.write(
        lambda tx: service.record_imported(tx, project_id="desk", rows=rows, now=START)
    )
