"""A thread that puts the slots of expired leases back into the queue."""

import threading

import structlog

from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.labeling.reserve import expire_leases

PERIOD_SECONDS = 5.0
_AT_ONCE = 200
_log = structlog.get_logger("labeling")


class LeaseReaper:
    """Expires leases while the server runs; reserving does it too when it finds no item."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-reaper", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(PERIOD_SECONDS):
            try:
                self._expire_all()
            except Exception as failure:  # the next turn may find the database back
                _log.warning("leases_not_expired", error=str(failure))

    def _expire_all(self) -> None:
        expired = _AT_ONCE
        while expired == _AT_ONCE and not self._stopped.is_set():
            expired = self._home.db.write(
                lambda tx: expire_leases(tx, now=system_now(), count=_AT_ONCE)
            )
