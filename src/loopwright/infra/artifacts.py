"""The artifact store: files and folders named by their content."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import orjson

from loopwright.base.digests import canonical_json, digest_bytes, digest_file
from loopwright.base.errors import NotFound, Unavailable


class ArtifactStore:
    """Content-addressed files under one root; what is stored is never changed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._root.mkdir(parents=True, exist_ok=True)

    def put_bytes(self, content: bytes) -> str:
        """Store bytes; return their digest."""
        digest = digest_bytes(content)
        self._keep(content, self._place(digest))
        return digest

    def put_file(self, path: Path) -> str:
        """Store a copy of a file; return its digest."""
        with self._draft() as draft:
            with path.open("rb") as source, draft.open("wb") as target:
                shutil.copyfileobj(source, target)
            # The copy is what is named: the source may change while it is read.
            digest = digest_file(draft)
            _settle(draft, self._place(digest))
        return digest

    def put_folder(self, folder: Path) -> str:
        """Store every file below a folder; return the digest of {relative path: file digest}."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listing = {path.relative_to(folder).as_posix(): self.put_file(path) for path in files}
        manifest = canonical_json({"folder": listing})
        digest = digest_bytes(manifest)
        self._keep(manifest, self._manifest(digest))
        return digest

    def path(self, digest: str) -> Path:
        """Return a readable file; a folder is laid out below `trees/` on first use.

        Raises NotFound when the store does not hold the digest.
        """
        listing = self._listing(digest)
        if listing is not None:
            return self._tree(digest, listing)
        place = self._place(digest)
        if not place.is_file():
            raise NotFound(
                f"The artifact store holds no {digest}.",
                remedy="Restore the artifacts folder from its backup, or run the step again.",
            )
        return place

    def verify(self, digest: str) -> None:
        """Raise Unavailable when what is stored no longer matches its name."""
        readable = self.path(digest)
        listing = self._listing(digest)
        if (
            digest_file(self._place(digest) if listing is None else self._manifest(digest))
            != digest
        ):
            raise _damaged(digest)
        for name, part in (listing or {}).items():
            self.verify(part)
            laid_out = readable / name
            # Storing the same bytes again replaces the file that the tree is linked to.
            if not laid_out.is_file() or digest_file(laid_out) != part:
                raise _damaged(digest)

    def _place(self, digest: str) -> Path:
        kind, _, name = digest.partition(":")
        if kind != "sha256" or len(name) != 64 or not all(c in "0123456789abcdef" for c in name):
            raise NotFound(f"{digest!r} is not an artifact digest.", remedy="Use sha256:<64 hex>.")
        return self._root / name[:2] / name

    def _manifest(self, digest: str) -> Path:
        # Apart from the files: somebody's file that reads like a manifest is still a file.
        return self._place(digest).with_suffix(".folder")

    def _listing(self, digest: str) -> dict[str, str] | None:
        place = self._manifest(digest)
        if not place.is_file():
            return None
        try:
            listing: dict[str, str] = orjson.loads(place.read_bytes())["folder"]
        except (ValueError, KeyError, TypeError) as failure:
            raise _damaged(digest) from failure
        if any(PurePosixPath(name).is_absolute() or ".." in Path(name).parts for name in listing):
            raise _damaged(digest)
        return listing

    def _tree(self, digest: str, listing: dict[str, str]) -> Path:
        target = self._root / "trees" / digest.removeprefix("sha256:")
        if target.exists():
            return target
        target.parent.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent))
        try:
            for name, part in listing.items():
                place = draft / name
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(self.path(part), place)
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft)
            if not target.is_dir():  # else somebody laid out the same content first
                raise
        return target

    def _keep(self, content: bytes, place: Path) -> None:
        if not place.exists():
            with self._draft() as draft:
                draft.write_bytes(content)
                _settle(draft, place)

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """Yield a new file below the root, gone afterwards unless it was settled."""
        number, name = tempfile.mkstemp(dir=self._root)
        os.close(number)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


def _settle(draft: Path, place: Path) -> None:
    """Give a draft its lasting name; it is on the disk when this returns."""
    place.parent.mkdir(exist_ok=True)
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.chmod(0o444)
    draft.replace(place)
    for folder in (place.parent, place.parent.parent):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _damaged(digest: str) -> Unavailable:
    return Unavailable(
        f"Artifact {digest} is damaged: its bytes no longer match its name.",
        remedy="Restore it from the backup, or run again the step that made it.",
    )
