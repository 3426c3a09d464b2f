"""Pure decisions of intake: which split a prompt belongs to, and the id of what arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from loopwright.base.digests import digest_json
from loopwright.base.ids import encode_130_bits
from loopwright.base.types import Json
from loopwright.intake.model import Item, Message, NewItem

LEAVE_OUT = "leave out bad rows (--skip-bad) and read the rejects"
"""The remedy of an import that a row stops, as the page and the command line know it."""
TRAIN, HELD_OUT = "train", "held_out"
HELD_OUT_SHARE = 0.2
_ROLES = ("system", "user", "assistant", "tool")


def split_of(digest: str) -> str:
    """Return the split of a prompt by its digest: the same text is always on the same side."""
    share = int(digest.removeprefix("sha256:")[:8], 16) / 16**8
    return HELD_OUT if share < HELD_OUT_SHARE else TRAIN


def derived_id(prefix: str, *parts: str) -> str:
    """Return an id that follows from what it names: the same parts, the same id, anywhere.

    130 bits of SHA-256 over the length-prefixed parts.
    """
    content = "".join(f"{len(part)}:{part}" for part in parts).encode()
    number = int.from_bytes(hashlib.sha256(content).digest()[:17], "big") >> 6
    return f"{prefix}_{encode_130_bits(number)}"


def prompt_id(project_id: str, source: str, key: str) -> str:
    """Return the id of the prompt that a source knows by `key`."""
    return derived_id("prm", project_id, source, key)


def completion_id(prompt: str, policy_version: str, digest: str) -> str:
    """Return the id of a policy version's text for a prompt."""
    return derived_id("cmp", prompt, policy_version, digest)


def item_id(project_id: str, origin_key: str) -> str:
    """Return the id of the item that the project knows by `origin_key`."""
    return derived_id("itm", project_id, origin_key)


def messages_digest(messages: Sequence[Message]) -> str:
    """Return the digest of a conversation."""
    return digest_json([{"role": m["role"], "content": m["content"]} for m in messages])


def joined_turns(messages: Sequence[Message]) -> str:
    """Return a completion of several turns as one text."""
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in messages)


def messages_problem(messages: object) -> str | None:
    """Return why `messages` is not a conversation, or None when it is one."""
    if not isinstance(messages, list) or not messages:
        return "messages must be a list of at least one {role, content}"
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict):
            return f"message {number} is not an object with role and content"
        if message.get("role") not in _ROLES:
            return f"message {number} has role {message.get('role')!r}, not {', '.join(_ROLES)}"
        if not isinstance(message.get("content"), str):
            return f"message {number} has no text as content"
    return None


def shown_of(item: NewItem | Item) -> Json:
    """Return what makes an item that item, by the words that a user knows it by."""
    return {
        "question": item.question_id,
        "prompt": item.prompt_id,
        "completions": list(item.completion_ids),
        "image": item.image,
        "purpose": item.purpose,
        "set_name": item.set_name,
        "requires": sorted(set(item.requires)),
    }


def differing(one: Json, other: Json) -> list[str]:
    """Return the names of what differs between two items by `shown_of`."""
    found = [name for name in one if one[name] != other[name]]
    # Completions belong to their prompt: another prompt's are others, whatever their texts.
    return [name for name in found if name != "completions" or "prompt" not in found]
