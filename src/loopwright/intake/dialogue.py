"""Conversations written as one text with Human and Assistant turns, read without loss."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loopwright.intake.model import Message

_TURN = re.compile(r"\n\n(Human|Assistant): ")
_ROLE_OF = {"Human": "user", "Assistant": "assistant"}
_NAME_OF = {role: name for name, role in _ROLE_OF.items()}


def parse_dialogue(text: str) -> list[Message]:
    """Return the turns of a dialogue; raise ValueError when it does not start with a turn.

    Every blank is kept, so that `render_dialogue` gives back the same text.
    """
    lead, *parts = _TURN.split(text)
    if lead or not parts:
        raise ValueError(r"the dialogue does not start with '\n\nHuman: ' or '\n\nAssistant: '")
    return [
        {"role": _ROLE_OF[name], "content": content}
        for name, content in zip(parts[::2], parts[1::2], strict=True)
    ]


def render_dialogue(messages: Sequence[Message]) -> str:
    """Return the one text of user and assistant turns."""
    return "".join(f"\n\n{_NAME_OF[m['role']]}: {m['content']}" for m in messages)


def split_shared(
    chosen: Sequence[Message], rejected: Sequence[Message]
) -> tuple[list[Message], list[Message], list[Message]]:
    """Return what two conversations share, and the rest of each; neither rest is empty.

    Raises ValueError when they share nothing or one is the beginning of the other.
    """
    shared = 0
    for left, right in zip(chosen, rejected, strict=False):
        if left != right:
            break
        shared += 1
    if shared == len(chosen) == len(rejected):
        raise ValueError("both conversations are the same")
    if shared in (len(chosen), len(rejected)):
        raise ValueError("one conversation is the beginning of the other")
    if shared == 0:
        raise ValueError("the two conversations share no prompt")
    return list(chosen[:shared]), list(chosen[shared:]), list(rejected[shared:])
