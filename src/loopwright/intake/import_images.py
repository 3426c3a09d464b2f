"""Image files that come with an import: decoded anew, and kept only when the import is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from loopwright.base.digests import digest_bytes, digest_file
from loopwright.base.errors import InvalidInput, LoopwrightError
from loopwright.infra.home import Home
from loopwright.intake import store
from loopwright.intake.images import clean_image
from loopwright.intake.model import Image

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class _Read:
    """An image that a row names, the digest of the bytes that were sent, and where it waits."""

    image: Image
    sent: str
    waiting: Path | None
    """None where the project has the image already."""


class ImportImages:
    """The image files of one import, by name; each is decoded when a row first names it."""

    def __init__(
        self, home: Home, files: Iterable[tuple[str, Path]], *, project_id: str, folder: Path
    ) -> None:
        """Take files as (name, path); decoded images wait in `folder`.

        Raises InvalidInput when two have one name.
        """
        self._home = home
        self._project_id = project_id
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._read: dict[str, _Read] = {}
        self._digests: dict[str, str] = {}
        for name, path in files:
            if name in self._files:
                raise InvalidInput(
                    f"Two of the images are called {name}.",
                    remedy="Import their folders one by one, or give them names of their own.",
                    code="ambiguous_image",
                )
            self._files[name] = path

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def get(self, name: str) -> Image:
        """Return what the image of this name is, or of a digest that the project has.

        Raises ValueError for one that was not sent.
        """
        if name.startswith("sha256:"):
            return self._stored(name)
        if name not in self._files:
            raise ValueError(f"the image {name!r} was not sent along; put it beside the file")
        if name not in self._read:
            try:
                self._read[name] = self._decoded(name)
            except LoopwrightError as failure:
                raise ValueError(f"{failure.message} {failure.remedy}".rstrip(". ")) from failure
        return self._read[name].image

    def _stored(self, digest: str) -> Image:
        def read(tx: Connection) -> Image | None:
            return store.images_of(tx, self._project_id, [digest]).get(digest)

        found = self._home.db.read(read)
        if found is None:
            named = next((name for name in self._files if self._digest(name) == digest), None)
            if named is not None:
                return self.get(named)
            raise ValueError(f"the project has no image {digest}; send it along, or before")
        return found

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = digest_file(self._files[name])
        return self._digests[name]

    def publish(self) -> None:
        """Put the new images where artifacts lie; only then may rows name them."""
        for read in self._read.values():
            if read.waiting is not None:
                self._home.artifacts.put_file(read.waiting)

    def apply(self, tx: Connection, *, now: float) -> None:
        """Write down the new images."""
        for read in self._read.values():
            if read.waiting is not None:
                store.insert_image(
                    tx, read.image, project_id=self._project_id, sent_digest=read.sent, now=now
                )

    def _decoded(self, name: str) -> _Read:
        limit = self._home.settings.max_image_bytes
        if self._files[name].stat().st_size > limit:
            raise InvalidInput(
                f"{name} is larger than {limit // 1024**2} MiB.",
                remedy="Make it smaller, or raise LOOPWRIGHT_MAX_IMAGE_BYTES.",
                code="image_too_large",
            )
        content = self._files[name].read_bytes()
        sent = digest_bytes(content)
        known = self._home.db.read(lambda tx: store.image_sent_as(tx, self._project_id, sent))
        if known is not None:
            return _Read(known, sent, None)
        clean = clean_image(content, name=name, most_pixels=self._home.settings.max_image_pixels)
        digest = digest_bytes(clean.content)
        waiting = self._folder / f"image{len(self._read)}"
        waiting.write_bytes(clean.content)
        size = len(clean.content)
        image = Image(digest, clean.media_type, clean.width, clean.height, size)
        return _Read(image, sent, waiting)
