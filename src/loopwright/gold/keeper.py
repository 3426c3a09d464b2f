"""A thread that hands gold to those who judge, and retires what is worn."""

import threading
from functools import partial

import structlog

from loopwright.base.clock import system_now
from loopwright.gold import store
from loopwright.gold.handout import hand_due
from loopwright.gold.service import retire, worn
from loopwright.infra.home import Home
from loopwright.projects import service as projects

PERIOD_SECONDS = 2.0
RETIRE_SECONDS = 60.0
_OVERLAP_SECONDS = 60.0
"""Commits may show late: who judged a minute ago is looked at again, which changes nothing."""
_log = structlog.get_logger("gold")


class GoldKeeper:
    """Looks every other second; where no project hides gold it asks for nothing else."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gold-keeper", daemon=True)
        self._seen: dict[str, float] = {}
        self._retire_at = 0.0

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> int:
        """Look once; return how many offers were made."""
        offered = 0
        for project_id in self._home.db.read(store.projects_with_gold):
            try:
                offered += self._hand(project_id, system_now())
            except Exception as failure:  # another project's people need not wait for this one
                _log.warning("gold_not_handed_out", project=project_id, error=str(failure))
        return offered

    def _run(self) -> None:
        while not self._stopped.wait(PERIOD_SECONDS):
            try:
                self.step()
                self._retire(system_now())
            except Exception as failure:  # the next turn may find the database back
                _log.warning("gold_not_handed_out", error=str(failure))

    def _hand(self, project_id: str, now: float) -> int:
        since = self._seen.get(project_id, now - _OVERLAP_SECONDS) - _OVERLAP_SECONDS
        project, people = self._home.db.read(
            lambda tx: (projects.get(tx, project_id), store.judged_since(tx, project_id, since))
        )
        offered = 0
        for rater_id, person_id in people.items():
            if not self._stopped.is_set():
                act = partial(
                    hand_due,
                    project=project,
                    rater_id=rater_id,
                    person_id=person_id,
                    now=system_now(),
                )
                offered += self._home.db.write(act)
        self._seen[project_id] = now
        return offered

    def _retire(self, now: float) -> None:
        if now < self._retire_at:
            return
        self._retire_at = now + RETIRE_SECONDS
        for project_id in self._home.db.read(store.projects_with_gold):
            found = self._home.db.read(partial(worn, project_id=project_id))
            for gold_id, why in found.items():
                act = partial(retire, project_id=project_id, gold_id=gold_id, why=why, now=now)
                self._home.db.write(act)
