"""Calls of gold: items whose answer is known, hidden in people's flow."""

from abc import ABC, abstractmethod
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json


class GoldCalls(ABC):
    """Make items gold, read what people made of them, retire them."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    def gold(self, project: str) -> Json:
        """Return every gold item (`gold`), and the `rules` by which it is handed out."""
        return self.get(at(project, "gold"))

    def gold_candidates(self, project: str) -> list[Json]:
        """Return items that could become gold."""
        return list(self.get(at(project, "gold", "candidates"))["candidates"])

    def gold_people(self, project: str) -> list[Json]:
        """Return how often each person was right on gold, by pseudonym."""
        return list(self.get(at(project, "gold", "people"))["people"])

    def add_gold(
        self, project: str, item_id: str, answer: Json | str | None = None, *, why: str = ""
    ) -> Json:
        """Make an item gold; without an answer the settled one counts."""
        return self.post(at(project, "gold"), {"item_id": item_id, "answer": answer, "why": why})

    def retire_gold(self, project: str, gold_id: str, why: str) -> Json:
        """Hand a gold item out no more."""
        return self.post(at(project, "gold", gold_id, "retire"), {"why": why}, repeatable=True)

    def my_gold(self, project: str) -> Json:
        """Return how often the caller was right on gold, and what they missed."""
        return self.get(at(project, "my", "gold"))
