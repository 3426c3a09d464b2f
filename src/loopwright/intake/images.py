"""Images arrive: really decoded, turned upright, and written anew without what came with them.

A file's name and announced type say nothing. What is stored is this product's own encoding of
the pixels, so metadata (a place, a camera's owner), scripts and appended files stay outside.
"""

import struct
import threading
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from loopwright.base.errors import InvalidInput, TooLarge

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
LONGEST_SIDE = 16_383
"""The most that a WebP can have."""
_KNOWN = "Send a PNG, JPEG or WebP."
_MODES = ("L", "RGB", "RGBA")
_LARGEST_PROFILE = 64 * 1024
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise for files that are cut, forged or damaged."""
_SAVED = {"PNG": {}, "JPEG": {"quality": 95}, "WEBP": {"quality": 95}}
_DECODING = threading.BoundedSemaphore(2)
"""A decoded image takes a hundred megabytes; many at once would fill the memory."""


@dataclass(frozen=True)
class CleanImage:
    """An image as it is stored: bytes, type, size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def clean_image(content: bytes, *, name: str, most_pixels: int) -> CleanImage:
    """Return an image, decoded and written anew.

    Raises InvalidInput for what is no whole, still PNG, JPEG or WebP, TooLarge for more pixels
    than `most_pixels`; an image that only claims to be small is never decoded.
    """
    with _DECODING:
        try:
            with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as opened:
                _check(opened, name, most_pixels)
                opened.load()
                return _written(opened)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
            raise _too_large(f"{name} has far too many pixels", most_pixels) from failure
        except _DAMAGED as failure:
            raise _no_image(content, name) from failure


def _check(opened: Image.Image, name: str, most_pixels: int) -> None:
    width, height = opened.size
    if width * height > most_pixels or max(width, height) > LONGEST_SIDE:
        raise _too_large(f"{name} is {width:,} by {height:,} pixels", most_pixels)
    if getattr(opened, "n_frames", 1) > 1:
        raise _refused(f"{name} moves; only still images can be judged.", "Send one frame of it.")
    if opened.mode.startswith(("I", "F")):
        raise _refused(
            f"{name} has more than 8 bits a channel, which pages cannot show as they are.",
            "Choose a range of values and send it with 8 bits.",
        )


def _written(opened: Image.Image) -> CleanImage:
    form = opened.format or "PNG"
    profile = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    keeps_colors = upright.mode in _MODES
    if not keeps_colors:
        clear = upright.has_transparency_data and form != "JPEG"
        upright = upright.convert("RGBA" if clear else "RGB")
    upright.info.clear()  # comments and the like, which the encoders would write again
    fits = keeps_colors and profile is not None and len(profile) <= _LARGEST_PROFILE
    target = BytesIO()
    upright.save(target, format=form, icc_profile=profile if fits else None, **_SAVED[form])
    return CleanImage(target.getvalue(), MEDIA_TYPES[form], *upright.size)


def _no_image(content: bytes, name: str) -> InvalidInput:
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html")):
        return _refused(f"{name} is a document, as SVG is, and could hold scripts.", _KNOWN)
    return _refused(f"{name} is not a whole PNG, JPEG or WebP image.", _KNOWN)


def _too_large(what: str, most_pixels: int) -> TooLarge:
    return TooLarge(
        f"{what}; {most_pixels:,} pixels are the most, and {LONGEST_SIDE:,} a side.",
        remedy="Make it smaller, or raise LOOPWRIGHT_MAX_IMAGE_PIXELS.",
        code="image_too_large",
    )


def _refused(message: str, remedy: str) -> InvalidInput:
    return InvalidInput(message, remedy=remedy, code="invalid_image")
