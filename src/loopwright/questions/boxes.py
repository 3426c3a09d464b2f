"""Where in an image things are: labeled boxes in the image's pixels."""

from collections.abc import Sequence
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.labels import chosen_options, known_label, option_ids, yes_or_no
from loopwright.questions.model import QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, only_keys, refused, spelled

MOST_BOXES = 500
_KEYS = ("label", "x", "y", "width", "height")


class Boxes(QuestionKind):
    """Answer: {"boxes": [{"label", "x", "y", "width", "height"}]}, from the top left corner."""

    name = "boxes"
    fewest = 0
    wants_image = True
    beyond_votes = ("(places)", "how far boxes of two raters lie over each other is not computed")

    def parse_config(self, config: Json) -> tuple[str, ...]:
        """Return the ids of the options."""
        return option_ids(config)

    def check_answer(self, config: tuple[str, ...], answer: Json, shown: Shown) -> Json:
        """Return {"boxes", "reason", "flags"}; no two boxes alike, by label and place."""
        only_keys(answer, {"boxes"}, kind=self.name)
        given = answer.get("boxes")
        if not isinstance(given, list) or len(given) > MOST_BOXES:
            raise refused(
                f"`boxes` must be a list of at most {MOST_BOXES} boxes.",
                "Send [] where there is nothing.",
            )
        found = [_checked_box(one, f"boxes[{at}]", config, shown) for at, one in enumerate(given)]
        unique = {tuple(box.values()): box for box in found}
        boxes = sorted(unique.values(), key=lambda box: (config.index(box["label"]), *_place(box)))
        return {"boxes": boxes, **common(answer, shown)}

    def votes(self, config: tuple[str, ...], answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return for each label whether there is such a box; each label is an aspect."""
        return yes_or_no(config, {box["label"] for box in answer["boxes"]})

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the labels that were found, "(none)" without any."""
        return chosen_options(votes)


def _checked_box(one: Any, place: str, options: Sequence[str], shown: Shown) -> Json:
    if not isinstance(one, dict) or set(one) != set(_KEYS):
        raise refused(
            f"{place} is not a box.", "Send {label, x, y, width, height} and nothing else."
        )
    label = known_label(one["label"], options, f"{place}: ")
    for key in _KEYS[1:]:
        if type(one[key]) is not int:
            raise refused(
                f"{place}: {key} cannot be {spelled(one[key])}.", "Send whole pixels of the image."
            )
    wide, high = shown.image or (0, 0)
    x, y, width, height = _place(one)
    inside = x >= 0 and y >= 0 and x + width <= wide and y + height <= high
    if width < 1 or height < 1 or not inside:
        raise refused(
            f"{place} ({width} by {height} at {x}, {y}) does not lie in the image, which is "
            f"{wide} by {high} pixels.",
            "Keep x and y at 0 or more, width and height at 1 or more, and the box inside.",
        )
    return {"label": label, "x": x, "y": y, "width": width, "height": height}


def _place(box: Json) -> tuple[int, int, int, int]:
    return box["x"], box["y"], box["width"], box["height"]
