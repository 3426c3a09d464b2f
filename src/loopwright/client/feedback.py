"""Calls that send and list feedback."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json

MAX_BATCH = 1000


class FeedbackCalls(ABC):
    """The client's calls about feedback."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    def send_feedback(
        self,
        project: str,
        kind: str,
        value: str | float,
        *,
        client_id: str | None = None,
        **other: Any,
    ) -> Json:
        """Send one feedback; return its id, state and what it opened.

        `kind` is thumb, rating, edit, verdict or label. Say what it is about with `item_id`,
        `request_id`, or `prompt` and `completion`; further fields as the guide lists them. It is
        sent again with the same client id after a cut connection, and stored once.
        """
        body = {"client_id": client_id or str(uuid.uuid4()), "kind": kind, "value": value, **other}
        return self.post(at(project, "feedback"), body, repeatable=True)

    def send_feedback_batch(self, project: str, rows: Iterable[Json]) -> list[Json]:
        """Send any number of rows, 1,000 at once; return a result for each, in the order given.

        A row without a `client_id` gets one. A refused row says why; the others are stored.
        """
        named = [{"client_id": str(uuid.uuid4()), **row} for row in rows]
        results: list[Json] = []
        for start in range(0, len(named), MAX_BATCH):
            part: Sequence[Json] = named[start : start + MAX_BATCH]
            path = at(project, "feedback", "batch")
            results += self.post(path, {"feedback": part}, repeatable=True)["results"]
        return results

    def feedback(self, project: str, **filters: Any) -> Json:
        """Return a page of `feedback`, newest first, and `next`, which goes into `before`.

        Filters: kind, state, source, item_id, limit, before.
        """
        return self.get(at(project, "feedback"), **filters)

    def feedback_counts(self, project: str) -> Json:
        """Return how much feedback there is by kind, source and effect."""
        return self.get(at(project, "feedback", "counts"))
