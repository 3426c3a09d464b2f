"""What follows the votes on one aspect of a question: categories or levels. Pure.

A thing is what is voted on: an item, a pair of its completions, one completion by a criterion.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from loopwright.stats.scale_consensus import Score
from loopwright.stats.scale_stream import ScaleStream
from loopwright.stats.truth import TruthStream, Vote
from loopwright.stats.truth_batch import fitted_stream

PAIR = ("first", "second", "tie", "both_bad")
OTHER = "(another answer)"
_FEW = 200
"""Up to so many votes a new answer has all of them fitted again: it costs little, and is exact."""

_SMALL = 50
_ENOUGH = 20
"""Votes on other aspects below which they say nothing of a rater."""


def categories_of(outcomes: set[str]) -> tuple[str, ...]:
    """Return the answers that are in use, at least two, always in the same order."""
    if outcomes <= set(PAIR):
        return tuple(one for one in PAIR if one in outcomes or one in PAIR[:2])
    return tuple(sorted(outcomes)) if len(outcomes) > 1 else (*outcomes, OTHER)


class Track(Protocol):
    """The votes on one aspect."""

    def take(self, seq: int, vote: Vote) -> bool:
        """Take a vote; return whether other things may have changed, too."""
        ...

    def put(self, seq: int, vote: Vote) -> None:
        """Keep a vote for the refit that follows."""
        ...

    def withdraw(self, seq: int, thing: str) -> None:
        """Take a judgment's vote on a thing back; nothing happens where there is none."""
        ...

    def refit(self) -> None:
        """Compute everything again, by batch."""
        ...


class CategoryTrack:
    """Votes for one category each."""

    def __init__(self) -> None:
        self.votes: dict[tuple[int, str], Vote] = {}
        self.stream: TruthStream | None = None
        self.elsewhere: dict[str, float] = {}
        """How often raters are right on the other aspects of the question."""

    def put(self, seq: int, vote: Vote) -> None:
        """Keep a vote for the refit that follows."""
        self.votes[seq, vote.item] = vote

    def take(self, seq: int, vote: Vote) -> bool:
        """Take a vote; return whether all were fitted again."""
        self.votes[seq, vote.item] = vote
        if self.stream is None:
            self.refit()
            return True
        if vote.answer not in self.stream.categories:
            if len(self.votes) <= _FEW:
                self.refit()
                return True
            free = OTHER if OTHER in self.stream.categories else None
            self.stream.grow(vote.answer, instead_of=free)
        self.stream.add(vote)
        return False

    def withdraw(self, seq: int, thing: str) -> None:
        """Take a judgment's vote on a thing back; nothing happens where there is none."""
        vote = self.votes.pop((seq, thing), None)
        if vote is None or self.stream is None:
            return
        # A later judgment of the same rater may have replaced this one already.
        if self.stream.votes(vote.item).get(vote.rater) == vote.answer:
            self.stream.remove(vote.item, vote.rater)

    def refit(self) -> None:
        """Compute everything again, by batch."""
        votes = [self.votes[key] for key in sorted(self.votes)]
        if votes:
            self.stream = fitted_stream(
                votes, categories_of({vote.answer for vote in votes}), elsewhere=self.elsewhere
            )

    def histories(
        self, things: Iterable[str], most: int
    ) -> list[tuple[str, list[dict[str, float]]]]:
        """Return the posteriors of things after each of their first `most` votes.

        Things without votes are left out. Each is taken out of the account and put in again.
        """
        stream, found = self.stream, []
        for thing in things:
            votes = [] if stream is None else list(stream.votes(thing).items())
            if stream is None or not votes:
                continue
            for rater, _ in votes:
                stream.remove(thing, rater)
            after: list[dict[str, float]] = []
            for rater, answer in votes:
                stream.add(Vote(thing, rater, answer))
                now = stream.posterior(thing)
                if len(after) < most and now is not None:
                    after.append(now.probabilities)
            found.append((thing, after))
        return found

    def counts(self, thing: str) -> dict[str, int]:
        """Return how many said what of a thing."""
        return {} if self.stream is None else dict(Counter(self.stream.votes(thing).values()))


class LevelTrack:
    """Votes for a level of one scale each."""

    def __init__(self, levels: int) -> None:
        self.levels = levels
        self.votes: dict[tuple[int, str], Vote] = {}
        self.stream = ScaleStream(1, max(2, levels))
        self._fitted = 0

    def put(self, seq: int, vote: Vote) -> None:
        """Keep a vote for the refit that follows."""
        self.votes[seq, vote.item] = vote

    def take(self, seq: int, vote: Vote) -> bool:
        """Take a vote; return whether all were fitted again: first each time, later when a quarter
        was added."""
        self.votes[seq, vote.item] = vote
        self.stream.add(Score(vote.item, vote.rater, float(vote.answer)))
        waits = 0 if self._fitted < _SMALL else self._fitted // 4
        if len(self.votes) <= self._fitted + waits:
            return False
        self.refit()
        return True

    def withdraw(self, seq: int, thing: str) -> None:
        """Take a judgment's vote on a thing back; nothing happens where there is none."""
        vote = self.votes.pop((seq, thing), None)
        if vote is not None and self.stream.scores(thing).get(vote.rater) == float(vote.answer):
            self.stream.remove(thing, vote.rater)

    def refit(self) -> None:
        """Compute everything again, by batch."""
        stream = ScaleStream(1, max(2, self.levels))
        for key in sorted(self.votes):
            vote = self.votes[key]
            stream.add(Score(vote.item, vote.rater, float(vote.answer)))
        stream.refit()
        self.stream, self._fitted = stream, len(self.votes)

    def counts(self, thing: str) -> dict[str, int]:
        """Return how many gave a thing each level."""
        given = Counter(str(round(value)) for value in self.stream.scores(thing).values())
        return dict(sorted(given.items()))


def refit_together(tracks: Sequence[Track]) -> None:
    """Compute the aspects of a question again; who is good at the others starts so at each.

    The first pass tells how often a rater is right on each aspect, the second holds each at what
    the others say.
    """
    counted = [one for one in tracks if isinstance(one, CategoryTrack) and one.votes]
    for one in counted:
        one.elsewhere = {}
    for track in tracks:
        track.refit()
    if len(counted) < 2:
        return
    sums = [{} if one.stream is None else one.stream.sums() for one in counted]
    right: defaultdict[str, float] = defaultdict(float)
    total: defaultdict[str, int] = defaultdict(int)
    for each in sums:
        for rater, (hits, votes) in each.items():
            right[rater] += hits
            total[rater] += votes
    for one, mine in zip(counted, sums, strict=True):
        for rater, (hits, votes) in mine.items():
            others = total[rater] - votes
            if others >= _ENOUGH:
                one.elsewhere[rater] = (right[rater] - hits) / others
        if one.elsewhere:
            one.refit()
