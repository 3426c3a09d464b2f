"""Replay of completions that are already there."""

from collections.abc import Iterable, Sequence

from loopwright.base.digests import digest_json
from loopwright.base.errors import NotFound
from loopwright.base.types import Json
from loopwright.models.backends.protocol import Decoding


class Recorded:
    """Answers each known conversation with its stored completions, in turn."""

    def __init__(self, rows: Iterable[tuple[Sequence[Json], str]]) -> None:
        self._texts: dict[str, list[str]] = {}
        self._served: dict[str, int] = {}
        for messages, text in rows:
            self._texts.setdefault(digest_json(list(messages)), []).append(text)

    def complete(self, messages: Sequence[Json], decoding: Decoding) -> str:
        """Return the next stored completion (decoding plays no part); raises NotFound."""
        key = digest_json(list(messages))
        texts = self._texts.get(key)
        if not texts:
            raise NotFound(
                f"No completion is recorded for the conversation {key}.",
                remedy="Import completions for this prompt, or use a live backend.",
                code="completion_not_recorded",
            )
        turn = self._served.get(key, 0)
        self._served[key] = turn + 1
        return texts[turn % len(texts)]
