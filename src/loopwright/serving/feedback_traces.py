"""Hands captured requests to the feedback that waits for them; feedback itself comes earlier."""

from sqlalchemy import Connection

from loopwright.feedback import service as feedback
from loopwright.feedback.model import Trace
from loopwright.infra.home import Home
from loopwright.serving import store
from loopwright.serving.shadow_items import as_message
from loopwright.serving.store import Captured


def settle_feedback(home: Home, *, now: float) -> int:
    """Settle feedback whose request has been captured by now; return how many were."""
    waiting = home.db.read(lambda tx: feedback.due(tx, now=now))
    if not waiting:
        return 0
    ids = sorted({found.request_id for found, _ in waiting if found.request_id is not None})

    def write(tx: Connection) -> int:
        traces = {found.id: _trace(found) for found in store.requests_of(tx, ids)}
        return feedback.settle(tx, waiting=waiting, traces=traces, now=now)

    return home.db.write(write)


def _trace(found: Captured) -> Trace:
    return Trace(
        project_id=found.project_id,
        messages=[as_message(message) for message in found.messages],
        completion=found.completion,
        policy_id=found.served or found.assigned,
    )
