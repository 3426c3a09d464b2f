"""What every policy backend does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from loopwright.base.types import Json


@dataclass(frozen=True)
class Decoding:
    """How tokens are drawn. Unset fields are left to the backend."""

    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int | None = None


class PolicyBackend(Protocol):
    """Something that answers a conversation."""

    def complete(self, messages: Sequence[Json], decoding: Decoding) -> str:
        """Return the assistant's text for [{role, content}]; raises a LoopwrightError."""
        ...
