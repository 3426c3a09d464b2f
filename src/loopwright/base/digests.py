"""Content addresses: the same content has the same name everywhere."""

import hashlib
import json
from pathlib import Path
from typing import Any

PREFIX = "sha256:"


def canonical_json(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest_bytes(content: bytes) -> str:
    """Return `sha256:<hex>` of the bytes."""
    return PREFIX + hashlib.sha256(content).hexdigest()


def digest_json(value: Any) -> str:
    """Return the digest of a JSON value in its canonical form."""
    return digest_bytes(canonical_json(value))


def digest_file(path: Path) -> str:
    """Return the digest of a file's bytes, read in blocks."""
    with path.open("rb") as stream:
        return PREFIX + hashlib.file_digest(stream, "sha256").hexdigest()
