"""Short, time-ordered identifiers."""

import secrets
import threading
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_lock = threading.Lock()
_last_stamp = 0


def _encode(number: int, length: int) -> str:
    symbols = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        symbols.append(_ALPHABET[digit])
    return "".join(reversed(symbols))


def new_id(prefix: str) -> str:
    """Return `<prefix>_` and 26 characters: 10 of time (microseconds), 16 random.

    Ids made by one process sort in the order in which they were made.
    """
    global _last_stamp
    with _lock:
        stamp = max(time.time_ns() // 1000, _last_stamp + 1)
        _last_stamp = stamp
    return f"{prefix}_{_encode(stamp, 11)[-11:]}{_encode(secrets.randbits(75), 15)}"
