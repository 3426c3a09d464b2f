"""Files that arrive with a request: bounded together, copied to disk, known by their names."""

import shutil
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import Depends, Request, UploadFile

from loopwright.base.errors import InvalidInput, TooLarge
from loopwright.infra.home import Home
from loopwright.infra.http import get_home

_BLOCK = 1024 * 1024


def within_limit(request: Request, home: Annotated[Home, Depends(get_home)]) -> None:
    """Refuse an upload by its announced size, before it is read."""
    limit = home.settings.max_upload_bytes
    if int(request.headers.get("content-length") or 0) > limit:
        raise TooLarge(
            f"The upload is larger than {limit // 1024**2} MiB.",
            remedy="Import it in parts, or raise LOOPWRIGHT_MAX_UPLOAD_BYTES.",
        )


class Room:
    """How many more bytes of one upload may be kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def keep(self, part: UploadFile, path: Path) -> Path:
        """Copy an upload to `path`; raise TooLarge when the request's files are too many."""
        size = _size(part.file)
        self._left -= size
        if self._left < 0:
            raise TooLarge(
                f"{name_of(part)} makes the upload larger than {self._limit // 1024**2} MiB.",
                remedy="Import it in parts, or raise LOOPWRIGHT_MAX_UPLOAD_BYTES.",
            )
        with path.open("wb") as target:
            shutil.copyfileobj(part.file, target, _BLOCK)
        return path


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def name_of(part: UploadFile) -> str:
    """Return an upload's own name, without folders. Raises InvalidInput when it has none."""
    name = Path(part.filename or "").name
    if not name:
        raise InvalidInput(
            "An uploaded file has no name.", remedy="Send each file with its filename."
        )
    return name
