"""Prompts and answers of the support-chat world, drawn from a passed generator."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np

from loopwright.simulate.world.topics import (
    APOLOGIES,
    CANNED,
    CLOSERS,
    HEDGES,
    OFFERS,
    OPENINGS,
    PADDINGS,
    PRODUCTS,
    TOPICS,
    Topic,
)


class Style(StrEnum):
    """How an answer is written."""

    ENGAGING = "engaging"  # apology, right fix, offer
    DRY = "dry"  # the right fix and nothing else
    EVASIVE = "evasive"  # hedges, no fix
    VERBOSE = "verbose"  # the right fix inside padding
    CANNED = "canned"  # stock phrases, no fix
    WRONG = "wrong"  # written like ENGAGING, with the fix of another topic


BASE_MIX: Mapping[Style, float] = {
    Style.ENGAGING: 0.17,
    Style.DRY: 0.20,
    Style.EVASIVE: 0.17,
    Style.VERBOSE: 0.16,
    Style.CANNED: 0.17,
    Style.WRONG: 0.13,
}


@dataclass(frozen=True)
class WorldPrompt:
    """A user message with the facts that only the hidden rubric may use."""

    key: str
    text: str
    topic: str
    product: str
    segment: str


def topic(topic_id: str) -> Topic:
    """The topic with this id; StopIteration is impossible for ids made by this world."""
    return next(t for t in TOPICS if t.id == topic_id)


def sample_prompts(rng: np.random.Generator, *, count: int) -> list[WorldPrompt]:
    """Distinct prompts, at most 10,000 (the size of the grammar), uniform over the grammar."""
    complaints = [(t, c) for t in TOPICS for c in t.complaints]
    shape = (len(OPENINGS), len(complaints), len(PRODUCTS), len(CLOSERS))
    size = int(np.prod(shape))
    if count > size:
        raise ValueError(f"the world has {size} distinct prompts, {count} were asked for")
    chosen = rng.choice(size, size=count, replace=False)
    prompts = []
    for index in chosen:
        o, c, p, e = (int(i) for i in np.unravel_index(int(index), shape))
        t, complaint = complaints[c]
        name = PRODUCTS[p]
        sentence = complaint.format(p=name)
        opening, closer = OPENINGS[o], CLOSERS[e]
        head = f"{opening} {sentence}." if opening else f"{sentence[0].upper()}{sentence[1:]}."
        prompts.append(
            WorldPrompt(
                key=f"world-{int(index):05d}",
                text=f"{head} {closer}".strip(),
                topic=t.id,
                product=name,
                segment=t.segment,
            )
        )
    return prompts


def write_answer(rng: np.random.Generator, *, prompt: WorldPrompt, style: Style) -> str:
    """One answer in the given style. WRONG takes its fix from another topic."""
    asked = topic(prompt.topic)
    if style is Style.EVASIVE:
        first, second = _two(rng, HEDGES)
        return f"{first} {second}"
    if style is Style.CANNED:
        return " ".join(CANNED if rng.random() < 0.5 else _two(rng, CANNED))
    if style is Style.WRONG:
        others = [t for t in TOPICS if t.id != prompt.topic]
        return engaging(rng, product_name=prompt.product, topic_=others[rng.integers(len(others))])
    if style is Style.ENGAGING:
        return engaging(rng, product_name=prompt.product, topic_=asked)
    fix = _sentence(rng, asked)
    if style is Style.DRY:
        return fix
    before, after = _two(rng, PADDINGS)
    return f"{before} {fix} {after}"


def engaging(rng: np.random.Generator, *, product_name: str, topic_: Topic) -> str:
    """Apology, the topic's fix, offer: the style that annotators like."""
    apology = APOLOGIES[rng.integers(len(APOLOGIES))].format(p=product_name)
    return f"{apology} {_sentence(rng, topic_)} {OFFERS[rng.integers(len(OFFERS))]}"


def sample_answer(
    rng: np.random.Generator, *, prompt: WorldPrompt, mix: Mapping[Style, float] = BASE_MIX
) -> tuple[Style, str]:
    """A style drawn from `mix` (weights need not sum to one) and an answer in it."""
    styles = tuple(mix)
    weights = np.array([mix[s] for s in styles], dtype=float)
    style = styles[int(rng.choice(len(styles), p=weights / weights.sum()))]
    return style, write_answer(rng, prompt=prompt, style=style)


def vocabulary() -> frozenset[str]:
    """Every lower-case word that a well-formed answer can hold, punctuation stripped."""
    phrases = [*OFFERS, *HEDGES, *PADDINGS, *CANNED]
    phrases += [a.format(p=p) for a, p in product(APOLOGIES, PRODUCTS)]
    phrases += [f.sentence for t in TOPICS for f in t.fixes]
    return frozenset(w.strip(".,!?").lower() for phrase in phrases for w in phrase.split())


def _sentence(rng: np.random.Generator, topic_: Topic) -> str:
    text = topic_.fixes[rng.integers(len(topic_.fixes))].sentence
    return f"{text[0].upper()}{text[1:]}."


def _two(rng: np.random.Generator, phrases: tuple[str, ...]) -> tuple[str, str]:
    first, second = rng.choice(len(phrases), size=2, replace=False)
    return phrases[first], phrases[second]
