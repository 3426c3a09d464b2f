"""Cycles under way in this process: started with the server, and picked up again after a crash."""

from loopwright.base.errors import NotFound
from loopwright.infra.durable import DurableRunner, runner
from loopwright.infra.home import Home
from loopwright.loop import store
from loopwright.loop.full_cycle import NAME, full_cycle
from loopwright.loop.model import Cycle


class CycleRunner:
    """Runs the cycles of one home until it is stopped."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._durable = DurableRunner(home, workflows={NAME: full_cycle})

    def start(self) -> None:
        """Launch; cycles that a dead process left running go on by themselves."""
        self._durable.start()
        for found in self._home.db.read(store.running):
            continue_cycle(found)

    def stop(self) -> None:
        """Interrupt what is under way; it goes on at the next start."""
        self._durable.stop()


def launch_cycle(found: Cycle) -> None:
    """Queue the workflow of a cycle; doing it again changes nothing."""
    runner().enqueue(NAME, found.workflow_id, found.id, str(found.attempt))


def continue_cycle(found: Cycle) -> None:
    """Make sure that somebody works on a running cycle."""
    durable = runner()
    try:
        if not durable.has_owner(found.workflow_id):
            durable.resume(found.workflow_id)
    except NotFound:  # the server died between writing the cycle down and queueing it
        launch_cycle(found)


def stop_cycle(found: Cycle) -> None:
    """Stop the workflow of a cancelled cycle at its next step."""
    runner().cancel(found.workflow_id)
