"""What a simulated annotator answers to a question of any kind.

Comparisons follow the annotator's skill and tastes, scores and ranks the rubric points that the
annotator sees with some noise. Labels and boxes are drawn: the simulated world says nothing of
them, so they show that a page or a load works, and nothing about quality.
"""

from collections.abc import Callable, Sequence

import numpy as np

from loopwright.base.types import Json
from loopwright.client import answers
from loopwright.simulate.world.annotators import Annotator
from loopwright.simulate.world.rubric import score

_NOISE = 0.5
"""Standard deviation of a simulated reading, in rubric points."""
_LOWEST, _HIGHEST = -2.0, 3.0


def answer_to(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    """Return an answer that fits the assignment's question."""
    return _ANSWERS[assignment["question"]["kind"]](annotator, rng, assignment)


def _pairwise(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    choice = _choice(annotator, rng, assignment)
    return answers.pairwise(choice, strength=_strength(rng, assignment, choice))


def _scorecard(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    choice = _choice(annotator, rng, assignment)
    read = _readings(rng, assignment)
    return answers.scorecard(
        choice,
        strength=_strength(rng, assignment, choice),
        left=_scores(assignment, read["left"]),
        right=_scores(assignment, read["right"]),
    )


def _single_label(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    options = _options(assignment)
    return answers.single_label(options[int(rng.integers(len(options)))])


def _multi_label(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    options = rng.permutation(_options(assignment)).tolist()
    fewest = assignment["question"]["at_least"] or 0
    return answers.multi_label(options[: int(rng.integers(fewest, len(options) + 1))])


def _ranking(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    # Readings to the half point, so that equals tie.
    read = _readings(rng, assignment)
    return answers.ranking({side: -round(2 * points) for side, points in read.items()})


def _rubric(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    [points] = _readings(rng, assignment).values() or [0.5]
    return answers.rubric(_scores(assignment, points))


def _likert(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    [points] = _readings(rng, assignment).values() or [0.5]
    return answers.likert(_level(points, len(assignment["question"]["scale"])))


def _correction(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    text = assignment["completions"][0]["text"]
    wrong = score(prompt_text=_prompt(assignment), answer=text) < 1.0
    return answers.correction(f"Sorry about that. {text}" if wrong else text)


def _boxes(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> Json:
    image, options = assignment["image"], _options(assignment)
    found: list[answers.Box] = []
    for _ in range(int(rng.integers(0, 4))):
        x, y = int(rng.integers(image["width"])), int(rng.integers(image["height"]))
        found.append(
            answers.Box(
                label=options[int(rng.integers(len(options)))],
                x=x,
                y=y,
                width=int(rng.integers(1, image["width"] - x + 1)),
                height=int(rng.integers(1, image["height"] - y + 1)),
            )
        )
    return answers.boxes(found)


def _choice(annotator: Annotator, rng: np.random.Generator, assignment: Json) -> answers.Choice:
    sides = {one["side"]: one["text"] for one in assignment["completions"]}
    return annotator.choose(
        rng, prompt_text=_prompt(assignment), left=sides["left"], right=sides["right"]
    )


def _strength(rng: np.random.Generator, assignment: Json, choice: answers.Choice) -> int | None:
    levels = assignment["question"].get("strength")
    if levels is None or choice not in ("left", "right"):
        return None
    return int(rng.integers(1, levels + 1))


def _readings(rng: np.random.Generator, assignment: Json) -> dict[str, float]:
    """Return the rubric points that the annotator sees in each completion."""
    return {
        one["side"]: score(prompt_text=_prompt(assignment), answer=one["text"])
        + float(rng.normal(0.0, _NOISE))
        for one in assignment["completions"]
    }


def _scores(assignment: Json, points: float) -> dict[str, int]:
    criteria = assignment["question"]["criteria"]
    return {one["id"]: _level(points, len(one["scale"])) for one in criteria}


def _level(points: float, levels: int) -> int:
    share = (points - _LOWEST) / (_HIGHEST - _LOWEST)
    return 1 + min(levels - 1, max(0, int(share * levels)))


def _options(assignment: Json) -> Sequence[str]:
    return [one["id"] for one in assignment["question"]["options"]]


def _prompt(assignment: Json) -> str:
    return "\n".join(message["content"] for message in assignment["prompt"])


_ANSWERS: dict[str, Callable[[Annotator, np.random.Generator, Json], Json]] = {
    "pairwise": _pairwise,
    "single_label": _single_label,
    "multi_label": _multi_label,
    "ranking": _ranking,
    "rubric": _rubric,
    "likert": _likert,
    "correction": _correction,
    "boxes": _boxes,
    "scorecard": _scorecard,
}
