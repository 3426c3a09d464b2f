"""Answers to questions of every kind, in the form that the server reads.

    from loopwright.client import Client, answers

    client.submit("support", assignment, answers.pairwise("left", strength=2, reason="shorter"))

Sides are those of the assignment's `completions`: only; left and right; a, b, c and on.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from loopwright.client.transport import Json

Choice = Literal["left", "right", "tie", "both_bad"]


class Flag(TypedDict):
    """A policy that something breaks; `start` and `end` count code points of the side's text."""

    flag: str
    severity: str
    side: str | None
    start: int | None
    end: int | None


class Box(TypedDict):
    """A labeled place in an image, in its pixels from the top left corner."""

    label: str
    x: int
    y: int
    width: int
    height: int


def flag(
    flag_id: str,
    severity: str,
    *,
    side: str | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Flag:
    """Return a policy flag: on the item as a whole, on a side, or on a span of a side's text."""
    return Flag(flag=flag_id, severity=severity, side=side, start=start, end=end)


def pairwise(
    choice: Choice,
    *,
    strength: int | None = None,
    reason: str | None = None,
    flags: Sequence[Flag] = (),
) -> Json:
    """Return which completion is better; `strength` where the question asks for it."""
    return _answer(reason, flags, choice=choice, strength=strength)


def single_label(label: str, *, reason: str | None = None, flags: Sequence[Flag] = ()) -> Json:
    """Return the one label that fits."""
    return _answer(reason, flags, label=label)


def multi_label(
    labels: Sequence[str], *, reason: str | None = None, flags: Sequence[Flag] = ()
) -> Json:
    """Return the labels that fit, perhaps none."""
    return _answer(reason, flags, labels=list(labels))


def ranking(
    ranks: Mapping[str, float], *, reason: str | None = None, flags: Sequence[Flag] = ()
) -> Json:
    """Return a rank for each side, 1 the best; equal numbers are a tie."""
    return _answer(reason, flags, ranks=dict(ranks))


def rubric(
    scores: Mapping[str, int], *, reason: str | None = None, flags: Sequence[Flag] = ()
) -> Json:
    """Return a level for each criterion, 1 the lowest."""
    return _answer(reason, flags, scores=dict(scores))


def likert(value: int, *, reason: str | None = None, flags: Sequence[Flag] = ()) -> Json:
    """Return a level of the question's scale, 1 the lowest."""
    return _answer(reason, flags, value=value)


def correction(text: str, *, reason: str | None = None, flags: Sequence[Flag] = ()) -> Json:
    """Return the completion as it should read; its own text where nothing is wrong."""
    return _answer(reason, flags, text=text)


def boxes(found: Sequence[Box], *, reason: str | None = None, flags: Sequence[Flag] = ()) -> Json:
    """Return where things are in the image; none where there is nothing."""
    return _answer(reason, flags, boxes=[dict(box) for box in found])


def scorecard(
    choice: Choice,
    *,
    left: Mapping[str, int],
    right: Mapping[str, int],
    strength: int | None = None,
    reason: str | None = None,
    flags: Sequence[Flag] = (),
) -> Json:
    """Return which completion is better, and a level of both for each criterion."""
    scores = {"left": dict(left), "right": dict(right)}
    return _answer(reason, flags, choice=choice, strength=strength, scores=scores)


def _answer(reason: str | None, flags: Sequence[Flag], **own: object) -> Json:
    return {**own, "reason": reason, "flags": [dict(one) for one in flags]}
