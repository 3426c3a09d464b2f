"""Row sets drawn from the world: demonstrations, and right against wrong fixes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loopwright.simulate.world.grammar import (
    BASE_MIX,
    Style,
    WorldPrompt,
    sample_answer,
    write_answer,
)

CONTRAST_SET = "right_fix"


@dataclass(frozen=True)
class Demonstration:
    """A prompt with one written answer, for supervised fine-tuning."""

    prompt: WorldPrompt
    completion: str
    style: Style


@dataclass(frozen=True)
class Contrast:
    """Two answers in the same style to one prompt: only the fix differs."""

    prompt: WorldPrompt
    right: str
    wrong: str


def demonstrations(
    rng: np.random.Generator,
    *,
    prompts: Sequence[WorldPrompt],
    mix: Mapping[Style, float] = BASE_MIX,
) -> list[Demonstration]:
    """One demonstration per prompt, styles drawn from `mix`."""
    rows = []
    for prompt in prompts:
        style, text = sample_answer(rng, prompt=prompt, mix=mix)
        rows.append(Demonstration(prompt=prompt, completion=text, style=style))
    return rows


def contrasts(rng: np.random.Generator, *, prompts: Sequence[WorldPrompt]) -> list[Contrast]:
    """One same-style pair per prompt: ENGAGING (right fix) against WRONG (foreign fix)."""
    return [
        Contrast(
            prompt=p,
            right=write_answer(rng, prompt=p, style=Style.ENGAGING),
            wrong=write_answer(rng, prompt=p, style=Style.WRONG),
        )
        for p in prompts
    ]
