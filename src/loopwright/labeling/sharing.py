"""How a short queue is shared: pages fetch ahead no more than their part, and give it back."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, roles_with
from loopwright.accounts.model import Role
from loopwright.labeling import rules, store, store_effort
from loopwright.labeling.desk import Desk
from loopwright.labeling.model import Judge
from loopwright.projects.model import Project
from loopwright.sampling import service as sampling

_SHORT = 200
"""Judgments left; with more of them there is enough for everybody."""
_LEADS = frozenset({Role.OWNER, Role.LEAD})


def fair_count(desk: Desk, *, count: int, held: Sequence[str], answered: str | None = None) -> int:
    """Return how many of `count` offers besides `held` leave their part to the others.

    The others are the annotators and specialists of the project. What a judge has already stays
    theirs; `answered` is the assignment that this request answers.
    """
    if count < 1:
        return count
    remaining = desk.total.remaining - (answered is not None)
    if remaining >= _SHORT:
        return count
    may = roles_with(Permission.JUDGE) - _LEADS
    people = {one.id for one in accounts.people(desk.tx, desk.project.id) if one.role in may}
    share = rules.fair_share(remaining, len(people | {desk.judge.judge_id}))
    mine = {one.id for one in desk.mine if one.id != answered}
    return min(count, max(share, len(mine)) - len(mine.intersection(held)))


def sit(desk: Desk) -> int:
    """Begin a sitting of the judge, a page's time at the desk; return its number.

    A page that is closed gives back what it fetched ahead, and the next page may be served first:
    it is handed the same offers. Then the older sitting is over, and gives nothing back.
    """
    return store_effort.begin_sitting(
        desk.tx, project_id=desk.project.id, rater_id=desk.judge.rater_id
    )


def release(
    tx: Connection,
    *,
    project: Project,
    judge: Judge,
    assignment_ids: Sequence[str],
    sitting: int | None,
    now: float,
) -> int:
    """Give back offers that the judge has not begun; return how many. Others get them at once.

    The judge may meet them again, as after a lease that ran out. What is not the judge's, or was
    settled, is left as it is; so is everything when the page's `sitting` is over.
    """
    sampling.hold_cursor(tx, project_id=project.id, judge_id=judge.judge_id)
    newest = store_effort.sitting_of(tx, project_id=project.id, rater_id=judge.rater_id)
    if sitting is not None and sitting != newest:
        return 0
    named = set(assignment_ids)
    mine = store.held_by(tx, project_id=project.id, judge_id=judge.judge_id)
    # A lease may run out between the look and here; then its slot went back already.
    given = store.end_open(tx, [one.id for one in mine if one.id in named], now=now)
    sampling.give_back(
        tx, project_id=project.id, item_ids=given, held=partial(store.open_counts, tx)
    )
    return len(given)
