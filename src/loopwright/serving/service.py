"""What the rest of the product asks about captured traffic."""

from sqlalchemy import Connection

from loopwright.release.model import Release, TrafficSummary
from loopwright.serving import store
from loopwright.serving.traffic import summarize


def traffic_of(tx: Connection, release: Release) -> TrafficSummary:
    """Return what was captured for a release since its stage began."""
    since = release.stage_started_at
    return summarize(
        store.seen_of_release(tx, release_id=release.id, since=since),
        since=since,
        serving_candidate=release.share > 0.0,
        lost=store.lost_since(tx, since),
    )
