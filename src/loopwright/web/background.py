"""What runs beside the requests: consensus, disagreement, captured traffic, expired leases,
gold, webhooks, cycles."""

from typing import Protocol

from loopwright.adjudication.follower import EscalationFollower
from loopwright.discussion.watcher import DisagreementWatcher
from loopwright.gold.keeper import GoldKeeper
from loopwright.infra.home import Home
from loopwright.labeling.reaper import LeaseReaper
from loopwright.loop.runner import CycleRunner
from loopwright.quality.live import ConsensusKeeper
from loopwright.serving.importer import Importer
from loopwright.webhooks.sender import WebhookSender


class Worker(Protocol):
    """Something that runs until it is told to stop."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """Finish what is under way; returns when it has ended."""
        ...


class Background:
    """The workers of one server process, started together and stopped in reverse."""

    def __init__(self, home: Home) -> None:
        self._workers: list[Worker] = [
            ConsensusKeeper(home),
            DisagreementWatcher(home),
            EscalationFollower(home),
            Importer(home),
            LeaseReaper(home),
            GoldKeeper(home),
            WebhookSender(home),
            CycleRunner(home),
        ]

    def start(self) -> None:
        """Start every worker."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Stop every worker, the last started first."""
        for worker in reversed(self._workers):
            worker.stop()
