"""Short, time-ordered identifiers."""

import base64
import secrets
import threading
import time

_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
_SYMBOLS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_lock = threading.Lock()
_last_stamp = 0


def encode_130_bits(number: int) -> str:
    """Return 26 symbols that sort as the numbers do."""
    return base64.b32encode((number << 30).to_bytes(20, "big"))[:26].translate(_SYMBOLS).decode()


def new_id(prefix: str) -> str:
    """Return `<prefix>_` and 26 characters: 11 of time (microseconds), 15 random.

    Ids made by one process sort in the order in which they were made.
    """
    global _last_stamp
    with _lock:
        stamp = max(time.time_ns() // 1000, _last_stamp + 1)
        _last_stamp = stamp
    return f"{prefix}_{encode_130_bits(stamp << 75 | secrets.randbits(75))}"
