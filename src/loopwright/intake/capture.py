"""The one door through which text comes in: it leaves masked, with counts by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from loopwright.base.digests import digest_bytes
from loopwright.intake import rules
from loopwright.intake.masking import MaskScope, add_counts
from loopwright.intake.model import MaskedPrompt, MaskedText, Message, NewPrompt


def capture_prompt(project_id: str, arrived: NewPrompt) -> tuple[MaskedPrompt, MaskScope]:
    """Return the masked prompt, and the scope that its completions are masked in."""
    scope = MaskScope(known_names=arrived.names)
    messages, counts = _masked_messages(arrived.messages, scope)
    digest = rules.messages_digest(messages)
    # A key is a row number or a name in a file; one that is itself an address is masked too.
    key = MaskScope().mask(arrived.key).text if arrived.key is not None else digest
    prompt = MaskedPrompt(
        id=rules.prompt_id(project_id, arrived.source, key),
        project_id=project_id,
        source=arrived.source,
        key=key,
        messages=messages,
        digest=digest,
        segment=arrived.segment,
        residency=arrived.residency,
        mask_counts=counts,
        origin=arrived.origin,
        simulated=arrived.simulated,
    )
    return prompt, scope


def capture_text(
    text: str, scope: MaskScope, *, messages: Sequence[Message] | None = None
) -> MaskedText:
    """Return a completion's masked text, or its masked turns where it has several."""
    if messages is None:
        masked = scope.mask(text)
        return MaskedText(masked.text, None, digest_bytes(masked.text.encode()), masked.counts)
    turns, counts = _masked_messages(messages, scope)
    return MaskedText(rules.joined_turns(turns), turns, rules.messages_digest(turns), counts)


def scope_of(messages: Sequence[Message]) -> MaskScope:
    """Return a scope for new completions of a stored prompt: its numbers are taken."""
    return MaskScope(reserved_in=[message["content"] for message in messages])


def _masked_messages(
    messages: Sequence[Message], scope: MaskScope
) -> tuple[list[Message], dict[str, int]]:
    counts: Counter[str] = Counter()
    turns: list[Message] = []
    for message in messages:
        masked = scope.mask(message["content"])
        add_counts(counts, masked.counts)
        turns.append({"role": message["role"], "content": masked.text})
    return turns, dict(counts)
