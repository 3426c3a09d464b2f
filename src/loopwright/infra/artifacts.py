"""The artifact store: files and folders named by their content."""

import os
import shutil
import tempfile
from pathlib import Path

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
        if not self._place(digest).exists():
            with tempfile.NamedTemporaryFile(dir=self._root, delete=False) as stream:
                stream.write(content)
            self._settle(Path(stream.name), digest)
        return digest

    def put_file(self, path: Path) -> str:
        """Store a copy of a file; return its digest."""
        with tempfile.NamedTemporaryFile(dir=self._root, delete=False) as target:
            with path.open("rb") as source:
                shutil.copyfileobj(source, target)
        # The copy is what is named: the source may change while it is read.
        digest = digest_file(Path(target.name))
        self._settle(Path(target.name), digest)
        return digest

    def put_folder(self, folder: Path) -> str:
        """Store every file below a folder; return the digest of {relative path: file digest}."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listing = {path.relative_to(folder).as_posix(): self.put_file(path) for path in files}
        manifest = canonical_json({"folder": listing})
        digest = digest_bytes(manifest)
        if not self._place(digest).exists():
            with tempfile.NamedTemporaryFile(dir=self._root, delete=False) as stream:
                stream.write(manifest)
            self._settle(Path(stream.name), digest)
        return digest

    def path(self, digest: str) -> Path:
        """Return a readable file; a folder is laid out below `trees/` on first use.

        Raises NotFound when the store does not hold the digest.
        """
        place = self._place(digest)
        if not place.is_file():
            raise NotFound(
                f"The artifact store holds no {digest}.",
                remedy="Restore the artifacts folder from its backup, or run the step again.",
            )
        listing = self._listing(place)
        return place if listing is None else self._tree(digest, listing)

    def verify(self, digest: str) -> None:
        """Raise Unavailable when what is stored no longer matches its name."""
        place = self._place(digest)
        self.path(digest)
        if digest_file(place) != digest:
            raise Unavailable(
                f"Artifact {digest} is damaged: its bytes no longer match its name.",
                remedy="Restore it from the backup, or run again the step that made it.",
            )
        for part in (self._listing(place) or {}).values():
            self.verify(part)

    def _place(self, digest: str) -> Path:
        kind, _, name = digest.partition(":")
        if kind != "sha256" or len(name) != 64 or not all(c in "0123456789abcdef" for c in name):
            raise NotFound(f"{digest!r} is not an artifact digest.", remedy="Use sha256:<64 hex>.")
        return self._root / name[:2] / name

    def _listing(self, place: Path) -> dict[str, str] | None:
        with place.open("rb") as stream:
            if stream.read(11) != b'{"folder":{':
                return None
        listing: dict[str, str] = orjson.loads(place.read_bytes())["folder"]
        return listing

    def _tree(self, digest: str, listing: dict[str, str]) -> Path:
        target = self._root / "trees" / digest.removeprefix("sha256:")
        if target.exists():
            return target
        target.parent.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent))
        for name, part in listing.items():
            place = draft / name
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(self.path(part), place)
        try:
            draft.rename(target)
        except OSError:  # somebody else laid out the same content first
            shutil.rmtree(draft)
        return target

    def _settle(self, draft: Path, digest: str) -> None:
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.chmod(0o444)
        draft.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
