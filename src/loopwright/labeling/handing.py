"""Hand an item to one person besides what the queue offers them."""

from collections.abc import Sequence

from loopwright.labeling import store
from loopwright.labeling.desk import Desk
from loopwright.labeling.model import Assignment
from loopwright.labeling.reserve import may_offer, offer
from loopwright.sampling import upkeep


def hand(desk: Desk, item_ids: Sequence[str]) -> list[Assignment]:
    """Offer items to a judge, each wanting one judgment more for it; return the offers.

    Nothing tells such an offer from another. A lease that runs out goes to the queue, as any.
    Left out: what the judge met already, what was set aside, and what a pause, a cap, the budget
    or the number of items that one may hold does not allow.
    """
    allowed = may_offer(desk, wanted=len(item_ids))
    fresh = [one for one in item_ids if desk.judge.judge_id not in store.met_by(desk.tx, one)]
    slots = upkeep.want_one_more(
        desk.tx, project_id=desk.project.id, item_ids=fresh[:allowed], now=desk.now
    )
    # Less than half is left, so it is renewed with the page's next request, as the others begin.
    return offer(desk, slots, seconds=0.49 * desk.project.spec.lease_seconds)
