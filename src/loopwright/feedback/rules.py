"""Pure decisions of feedback: what a rule says, who is drawn, how much room a day has."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace

from loopwright.feedback.model import Choice, EffectState, Feedback, FeedbackKind, Room
from loopwright.projects.feedback_spec import FeedbackRule, FeedbackSpec, Signal

DAY = 86400.0
FIRST_LOOK_SECONDS = 1.0
LONGEST_LOOK_SECONDS = 6 * 3600.0
LOST_AFTER_SECONDS = 7 * DAY

_SIGNALS = {
    "up": Signal.THUMB_UP,
    "down": Signal.THUMB_DOWN,
    "accept": Signal.ACCEPT,
    "reject": Signal.REJECT,
}


def signal_of(kind: str, value: str | None) -> Signal:
    """Return the name under which the project's rules speak of a feedback."""
    if kind == FeedbackKind.RATING:
        return Signal.RATING
    if kind == FeedbackKind.EDIT:
        return Signal.EDIT
    if kind == FeedbackKind.LABEL:
        return Signal.LABEL
    return _SIGNALS[value or ""]


def choose(found: Feedback, spec: FeedbackSpec, *, overlap: int) -> Choice:
    """Return what the first fitting rule says; without one the feedback only marks.

    Who is drawn follows from what the feedback is about, not from the feedback: sending it
    twice, or a flood about one answer, does not raise the probability that is recorded.
    """
    signal = signal_of(found.kind, found.value)
    for rule in spec.rules:
        if not _fits(rule, signal, found):
            continue
        if rule.do == "mark":
            return Choice(opens=False, rule=rule.when.value)
        return Choice(
            opens=True,
            rule=rule.when.value,
            overlap=rule.overlap or overlap,
            propensity=rule.sample,
            drawn=share_of(found.project_id, rule.when.value, found.target_key) < rule.sample,
        )
    return Choice(opens=False)


def share_of(*parts: str) -> float:
    """Return a number in [0, 1) that follows from the parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def pseudonym(key: str, user: str) -> str:
    """Return the name under which an end user is stored in one project."""
    return hmac.new(bytes.fromhex(key), user.encode(), hashlib.sha256).hexdigest()[:24]


def room_of(limits: FeedbackSpec, opened: Sequence[tuple[str, str | None, int]]) -> Room:
    """Return what is left of the day after (source, end user, items opened)."""
    room = Room(limits.per_day, {}, limits.per_source_per_day, limits.per_user_per_day)
    for source, user, number in opened:
        room = _after(room, source, user, number)
    return room


def take(room: Room, source: str, user: str | None) -> Room | None:
    """Return the room after one more item, None when there is none left."""
    left = [room.left, *(room.left_of.get(name, most) for name, most in _names(room, source, user))]
    return _after(room, source, user, 1) if min(left) >= 1 else None


def day_start(now: float) -> float:
    """Return when the day (UTC) of a time began."""
    return now - now % DAY


def next_look(arrived: float, now: float) -> float | None:
    """Return when to look again for a request that is not there yet; None: give it up.

    The wait grows with the age, so that ids nobody has captured do not keep others waiting.
    """
    age = max(0.0, now - arrived)
    if age >= LOST_AFTER_SECONDS:
        return None
    return now + min(LONGEST_LOOK_SECONDS, max(FIRST_LOOK_SECONDS, age))


def sentence(state: EffectState, *, rule: str | None, reason: str | None) -> str:
    """Say in a sentence what became of a feedback."""
    said = {
        EffectState.WAITING: "It waits until its request has been captured.",
        EffectState.MARKED: "It marks its target; no rule opens it.",
        EffectState.OPENED: f"The rule {rule} opened its target for judging.",
        EffectState.ALREADY_OPEN: "Its target is being judged, or was.",
        EffectState.NOT_DRAWN: f"The rule {rule} opens a share; this one was not drawn.",
        EffectState.CAPPED: "The day's room was used up; it marks its target.",
        EffectState.UNSUITED: "No question of the project can be asked about it.",
        EffectState.LOST: "The request that it names was never captured.",
    }[state]
    return f"{said} {reason}" if reason else said


def _fits(rule: FeedbackRule, signal: Signal, found: Feedback) -> bool:
    if rule.when is not signal:
        return False
    if rule.below is not None:
        return found.score is not None and found.score < rule.below * (found.score_max or 1.0)
    return rule.label is None or rule.label == found.value


def _names(room: Room, source: str, user: str | None) -> list[tuple[str, int]]:
    names = [(f"source:{source}", room.per_source)]
    return names if user is None else [*names, (f"user:{user}", room.per_user)]


def _after(room: Room, source: str, user: str | None, number: int) -> Room:
    left_of = dict(room.left_of)
    for name, most in _names(room, source, user):
        left_of[name] = left_of.get(name, most) - number
    return replace(room, left=room.left - number, left_of=left_of)
