"""A judge's desk: what one transaction read of it once, so that no step reads it again."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from loopwright.intake.store import ItemTexts
from loopwright.labeling import rules, store_desk, store_effort
from loopwright.labeling.model import Assignment, Judge, Progress, Standing
from loopwright.projects.model import Project
from loopwright.sampling import rules as sampling_rules
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Branch, Counted, Cursor, Pause, QueueCount


@dataclass
class Desk:
    """The place in the queue that a transaction holds for a judge, and what goes with it.

    Whoever changes one of these in the transaction says so here. Times are seconds since 1970.
    """

    tx: Connection
    project: Project
    judge: Judge
    now: float
    cursor: Cursor
    """Locked: this judge's other requests wait."""
    guideline_id: str | None
    """The guideline version in force."""
    pause: Pause | None
    mine: list[Assignment]
    """The judge's open offers, oldest first. Leases may end while one looks at them."""
    counts: dict[Branch, QueueCount]
    """The counts of each branch of the queue; a few transactions behind at most."""
    total: QueueCount = field(init=False)
    """The counts of the whole queue."""
    texts: ItemTexts = field(default_factory=ItemTexts, repr=False)
    """What the new offers show, asked for with the statement that stores them."""
    _placed: int = 0
    _standing: Standing | None = field(default=None, repr=False)
    _judging: Callable[[], Standing] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, tx: Connection, *, project: Project, judge: Judge, now: float) -> "Desk":
        """Return the desk of a judge who is known already; made on first use."""
        look = store_desk.look(tx, project_id=project.id, judge=judge)
        return cls(tx, project, judge, now, **vars(look))

    def __post_init__(self) -> None:
        self.total = sampling_rules.total_of(self.counts)

    @property
    def standing(self) -> Standing:
        """Return what the judge has done, this transaction's judgment included."""
        if self._judging is not None:
            self._standing, self._judging = self._judging(), None
        if self._standing is None:
            self._standing = store_effort.standing(
                self.tx,
                project_id=self.project.id,
                rater_id=self.judge.rater_id,
                now=self.now,
            )
        return self._standing

    def progress(self) -> Progress:
        """Return what the judge has done and what the project still wants."""
        standing, total = self.standing, self.total
        caps = self.project.spec.assignment
        reached = rules.cap_reached(caps, standing, human=self.judge.human, now=self.now)
        return Progress(
            standing, self.pause, reached, remaining=total.remaining, open_items=total.open
        )

    def judged(self, offer: Assignment, standing: Callable[[], Standing]) -> None:
        """Take note that an offer was answered; `standing` waits for what that makes of it."""
        self._judging = standing
        self.mine = [one for one in self.mine if one.id != offer.id]

    def counted(self, counted: Counted) -> None:
        """Take note that a judgment was counted on its item."""
        branch = counted.state.branch
        self.counts[branch] = self.counts.get(branch, QueueCount()).plus(counted.change)
        self.total = self.total.plus(counted.change)

    def recount(self) -> None:
        """Read the counts again: more of the queue was changed than one judgment."""
        self.counts = sampling.branch_counts(self.tx, self.project.id)
        self.total = sampling_rules.total_of(self.counts)

    def moved(self, cursor: Cursor) -> None:
        """Store where the judge is in the queue now."""
        sampling.save_cursor(self.tx, before=self.cursor, after=cursor)
        self.cursor = cursor

    def take_places(self, number: int) -> int:
        """Return the number of the first of so many more shuffled pairs."""
        first = self.standing.offered + self._placed
        self._placed += number
        return first
