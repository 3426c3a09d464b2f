"""Calls of those who keep the queue."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json


class QueueCalls(ABC):
    """The queue, items that were set aside, pauses, bands and overlap."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    def queue(self, project: str) -> Json:
        """Return the queue's counts by lane and band, and whether it is paused."""
        return self.get(at(project, "queue"))

    def stuck_items(self, project: str, *, limit: int = 100) -> list[Json]:
        """Return the items that were set aside, with the reasons of those who skipped them."""
        return list(self.get(at(project, "queue", "stuck"), limit=limit)["items"])

    def pause_queue(self, project: str, reason: str) -> Json:
        """Offer nothing new; annotators read the reason. Return the queue."""
        return self.post(at(project, "queue", "pause"), {"reason": reason}, repeatable=True)

    def resume_queue(self, project: str) -> Json:
        """Offer items again; return the queue."""
        return self.post(at(project, "queue", "resume"), repeatable=True)

    def move_items(
        self,
        project: str,
        band: str,
        *,
        items: Sequence[str] | None = None,
        segment: str | None = None,
        purpose: str | None = None,
        everything: bool = False,
    ) -> int:
        """Put items at the end of a band; return how many moved.

        Bands: targeted, evaluation, confused, core. Name items by id, or all of a segment
        and/or a purpose, or everything that is not closed.
        """
        body = {**_chosen(items, segment, purpose, everything), "band": band}
        return int(self.post(at(project, "queue", "move"), body, repeatable=True)["changed"])

    def set_overlap(
        self,
        project: str,
        overlap: int,
        *,
        items: Sequence[str] | None = None,
        segment: str | None = None,
        purpose: str | None = None,
        everything: bool = False,
        closed: bool = False,
    ) -> int:
        """Want so many judgments on items; return how many items changed.

        Never fewer than are there or being made. With `closed`, items that have all their
        judgments are opened again when they now want more.
        """
        body = {**_chosen(items, segment, purpose, everything), "overlap": overlap}
        path = at(project, "queue", "overlap")
        return int(self.post(path, {**body, "closed": closed}, repeatable=True)["changed"])

    def reopen_items(self, project: str, items: Sequence[str]) -> int:
        """Offer items that were set aside again; return how many there were."""
        body = {"items": list(items)}
        return int(self.post(at(project, "queue", "reopen"), body, repeatable=True)["changed"])


def _chosen(
    items: Sequence[str] | None, segment: str | None, purpose: str | None, everything: bool
) -> Json:
    return {
        "items": None if items is None else list(items),
        "segment": segment,
        "purpose": purpose,
        "everything": everything,
    }
