"""Label Studio's rectangles: percent of an image -> pixels of the image as we keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from loopwright.base.types import Json
from loopwright.feedback.tools.model import Box, Fields
from loopwright.intake.import_images import ENDINGS
from loopwright.intake.model import Image

_MOST_PERCENT = 1000.0
_PREFIX = 9
"""Label Studio puts eight hexadecimal digits and a dash before the name of an uploaded file."""


class Images(Protocol):
    """The images that were sent along."""

    def __contains__(self, name: object) -> bool: ...

    def get(self, name: str) -> Image:
        """Return what an image is. Raises ValueError for one that was not sent."""
        ...


def image_of(data: Mapping[str, Any], fields: Fields) -> str:
    """Return the file name of the image that a task shows, "" where it cannot be told."""
    if "image" in fields:
        return _name(str(data.get(fields["image"]) or ""))
    named = [_name(value) for value in data.values() if isinstance(value, str)]
    found = [name for name in named if name.lower().endswith(ENDINGS)]
    return found[0] if len(found) == 1 else ""


def box_of(result: Json, control: str) -> Box:
    """Return a rectangle as it was exported. Raises ValueError for one without a place."""
    value = result["value"]
    numbers = [value.get(name) for name in ("x", "y", "width", "height")]
    labels = value.get("rectanglelabels")
    whole = all(type(one) in (int, float) and abs(one) <= _MOST_PERCENT for one in numbers)
    if not whole or not isinstance(labels, list) or not labels:
        raise ValueError(f"a rectangle of {control} has no label, or no x, y, width and height")
    wide, high = result.get("original_width"), result.get("original_height")
    size = (wide, high) if isinstance(wide, int) and isinstance(high, int) else None
    turned = bool(value.get("rotation") or result.get("image_rotation"))
    x, y, width, height = map(float, numbers)
    return Box(tuple(map(str, labels)), (x, y, width, height), size, turned)


def sent_name(name: str, images: Images | None) -> str:
    """Return the name under which an image was sent. Raises ValueError where it was not."""
    if not name:
        raise ValueError(
            "no field, or more than one, names the image; name it as a field: image=NAME (--field)"
        )
    shorter = name[_PREFIX:]
    prefixed = name[_PREFIX - 1 : _PREFIX] == "-"
    if images is not None:
        for known in (name, shorter) if prefixed and shorter else (name,):
            if known in images:
                return known
    raise ValueError(
        f"the image {name!r} was not sent along; import the folder that holds the export and its "
        "images"
    )


def in_pixels(boxes: Sequence[Box], image: Image, name: str, options: Mapping[str, str]) -> Any:
    """Return boxes as the boxes question takes them. Raises ValueError for what has no place."""
    found = []
    for box in boxes:
        if box.turned:
            raise ValueError(f"a box in {name} is turned; only upright boxes are taken")
        if box.size is not None and box.size != (image.width, image.height):
            raise ValueError(
                f"the boxes were drawn on an image of {box.size[0]} by {box.size[1]} pixels, and "
                f"{name} is {image.width} by {image.height} upright"
            )
        x, y, width, height = box.percent
        left, right = _span(x, width, image.width)
        top, bottom = _span(y, height, image.height)
        found += [
            {
                "label": options.get(label.casefold(), label),
                "x": left,
                "y": top,
                "width": max(1, right - left),
                "height": max(1, bottom - top),
            }
            for label in box.labels
        ]
    return found


def _span(start: float, length: float, pixels: int) -> tuple[int, int]:
    """Return where a side starts and ends; a rounding's worth outside is brought in."""
    first, last = round(start / 100 * pixels), round((start + length) / 100 * pixels)
    if first == -1:
        first = 0
    if last == pixels + 1:
        last = pixels
    return (pixels - 1, last) if first == last == pixels else (first, last)


def _name(value: str) -> str:
    """Return the file name in an address as Label Studio writes them."""
    try:
        split = urlsplit(value)
        local = parse_qs(split.query).get("d")
    except ValueError:
        return ""  # no address at all
    path = local[0] if local else unquote(split.path)
    return PurePosixPath(path.replace("\\", "/")).name
