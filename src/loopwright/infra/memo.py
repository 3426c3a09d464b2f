"""Answers kept for a moment, so that a request need not ask the database who asks each time."""

import threading
import time
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Keeps values for `seconds`, at most `most` of them, until `forget` is called.

    Whoever changes what the values say calls `forget` once that is committed
    (`infra.database.after_commit`). Another process learns of it when the seconds are over.
    """

    def __init__(self, *, seconds: float, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[float, V]] = {}
        self._age = 0

    @property
    def age(self) -> int:
        """Return how often all was forgotten: hand it to `keep` with what was read since."""
        return self._age

    def get(self, key: K) -> V | None:
        """Return what is kept and still holds, else None."""
        found = self._kept.get(key)
        return None if found is None or found[0] < time.monotonic() else found[1]

    def keep(self, key: K, value: V, *, age: int) -> None:
        """Keep a value that was read while `age` held; one read before a change is not kept."""
        with self._lock:
            if age != self._age:
                return
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = (time.monotonic() + self._seconds, value)

    def forget(self) -> None:
        """Drop everything, also what is being read just now."""
        with self._lock:
            self._age += 1
            self._kept.clear()
