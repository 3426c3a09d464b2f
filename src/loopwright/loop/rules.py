"""Pure decisions of the loop: which prompts a round takes, which answers it pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from loopwright.base.digests import digest_json

AUDIT_SHARE = 0.15
"""Of the collected prompts, how many are held out: their pairs test reward models."""
_WINDOW = 12


@dataclass(frozen=True)
class Candidate:
    """A prompt that a round may take; the same text counts once."""

    id: str
    digest: str
    held_out: bool


@dataclass(frozen=True)
class Answer:
    """A completion as far as pairing needs it."""

    prompt_id: str
    text: str


def draw(prompts: Sequence[Candidate], *, count: int, key: Sequence[str | int]) -> list[str]:
    """Return `count` prompt ids in an order that depends only on `key` and their texts."""
    by_text = {prompt.digest: prompt for prompt in prompts}
    ranked = sorted(by_text.values(), key=lambda prompt: digest_json([*key, prompt.digest]))
    return [prompt.id for prompt in ranked[:count]]


def draw_round(prompts: Sequence[Candidate], *, count: int, key: Sequence[str | int]) -> list[str]:
    """Return a round's prompts: mostly for training, some held out to test reward models."""
    held_out = [prompt for prompt in prompts if prompt.held_out]
    audited = draw(held_out, count=round(AUDIT_SHARE * count), key=key)
    trained = [prompt for prompt in prompts if not prompt.held_out]
    return [*draw(trained, count=count - len(audited), key=key), *audited]


def answers_for(pairs: int) -> int:
    """Return how many answers to one prompt make at least that many pairs."""
    answers = 2
    while answers * (answers - 1) // 2 < pairs:
        answers += 1
    return answers


def pairs_of(completion_ids: Sequence[str], *, count: int) -> list[tuple[str, str]]:
    """Return up to `count` pairs of different completions."""
    distinct = list(dict.fromkeys(completion_ids))
    return list(combinations(distinct, 2))[:count]


def mismatched(answers: Sequence[Answer], *, count: int, seed: int) -> list[tuple[str, str, str]]:
    """Return (prompt id, its own answer, an answer to another prompt) of similar length.

    Style and length are alike, so only whether the answer belongs to the question can decide.
    """
    rng = np.random.default_rng(seed)
    ranked = sorted(answers, key=lambda one: (len(one.text.split()), one.prompt_id))
    made: list[tuple[str, str, str]] = []
    for place, own in enumerate(ranked):
        near = ranked[max(0, place - _WINDOW) : place + _WINDOW + 1]
        others = [
            one.text
            for one in near
            if one.prompt_id != own.prompt_id and one.text.strip() != own.text.strip()
        ]
        if others and own.text.strip():
            made.append((own.prompt_id, own.text, others[int(rng.integers(len(others)))]))
    made.sort()
    return made[:count]
