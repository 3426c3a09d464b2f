"""A question of each kind with a good answer, for the tests of the kinds."""

from typing import Any

import pytest
from hypothesis import strategies as st

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.questions.model import Shown, ShownOrder, Vote
from loopwright.questions.registry import kind_of

OPTIONS = [{"id": "bill", "name": "Bill"}, {"id": "other", "name": "Other"}]
CRITERIA = [
    {"id": "helpful", "scale": ["no", "partly", "yes"]},
    {"id": "tone", "scale": ["rude", "kind"]},
]
CONFIGS: dict[str, Json] = {
    "pairwise": {},
    "single_label": {"options": OPTIONS},
    "multi_label": {"options": [*OPTIONS, {"id": "more", "name": "More"}]},
    "ranking": {"completions": 4},
    "rubric": {"criteria": CRITERIA},
    "likert": {"scale": ["never", "sometimes", "always"]},
    "correction": {},
    "boxes": {"options": OPTIONS},
    "scorecard": {"criteria": CRITERIA, "strength": 3},
}
SCORES = {"helpful": 3, "tone": 1}
GOOD: dict[str, Json] = {
    "pairwise": {"choice": "left"},
    "single_label": {"label": "bill"},
    "multi_label": {"labels": ["other", "bill"]},
    "ranking": {"ranks": {"a": 1, "b": 2, "c": 2, "d": 9}},
    "rubric": {"scores": SCORES},
    "likert": {"value": 2},
    "correction": {"text": "Only text 👋, better"},
    "boxes": {"boxes": [{"label": "bill", "x": 0, "y": 1, "width": 2, "height": 3}]},
    "scorecard": {
        "choice": "right",
        "strength": 2,
        "scores": {"left": SCORES, "right": {"helpful": 1, "tone": 2}},
    },
}
FLAGS = {"privacy": ("low", "high"), "abuse": ("any",)}
PAIR = Shown(ShownOrder.FIRST_LEFT, {"left": "Left", "right": "Right one", "prompt": "Hi"})
pair_orders = st.sampled_from([ShownOrder.FIRST_LEFT, ShownOrder.SECOND_LEFT])
rank_orders = st.permutations(range(4)).map(ShownOrder.of)


def shown(kind: str, order: ShownOrder | None = None) -> Shown:
    """Return what an item of a kind puts in front of the rater."""
    texts = {"only": "Only text 👋", "prompt": "What is due?"}
    if kind in ("pairwise", "scorecard"):
        order = order or ShownOrder.FIRST_LEFT
        texts = {"left": "Left", "right": "Right one", "prompt": "Hi"}
    elif kind == "ranking":
        order = order or ShownOrder.of([2, 0, 3, 1])
        texts = {side: f"Text {side}" for side in "abcd"} | {"prompt": "Hi"}
    image = (10, 8) if kind == "boxes" else None
    return Shown(order, texts, image, FLAGS)


def checked(
    kind: str, answer: Json, *, config: Json | None = None, order: ShownOrder | None = None
) -> Json:
    """Return an answer in its normal form."""
    one = kind_of(kind)
    parsed = one.parse_config(CONFIGS[kind] if config is None else config)
    return one.check_answer(parsed, answer, shown(kind, order))


def votes(
    kind: str, answer: Json, *, config: Json | None = None, order: ShownOrder | None = None
) -> tuple[Vote, ...]:
    """Return what an answer says."""
    one = kind_of(kind)
    parsed = one.parse_config(CONFIGS[kind] if config is None else config)
    normal = one.check_answer(parsed, answer, shown(kind, order))
    return one.votes(parsed, normal, shown(kind, order))


def outcome(kind: str, answer: Json, **given: Any) -> str:
    """Return the short text of what an answer says."""
    return kind_of(kind).outcome(votes(kind, answer, **given))


def refusal(kind: str, answer: Json, **given: Any) -> str:
    """Return why an answer is refused, with what would do."""
    with pytest.raises(InvalidInput) as failure:
        checked(kind, answer, **given)
    assert failure.value.code == "invalid_answer"
    assert failure.value.remedy
    str(failure.value).encode()  # the refusal itself can be sent
    return str(failure.value)
