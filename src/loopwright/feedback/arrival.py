"""Feedback as it arrives becomes a fact: masked, its end user a pseudonym, its target named."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace

from loopwright.base.digests import digest_json
from loopwright.feedback import rules
from loopwright.feedback.model import Feedback, NewFeedback
from loopwright.intake import capture
from loopwright.intake.masking import MaskScope, add_counts
from loopwright.intake.model import Message, NewPrompt, Prompt
from loopwright.intake.rules import derived_id


def captured(
    row: NewFeedback,
    *,
    project_id: str,
    person_id: str | None,
    key: str,
    prompt: Prompt | None,
    now: float,
) -> Feedback:
    """Return the masked fact; `prompt` is that of the item it is about."""
    masking = _Masking(row, project_id, prompt)
    target = row.target
    named = (
        target.item_id or target.request_id or digest_json([masking.messages, masking.completion])
    )
    found = Feedback(
        # The id follows from what was sent; what is stored of it is masked.
        id=derived_id("fbk", project_id, row.client_id),
        project_id=project_id,
        client_id=masking.short(row.client_id) or "",
        digest="",
        kind=row.kind.value,
        value=masking.short(row.value),
        score=row.score,
        score_max=row.score_max,
        text=masking.long(row.text),
        comment=masking.long(row.comment),
        question=masking.short(row.question),
        tool=masking.short(row.tool),
        rater=masking.short(row.rater),
        source=masking.short(row.source) or "",
        person_id=person_id,
        subject=None if row.user is None else rules.pseudonym(key, row.user),
        item_id=target.item_id,
        request_id=target.request_id,
        messages=masking.messages,
        completion=masking.completion,
        target_key=named,
        policy=masking.short(row.policy),
        segment=masking.short(row.segment),
        mask_counts=dict(masking.counts),
        occurred_at=now if row.occurred_at is None else row.occurred_at,
        created_at=now,
    )
    return replace(found, digest=_digest(found, row.occurred_at))


def _digest(found: Feedback, occurred_at: float | None) -> str:
    """Return the digest of what was sent: a retry comes later, and is the same."""
    own = {"person_id", "digest", "created_at", "occurred_at", "seq"}
    said = {name: value for name, value in asdict(found).items() if name not in own}
    return digest_json({**said, "occurred_at": occurred_at})


class _Masking:
    """One scope for all texts of a feedback, so that a value has one placeholder in it."""

    def __init__(self, row: NewFeedback, project_id: str, prompt: Prompt | None) -> None:
        self.counts: Counter[str] = Counter()
        self.messages: list[Message] | None = None
        self.completion: str | None = None
        if row.target.messages is not None:
            arrived = NewPrompt(messages=row.target.messages, source=row.source)
            masked, self._scope = capture.capture_prompt(project_id, arrived)
            self.messages = list(masked.messages)
            add_counts(self.counts, masked.mask_counts)
            self.completion = self.long(row.target.completion)
        else:
            self._scope = MaskScope() if prompt is None else capture.scope_of(prompt.messages)

    def long(self, text: str | None) -> str | None:
        """Return a text masked in the feedback's scope."""
        if text is None:
            return None
        masked = self._scope.mask(text)
        add_counts(self.counts, masked.counts)
        return masked.text

    def short(self, text: str | None) -> str | None:
        """Return a name masked by itself: it means the same whatever it stands beside."""
        return None if text is None else MaskScope().mask(text).text
