"""Gateway keys: optional, stored as hashes in one file, never echoed.

Without keys the gateway is open to whoever reaches its port; it then listens on loopback only.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

import orjson

from loopwright.base.errors import InvalidInput

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def keys_file(home: Path) -> Path:
    """Return the file of key hashes."""
    return home / "gateway-keys.json"


def add_key(home: Path, name: str) -> str:
    """Make a key, store its hash under `name`, and return it: the only time that it is seen."""
    key = "lwg_" + secrets.token_urlsafe(32)
    hashes = load_hashes(home)
    hashes[name] = _hash(key)
    path = keys_file(home)
    partial = path.with_suffix(".partial")
    partial.write_bytes(orjson.dumps(hashes))
    partial.chmod(0o600)
    partial.replace(path)
    return key


def load_hashes(home: Path) -> dict[str, str]:
    """Return the key hashes by name; empty when no key was ever made.

    Raises InvalidInput when the file is there but unreadable: that must not open the door.
    """
    path = keys_file(home)
    if not path.exists():
        return {}
    try:
        return {str(name): str(digest) for name, digest in orjson.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"The gateway keys in {path} cannot be read: {error}.",
            remedy="Restore the file, or delete it and make new keys.",
        ) from error


def allowed(hashes: dict[str, str], authorization: str | None) -> bool:
    """Return whether a request with this Authorization header may be answered."""
    if not hashes:
        return True
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return False
    digest = _hash(key.strip())
    # Every hash is compared, so that the time does not tell which one was near.
    return sum(hmac.compare_digest(digest, known) for known in hashes.values()) > 0


def check_binding(host: str, hashes: dict[str, str]) -> None:
    """Raise InvalidInput when the gateway would be open to a network."""
    if not hashes and host not in LOOPBACK:
        raise InvalidInput(
            f"The gateway would listen on {host} without any key.",
            remedy="Make one with `loopwright gateway key NAME`, or listen on 127.0.0.1.",
        )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
