"""How much memory a command and everything it started held at most."""

import threading
from types import TracebackType
from typing import Self

import psutil

_PAUSE_SECONDS = 0.5


class PeakMemory:
    """Samples the unique memory of this program and all below it, twice a second."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(_PAUSE_SECONDS):
            family = [own, *own.children(recursive=True)]
            self.peak_bytes = max(self.peak_bytes, sum(_resident(one) for one in family))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it ended between the listing and the look
        return 0
