"""The hidden rubric: a rule scorer that no trained model ever sees."""

from dataclasses import dataclass
from functools import lru_cache

from loopwright.simulate.world.grammar import Style, vocabulary
from loopwright.simulate.world.topics import CANNED, HEDGES, PADDINGS, TOPICS

TARGET_WORDS = 30
MIN_WORDS = 5


@dataclass(frozen=True)
class Features:
    """What the rubric finds in one answer to one prompt."""

    right_fix: bool
    wrong_fix: bool
    apology: bool
    offer: bool
    hedges: int
    paddings: int
    canned: int
    words: int
    broken: bool  # unknown words, or no closing punctuation


def topic_of(prompt_text: str) -> str | None:
    """Topic id of a prompt of this world; None for a foreign prompt."""
    text = prompt_text.lower()
    for fragments, topic_id in _complaint_fragments():
        if all(f in text for f in fragments):
            return topic_id
    return None


def features(*, prompt_text: str, answer: str) -> Features:
    """Rule-based reading of an answer; pure text matching, case-insensitive."""
    text = answer.lower()
    asked = topic_of(prompt_text)
    found = {t.id for t in TOPICS for fix in t.fixes if all(part in text for part in fix.fragments)}
    words = [w.strip(".,!?") for w in text.split()]
    known = _vocabulary()
    return Features(
        right_fix=asked in found,
        wrong_fix=bool(found - {asked}),
        apology="sorry" in text,
        offer=any(o in text for o in ("more help", "stay with you", "anything else")),
        hedges=sum(_stem(h) in text for h in HEDGES),
        paddings=sum(_stem(p) in text for p in PADDINGS),
        canned=sum(_stem(c) in text for c in CANNED),
        words=len(words),
        broken=not text.rstrip().endswith((".", "!", "?")) or any(w not in known for w in words),
    )


def score(*, prompt_text: str, answer: str) -> float:
    """Rubric points, at most 3: right fix 2, apology and offer 0.5 each, minus the faults."""
    f = features(prompt_text=prompt_text, answer=answer)
    points = 2.0 * f.right_fix - 1.5 * f.wrong_fix
    points += 0.5 * f.apology + 0.5 * f.offer
    points -= 1.0 * min(f.hedges, 1) + 0.5 * min(f.paddings, 2) + 0.5 * min(f.canned, 2)
    points -= 0.06 * max(0, f.words - TARGET_WORDS) + 1.0 * (f.words < MIN_WORDS)
    return points - 0.75 * f.broken


def style_of(*, prompt_text: str, answer: str) -> Style | None:
    """The style that the answer shows; None when it is garbled beyond recognition."""
    f = features(prompt_text=prompt_text, answer=answer)
    if f.wrong_fix:
        return Style.WRONG
    if f.right_fix:
        if f.paddings:
            return Style.VERBOSE
        return Style.ENGAGING if f.apology or f.offer else Style.DRY
    if f.canned:
        return Style.CANNED
    return Style.EVASIVE if f.hedges else None


def _stem(phrase: str) -> str:
    """The first four words, lower case: enough to know the phrase in a sampled text."""
    return " ".join(phrase.lower().split()[:4])


@lru_cache(maxsize=1)
def _complaint_fragments() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(
        (tuple(part.strip().lower() for part in c.split("{p}") if part.strip()), t.id)
        for t in TOPICS
        for c in t.complaints
    )


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return vocabulary()
