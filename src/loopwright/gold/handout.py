"""Hand gold to people while they judge, so that nobody can tell which items it is."""

import secrets
from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import Connection

from loopwright.accounts import store as accounts
from loopwright.accounts.access import Permission, allowed
from loopwright.gold import rules, store
from loopwright.gold.model import Pace
from loopwright.gold.service import MONTH_SECONDS
from loopwright.labeling import service as labeling
from loopwright.labeling.handing import hand
from loopwright.labeling.rules import day_of
from loopwright.projects.model import Project
from loopwright.sampling.rules import order_of


def hand_due(tx: Connection, *, project: Project, rater_id: str, person_id: str, now: float) -> int:
    """Draw for a person's judgments since the last time and hand out what is due.

    Returns how many offers were made. Two servers that do it at once make them once: the person's
    place in the queue is held. Gold that the person lacks, or may not get now, stays due.
    """
    actor = accounts.actor(tx, person_id)
    if actor is None or not allowed(actor, Permission.JUDGE, project.id):
        return 0
    if allowed(actor, Permission.PROJECT_WRITE, project.id):
        return 0  # they can see which items are gold
    desk = labeling.desk_of(
        tx, project_id=project.id, person_id=person_id, kind=actor.kind.value, now=now
    )
    judged, in_month = store.judged_by(
        tx, project_id=project.id, rater_id=rater_id, from_day=day_of(now - MONTH_SECONDS)
    )
    before = store.pace_of(tx, project_id=project.id, rater_id=rater_id)
    if before is None:  # what was judged before there was gold is not drawn for
        before = Pace(secrets.token_hex(16), judged, 0)
        store.put_pace(tx, before, project_id=project.id, rater_id=rater_id)
        return 0
    pace = rules.drawn(before, project.spec.gold, judged=judged, in_month=in_month)
    offered = 0
    if pace.due:
        lanes = {branch.lane for branch in order_of(desk.counts, tags=desk.judge.tags, turn=0)}
        unmet = store.unmet(tx, project_id=project.id, judge_id=desk.judge.judge_id, lanes=lanes)
        offered = len(hand(desk, _chosen(tx, unmet, pace=pace)))
    after = Pace(pace.salt, pace.judged, pace.due - offered)
    if after != before:
        store.put_pace(tx, after, project_id=project.id, rater_id=rater_id)
    return offered


def _chosen(tx: Connection, unmet: Collection[tuple[str, str]], *, pace: Pace) -> list[str]:
    """Return as many items as are due: the least met first, in an order of this person's own."""
    met = store.exposures(tx, [gold for gold, _ in unmet])

    def place(one: tuple[str, str]) -> tuple[int, bytes]:
        return met[one[0]], blake2b(f"{pace.salt}:{one[0]}".encode(), digest_size=8).digest()

    return [item for _, item in sorted(unmet, key=place)[: pace.due]]
