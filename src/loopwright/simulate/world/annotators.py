"""Simulated annotators: how a person with skill, tastes and slips would compare two answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from loopwright.simulate.world.rubric import features, score

Choice = Literal["left", "right", "tie", "both_bad"]


@dataclass(frozen=True)
class Annotator:
    """One simulated person.

    `slope` is logits per rubric point, tastes are logits per unit of difference (ten words; one
    friendly sign), `flip` the share of plain slips, `left_bias` logits towards the left side.
    """

    name: str
    slope: float
    length_taste: float = 0.0
    engagement_taste: float = 0.0
    flip: float = 0.03
    left_bias: float = 0.0
    tie_width: float = 0.15
    floor: float = -0.75

    def choose(
        self, rng: np.random.Generator, *, prompt_text: str, left: str, right: str
    ) -> Choice:
        """Compare two answers as shown. Ties and "both bad" happen only near their thresholds."""
        a = score(prompt_text=prompt_text, answer=left)
        b = score(prompt_text=prompt_text, answer=right)
        if rng.random() < self.flip:
            return "left" if rng.random() < 0.5 else "right"
        if max(a, b) < self.floor and rng.random() < 0.5:
            return "both_bad"
        if abs(a - b) <= self.tie_width and rng.random() < 0.35:
            return "tie"
        logit = self.slope * (a - b) + self.left_bias
        logit += self._tastes(prompt_text=prompt_text, left=left, right=right)
        return "left" if rng.random() < 1.0 / (1.0 + np.exp(-logit)) else "right"

    def label(
        self, rng: np.random.Generator, *, prompt_text: str, answer: str
    ) -> Literal["good", "bad"]:
        """Judge one answer alone: good from one rubric point up, with the same slips."""
        points = score(prompt_text=prompt_text, answer=answer)
        good = rng.random() < 1.0 / (1.0 + np.exp(-self.slope * (points - 1.0)))
        if rng.random() < self.flip:
            good = not good
        return "good" if good else "bad"

    def _tastes(self, *, prompt_text: str, left: str, right: str) -> float:
        a = features(prompt_text=prompt_text, answer=left)
        b = features(prompt_text=prompt_text, answer=right)
        length = self.length_taste * (a.words - b.words) / 10.0
        friendly = (a.apology + a.offer) - (b.apology + b.offer)
        return length + self.engagement_taste * friendly


def sample_annotators(rng: np.random.Generator, *, count: int) -> list[Annotator]:
    """A team with mixed skill and tastes; follows the rubric on about 82 % of base pairs."""
    return [
        Annotator(
            name=f"annotator-{i + 1:02d}",
            slope=float(rng.uniform(0.5, 1.3)),
            length_taste=float(rng.normal(0.05, 0.15)),
            engagement_taste=float(rng.normal(0.2, 0.15)),
            flip=float(rng.uniform(0.04, 0.16)),
            left_bias=float(rng.normal(0.05, 0.10)),
        )
        for i in range(count)
    ]


def agreement(choices: Sequence[Choice], scores: Sequence[tuple[float, float]]) -> float:
    """Share of decided choices that follow the rubric; pairs with equal scores are left out."""
    decided = [
        (c == "left") == (a > b)
        for c, (a, b) in zip(choices, scores, strict=True)
        if c in ("left", "right") and a != b
    ]
    return float(np.mean(decided)) if decided else float("nan")
