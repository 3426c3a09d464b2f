"""The running account of consensus: votes in, changed items out. Pure; kept by one thread."""

from collections import Counter
from collections.abc import Sequence

from loopwright.quality.model import Consensus, ItemVote, is_split
from loopwright.stats.estimate import Estimate
from loopwright.stats.truth import TruthStream, Vote
from loopwright.stats.truth_batch import fitted_stream

PAIR = ("first", "second", "tie", "both_bad")
OTHER = "(another answer)"


def categories_of(outcomes: set[str]) -> tuple[str, ...]:
    """Return the answers that are in use, at least two, always in the same order."""
    if outcomes <= set(PAIR):
        return tuple(one for one in PAIR if one in outcomes or one in PAIR[:2])
    return tuple(sorted(outcomes)) if len(outcomes) > 1 else (*outcomes, OTHER)


class _Question:
    """The votes on one question of one project."""

    def __init__(self) -> None:
        self.votes: dict[int, Vote] = {}
        self.stream: TruthStream | None = None
        self.changed: set[str] = set()

    def take(self, seq: int, vote: Vote) -> None:
        if seq in self.votes:
            return
        self.votes[seq] = vote
        if self.stream is None or vote.answer not in self.stream.categories:
            self.refit()
            return
        self.stream.add(vote)
        self.changed.add(vote.item)

    def withdraw(self, seq: int) -> None:
        vote = self.votes.pop(seq, None)
        if vote is None or self.stream is None:
            return
        # A later judgment of the same rater may have replaced this one already.
        if self.stream.votes(vote.item).get(vote.rater) == vote.answer:
            self.stream.remove(vote.item, vote.rater)
        self.changed.add(vote.item)

    def refit(self) -> None:
        votes = [self.votes[seq] for seq in sorted(self.votes)]
        self.stream = fitted_stream(votes, categories_of({vote.answer for vote in votes}))
        self.changed.update(vote.item for vote in votes)


class ConsensusBook:
    """Consensus of every project that it is told of."""

    def __init__(self) -> None:
        self._questions: dict[tuple[str, str], _Question] = {}
        self._place: dict[int, tuple[str, str]] = {}

    def __len__(self) -> int:
        """Return how many votes there are."""
        return len(self._place)

    def load(self, votes: Sequence[ItemVote]) -> None:
        """Take many votes at once and fit them by batch."""
        for vote in votes:
            if vote.one_category:
                self._of(vote).votes[vote.seq] = _plain(vote)
        for question in self._questions.values():
            question.refit()

    def add(self, vote: ItemVote) -> None:
        """Take one vote; the same `seq` again changes nothing.

        A judgment that is more than one category (a ranking, scores) has no consensus answer.
        """
        if vote.one_category:
            self._of(vote).take(vote.seq, _plain(vote))

    def withdraw(self, seq: int) -> None:
        """Take a vote back; nothing happens where it was never taken."""
        place = self._place.pop(seq, None)
        if place is not None:
            self._questions[place].withdraw(seq)

    def refit(self) -> None:
        """Compute everything again from the votes, by batch."""
        for question in self._questions.values():
            if question.votes:
                question.refit()

    def changes(self, *, now: float) -> tuple[list[Consensus], list[str]]:
        """Return the items whose answer may have changed and those without any vote left."""
        changed: list[Consensus] = []
        empty: list[str] = []
        for (project, _), question in self._questions.items():
            for item in sorted(question.changed):
                found = _consensus(question, project, item, now)
                if found is None:
                    empty.append(item)
                else:
                    changed.append(found)
            question.changed.clear()
        return changed, empty

    def reliabilities(self, project_id: str) -> dict[str, Estimate]:
        """Return each rater's reliability; of several questions the one with most judgments."""
        best: dict[str, Estimate] = {}
        for (project, _), question in sorted(self._questions.items()):
            if project != project_id or question.stream is None:
                continue
            for rater, found in question.stream.reliabilities().items():
                if rater not in best or found.n > best[rater].n:
                    best[rater] = found
        return best

    def _of(self, vote: ItemVote) -> _Question:
        place = (vote.project_id, vote.question_id)
        self._place[vote.seq] = place
        return self._questions.setdefault(place, _Question())


def _plain(vote: ItemVote) -> Vote:
    return Vote(vote.item_id, vote.rater_id, vote.outcome)


def _consensus(question: _Question, project: str, item: str, now: float) -> Consensus | None:
    found = None if question.stream is None else question.stream.posterior(item)
    if found is None or question.stream is None:
        return None
    votes = dict(Counter(question.stream.votes(item).values()))
    return Consensus(
        item_id=item,
        project_id=project,
        answer=found.answer,
        probability=found.probability,
        n=found.n,
        posterior={name: round(share, 9) for name, share in found.probabilities.items()},
        votes=votes,
        split=is_split(votes),
        updated_at=now,
    )
