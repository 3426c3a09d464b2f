"""The books of a queue: what its counters and entries must say, counted row by row."""

from labeling_world import Desk

from loopwright.cli.bench.labeling_books import mistakes


def check_books(desk: Desk) -> None:
    """Every slot of every item is in exactly one place, and the counters count that."""
    assert desk.home.db.read(lambda tx: mistakes(tx, desk.project.id)) == []
