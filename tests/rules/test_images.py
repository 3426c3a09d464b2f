"""Images are decoded and written anew; what is none, or hides too much, is refused."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from loopwright.base.errors import InvalidInput, LoopwrightError, TooLarge
from loopwright.intake.images import CleanImage, clean_image

RED, BLUE = (250, 0, 0), (0, 0, 250)


def picture(mode: str = "RGB", size: tuple[int, int] = (6, 4)) -> Image.Image:
    """Return a blue image whose left half is red."""
    made = Image.new("RGB", size, BLUE)
    made.paste(RED, (0, 0, size[0] // 2, size[1]))
    return made.convert(mode)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def clean(content: bytes, *, most_pixels: int = 10_000) -> CleanImage:
    return clean_image(content, name="x.png", most_pixels=most_pixels)


def reopened(found: CleanImage) -> Image.Image:
    opened = Image.open(BytesIO(found.content))
    opened.load()
    return opened


PNG = encoded(picture(), "PNG")


@pytest.mark.parametrize(
    ("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_each_form_stays_what_it_is(form: str, media_type: str) -> None:
    found = clean(encoded(picture(size=(40, 20)), form))
    assert (found.media_type, found.width, found.height) == (media_type, 40, 20)
    image = reopened(found)
    assert (image.format, image.size) == (form, (40, 20))
    red, _, blue = image.convert("RGB").getpixel((5, 10))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_the_same_image_is_the_same_bytes() -> None:
    assert clean(PNG) == clean(PNG)
    assert list(reopened(clean(PNG)).getdata()) == list(picture().getdata())


def test_an_image_is_turned_upright_and_loses_what_came_with_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SecretCamera"
    sent = encoded(picture(size=(60, 20)), "JPEG", exif=exif, comment=b"SecretComment")
    assert b"SecretCamera" in sent
    found = clean(sent)
    assert (found.width, found.height) == (20, 60)
    assert b"Secret" not in found.content
    image = reopened(found)
    assert not image.getexif()
    assert image.getpixel((10, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_texts_and_appended_files_are_left_behind(form: str) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "SecretAuthor")
    options: dict[str, Any] = {"pnginfo": texts} if form == "PNG" else {"xmp": b"SecretAuthor"}
    sent = encoded(picture(), form, **options) + b"<script>Secret()</script>"
    assert sent.count(b"Secret") == 2
    assert b"Secret" not in clean(sent).content


@pytest.mark.parametrize(
    ("mode", "form", "kept"),
    [
        ("P", "PNG", "RGB"),
        ("1", "PNG", "RGB"),
        ("LA", "PNG", "RGBA"),
        ("RGBA", "PNG", "RGBA"),
        ("L", "JPEG", "L"),
        ("CMYK", "JPEG", "RGB"),
    ],
)
def test_pages_can_show_what_is_kept(mode: str, form: str, kept: str) -> None:
    assert reopened(clean(encoded(picture(mode), form))).mode == kept


def test_transparency_of_a_palette_is_kept() -> None:
    palette = picture("P")
    found = reopened(clean(encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))))
    assert found.mode == "RGBA"
    assert found.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_a_color_profile_is_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = clean(encoded(picture(), "PNG", icc_profile=profile))
    assert reopened(found).info["icc_profile"] == profile


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an image",
        b"\x89PNG\r\n\x1a\n",
        PNG[:-32],
        PNG[:40],
        encoded(picture(), "GIF"),
        encoded(picture(), "BMP"),
        encoded(picture(), "TIFF"),
        encoded(picture(), "PDF"),
    ],
    ids=["empty", "text", "magic", "cut", "head", "gif", "bmp", "tiff", "pdf"],
)
def test_what_is_no_whole_image_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="is not a whole PNG, JPEG or WebP") as failure:
        clean(content)
    assert failure.value.remedy == "Send a PNG, JPEG or WebP."


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><html></html>",
    ],
)
def test_documents_are_refused_as_what_they_are(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="could hold scripts"):
        clean(content)


def forged(width: int, height: int) -> bytes:
    """Return a small PNG that claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + PNG[-12:]


@pytest.mark.parametrize("size", [(101, 100), (20_000, 1), (9_999, 9_999), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge, match="10,000 pixels are the most"):
        clean(forged(*size), most_pixels=10_000)


def test_a_forged_size_within_the_limit_is_a_damaged_image() -> None:
    with pytest.raises(InvalidInput, match="not a whole"):
        clean(forged(90, 90))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_image_is_refused(form: str) -> None:
    moving = encoded(
        picture(), form, save_all=True, append_images=[picture().rotate(180)], duration=50
    )
    with pytest.raises(InvalidInput, match="moves"):
        clean(moving)


def test_an_image_of_sixteen_bits_is_refused() -> None:
    with pytest.raises(InvalidInput, match="more than 8 bits"):
        clean(encoded(Image.new("I;16", (4, 4)), "PNG"))


@given(
    base=st.sampled_from([PNG, encoded(picture(), "JPEG"), encoded(picture(), "WEBP")]),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 400),
)
def test_a_damaged_file_is_refused_or_an_image(
    base: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(base)
    for place, value in changes:
        content[place % len(content)] = value
    for tried in (bytes(content), bytes(content[:cut])):
        try:
            found = clean(tried)
        except LoopwrightError:
            continue
        assert reopened(found).size == (found.width, found.height)
