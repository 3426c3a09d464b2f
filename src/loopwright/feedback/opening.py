"""From a feedback to an item that people judge: inside the day's room, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from loopwright.base.digests import digest_bytes
from loopwright.feedback import rules, store
from loopwright.feedback.model import Choice, Effect, EffectState, Feedback, Room, Trace
from loopwright.intake import service as intake
from loopwright.intake import store as intake_store
from loopwright.intake.model import (
    DEFAULT_SEGMENT,
    Item,
    ItemPurpose,
    NewCompletion,
    NewItem,
    NewPrompt,
)
from loopwright.intake.rules import item_id as item_id_of
from loopwright.labeling import queue
from loopwright.models import service as models
from loopwright.projects.spec import ProjectSpec, QuestionSpec
from loopwright.questions.registry import kind_of
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band

_OPENABLE = frozenset({ItemPurpose.CORE, ItemPurpose.CONFUSED, ItemPurpose.TARGETED})
"""Comparisons that decide a release, and audits, are not for outsiders to add votes to."""


@dataclass
class Opener:
    """Decides about one project's feedback, one after the other, in one transaction."""

    tx: Connection
    spec: ProjectSpec
    now: float
    _room: Room | None = None

    def effect(self, found: Feedback, trace: Trace | None = None) -> Effect:
        """Return what becomes of a feedback, and do it."""
        if found.request_id is not None and trace is None:
            return self._waits(found)
        choice = rules.choose(found, self.spec.feedback, overlap=self.spec.overlap)
        effect = Effect(
            feedback_id=found.id,
            project_id=found.project_id,
            source=found.source,
            state=EffectState.MARKED,
            item_id=found.item_id,
            rule=choice.rule,
            decided_at=self.now,
        )
        if not choice.opens:
            return effect
        effect = replace(effect, propensity=choice.propensity)
        if not choice.drawn:
            return replace(effect, state=EffectState.NOT_DRAWN)
        return self._open(found, choice, effect, trace)

    def _waits(self, found: Feedback) -> Effect:
        return Effect(
            feedback_id=found.id,
            project_id=found.project_id,
            source=found.source,
            state=EffectState.WAITING,
            decided_at=self.now,
            next_look_at=self.now,
        )

    def _open(self, found: Feedback, choice: Choice, effect: Effect, trace: Trace | None) -> Effect:
        item: Item | None = None
        if found.item_id is not None:
            item = intake_store.items_of(self.tx, [found.item_id])[found.item_id]
            if item.purpose not in _OPENABLE:
                return replace(
                    effect,
                    state=EffectState.UNSUITED,
                    reason=f"Items of purpose {item.purpose.value} take no judgments from outside.",
                )
        question = None if item is not None else self._question(found, trace)
        if item is None and question is None:
            return replace(
                effect,
                state=EffectState.UNSUITED,
                reason="Add a question about one answer, or send the edited text as well.",
            )
        key = "" if question is None else _key(found, question)
        item_id = item.id if item is not None else item_id_of(found.project_id, key)
        if self._has_judgments(item_id, choice.overlap):
            return replace(effect, state=EffectState.ALREADY_OPEN, item_id=item_id)
        room = self._load_room()
        if not self._take_room(found):
            return replace(effect, state=EffectState.CAPPED)
        if question is not None and not intake_store.items_of(self.tx, [item_id]):
            item_id = self._make_item(found, question, key, trace)
        added = queue.open_items(
            self.tx,
            project_id=found.project_id,
            item_ids=[item_id],
            overlap=choice.overlap,
            band=Band.TARGETED,
            propensity=choice.propensity,
            now=self.now,
        )
        if not added:  # what it wants, an import brought before; it takes no room
            self._room = room
            return replace(effect, state=EffectState.ALREADY_OPEN, item_id=item_id)
        return replace(effect, state=EffectState.OPENED, item_id=item_id)

    def _has_judgments(self, item_id: str, overlap: int) -> bool:
        # Whoever opens holds the lock first, so that two of them do not both find it closed.
        self._load_room()
        state = sampling.state_of(self.tx, item_id)
        return state is not None and state.wanted >= overlap

    def _load_room(self) -> Room:
        if self._room is None:
            store.project_key(self.tx, self.spec.id)
            store.lock(self.tx, self.spec.id)
            since = rules.day_start(self.now)
            opened = store.opened_today(self.tx, self.spec.id, since=since)
            self._room = rules.room_of(self.spec.feedback, opened)
        return self._room

    def _take_room(self, found: Feedback) -> bool:
        after = rules.take(self._load_room(), found.source, found.subject)
        if after is not None:
            self._room = after
        return after is not None

    def _question(self, found: Feedback, trace: Trace | None) -> QuestionSpec | None:
        """An edit beside what was edited is a pair to judge; else one answer is asked about."""
        written = trace.completion if trace is not None else found.completion
        if written is None:
            return None
        edited = found.text is not None and found.text != written
        for texts in (2, 1) if edited else (1,):
            for question in self.spec.questions:
                if _suits(question, texts):
                    return question
        return None

    def _make_item(
        self, found: Feedback, question: QuestionSpec, key: str, trace: Trace | None
    ) -> str:
        origin = {"kind": "feedback", "feedback_id": found.id, "source": found.source}
        messages = trace.messages if trace is not None else found.messages or []
        written = trace.completion if trace is not None else found.completion
        [prompt] = intake.add_prompts(
            self.tx,
            project_id=found.project_id,
            rows=[
                NewPrompt(
                    messages=messages,
                    source="gateway" if trace is not None else f"feedback:{found.source}",
                    key=found.request_id,
                    segment=found.segment or DEFAULT_SEGMENT,
                    origin=origin,
                    simulated=self.spec.simulated,
                )
            ],
            now=self.now,
        )
        names = [found.policy or found.source, f"edit by {found.source}"]
        policies = models.ensure_external(
            self.tx, project_id=found.project_id, names=names, now=self.now
        )
        wrote = trace.policy_id if trace is not None else policies[names[0]]
        texts = [] if written is None else [NewCompletion(prompt.id, wrote, written)]
        if _suits(question, 2) and found.text is not None:
            texts.append(NewCompletion(prompt.id, policies[names[1]], found.text))
        completion_ids = intake.add_completions(self.tx, rows=texts, now=self.now)
        [item_id] = intake.add_items(
            self.tx,
            project_id=found.project_id,
            rows=[
                NewItem(
                    question_id=question.id,
                    prompt_id=prompt.id,
                    # Which one is the edit must not show in the order: it follows from the ids.
                    completion_ids=sorted(completion_ids),
                    purpose=ItemPurpose.TARGETED,
                    origin_key=key,
                    origin=origin,
                )
            ],
            now=self.now,
        )
        return item_id


def _key(found: Feedback, question: QuestionSpec) -> str:
    """Name the item by what is asked about what: more feedback about it finds the same item."""
    pair = _suits(question, 2) and found.text is not None
    edit = digest_bytes((found.text or "").encode()) if pair else ""
    return f"feedback:{question.id}:{found.target_key}:{edit}"


def _suits(question: QuestionSpec, texts: int) -> bool:
    """Return whether a question can be asked about so many completions, without an image."""
    kind = kind_of(question.kind)
    return kind.fewest <= texts <= kind.most and not kind.wants_image
