"""HTTP: send an image that items show, and read it."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import FileResponse
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.digests import digest_bytes
from loopwright.base.errors import NotFound, TooLarge
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.intake import store
from loopwright.intake.images import clean_image
from loopwright.intake.model import Image
from loopwright.intake.schemas import ImageStored
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}", tags=["intake"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
_FORM_BYTES = 64 * 1024
"""What a form adds to its file."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
}


def _within_limit(request: Request, home: HomeOf) -> None:
    """Refuse an image by its announced size, before it is read."""
    if int(request.headers.get("content-length") or 0) > _limit(home) + _FORM_BYTES:
        raise _too_large("The image", _limit(home))


@router.post("/images", dependencies=[Depends(_within_limit)])
def add_image(
    project_id: str, home: HomeOf, actor: ActorOf, *, file: Annotated[UploadFile, File()]
) -> ImageStored:
    """Store an image for items to show; the same image again is the same digest.

    PNG, JPEG and WebP. It is decoded and written anew: upright, without metadata.
    """
    require(actor, Permission.ITEMS_WRITE, project_id)
    content, name = _content(file, home), Path(file.filename or "").name or "The image"
    sent = digest_bytes(content)

    def known(tx: Connection) -> Image | None:
        projects.get(tx, project_id)
        return store.image_sent_as(tx, project_id, sent)

    found = home.db.read(known)
    if found is not None:
        return ImageStored(**vars(found))
    clean = clean_image(content, name=name, most_pixels=home.settings.max_image_pixels)
    stored = Image(
        digest=home.artifacts.put_bytes(clean.content),
        media_type=clean.media_type,
        width=clean.width,
        height=clean.height,
        bytes=len(clean.content),
    )
    home.db.write(
        lambda tx: store.insert_image(
            tx, stored, project_id=project_id, sent_digest=sent, now=system_now()
        )
    )
    return ImageStored(**vars(stored))


@router.get("/images/{digest}", response_class=FileResponse)
def get_image(project_id: str, digest: str, home: HomeOf, actor: ActorOf) -> FileResponse:
    """Return an image's bytes; a digest never changes its meaning, so browsers may keep it."""
    require(actor, Permission.PROJECT_READ, project_id)
    found = home.db.read(lambda tx: store.images_of(tx, project_id, [digest])).get(digest)
    if found is None:
        raise NotFound(
            f"There is no image {digest} in project {project_id}.",
            remedy="Use the digest that sending the image returned.",
        )
    path = home.artifacts.path(found.digest)
    return FileResponse(path, media_type=found.media_type, headers=_HEADERS)


def _content(file: UploadFile, home: Home) -> bytes:
    content = file.file.read(_limit(home) + 1)
    if len(content) > _limit(home):
        raise _too_large(Path(file.filename or "").name or "The image", _limit(home))
    return content


def _limit(home: Home) -> int:
    return home.settings.max_image_bytes


def _too_large(name: str, limit: int) -> TooLarge:
    return TooLarge(
        f"{name} is larger than {limit // 1024**2} MiB.",
        remedy="Make it smaller, or raise LOOPWRIGHT_MAX_IMAGE_BYTES.",
        code="image_too_large",
    )
