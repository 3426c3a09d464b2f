"""The answer behind several judgments, and how reliable each rater is; vote by vote.

Each rater has a confusion matrix, shrunk toward one coin (right with the rater's own accuracy,
else any other answer alike), which is shrunk toward the accuracy of all raters, or toward what is
known of the rater from elsewhere (`elsewhere`: other criteria of the same question). Where items
are of groups (segments), the coin is the rater's own on that group, shrunk toward that on all.
Inference is collapsed variational Bayes of zeroth order (CVB0; Asuncion et al. 2009, "On smoothing
and inference for topic models") on the Dawid-Skene model: an item's posterior is computed from
counts that leave this item out. Reliability is learned on items that somebody else judged too: a
rater's only answer on an item agrees with itself whatever it is, and where most items have one vote
such evidence drives every answer to the most frequent one. One vote re-weights only the item that
it is on (Neal, Hinton 1998, "A view of the EM algorithm that justifies incremental variants");
`truth_batch` finds the same fixed point from all votes at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

from loopwright.stats.estimate import Estimate, unknown

METHOD = "accuracy against consensus, Beta posterior"
_TINY = 1e-120


@dataclass(frozen=True)
class TruthSettings:
    """Priors, in votes: how much evidence it takes to move away from each simpler model."""

    accuracy: float = 0.7
    """What all raters' accuracy is taken to be before there is evidence."""
    accuracy_votes: float = 10.0
    """Votes that this prior weighs."""
    rater_votes: float = 4.0
    """Votes by which a rater's accuracy is held at that of all raters."""
    shrink: float = 1000.0
    """Votes by which each row of a confusion matrix is held at one coin. Free matrices fall below
    majority on real sets with a rare answer (20: 3 points on ZenCrowd); 1000 never does."""
    group_votes: float = 20.0
    """Votes by which a rater's accuracy on one group of items is held at that on all, and that
    on one criterion at that on the others."""
    prior: float = 1.0
    """Items by which each answer's frequency is held at even."""


@dataclass(frozen=True)
class Vote:
    """One rater's answer on one item."""

    item: str
    rater: str
    answer: str
    group: str = ""
    """The kind of item, where raters may be better at one than at another; "": all are alike."""


@dataclass(frozen=True)
class Posterior:
    """What the judgments on one item say."""

    answer: str
    probability: float
    """Of the answer, under the model; not a promise of error (calibrate on gold items)."""
    probabilities: dict[str, float]
    n: int


class _Rater:
    __slots__ = ("counts", "groups", "right", "rows", "spread", "total")

    def __init__(self, size: int) -> None:
        self.counts = [[0.0] * size for _ in range(size)]
        self.rows = [0.0] * size
        # On items that somebody else judged too: votes, expected right ones, their variance.
        self.total = 0
        self.right = 0.0
        self.spread = 0.0
        self.groups: dict[str, list[float]] = {}
        """By group of items, expected right votes and votes."""


class _Item:
    __slots__ = ("group", "posterior", "votes")

    def __init__(self, group: str) -> None:
        self.group = group
        self.votes: dict[str, int] = {}
        self.posterior: list[float] = []


class TruthStream:
    """Consensus that follows each vote at once; the categories are known at the start."""

    def __init__(
        self,
        categories: Sequence[str],
        settings: TruthSettings | None = None,
        *,
        elsewhere: Mapping[str, float] | None = None,
    ) -> None:
        if len(set(categories)) != len(categories) or len(categories) < 2:
            raise ValueError(f"two or more different categories are needed, got {categories}")
        self.categories = tuple(categories)
        self.settings = settings or TruthSettings()
        self._code = {category: code for code, category in enumerate(self.categories)}
        self._items: dict[str, _Item] = {}
        self._raters: dict[str, _Rater] = {}
        self._elsewhere = elsewhere or {}
        self._frequency = [0.0] * len(categories)
        self._right = 0.0
        self._total = 0.0

    def add(self, vote: Vote) -> None:
        """Take a vote; a rater's second vote on an item replaces the first.

        Raises KeyError for an answer that is not one of the categories.
        """
        answer = self._code[vote.answer]
        item = self._item(vote)
        if vote.rater not in self._raters:
            self._raters[vote.rater] = _Rater(len(self.categories))
        self._count(item, sign=-1.0)
        item.votes[vote.rater] = answer
        self._settle(item)

    def _item(self, vote: Vote) -> _Item:
        found = self._items.get(vote.item)
        if found is None:
            found = self._items[vote.item] = _Item(vote.group)
        return found

    def load(self, votes: Iterable[Vote], posteriors: Mapping[str, Posterior]) -> None:
        """Take many votes with the posteriors that a batch found for their items."""
        for vote in votes:
            item = self._item(vote)
            item.votes[vote.rater] = self._code[vote.answer]
            if vote.rater not in self._raters:
                self._raters[vote.rater] = _Rater(len(self.categories))
        for name, item in self._items.items():
            found = posteriors[name].probabilities
            item.posterior = [found[category] for category in self.categories]
            self._count(item, sign=1.0)

    def grow(self, category: str, *, instead_of: str | None = None) -> None:
        """Let one more answer be given, or rename one that nobody gave; a batch refines later."""
        if instead_of is not None:
            code = self._code.pop(instead_of)
            self._code[category] = code
            names = [*self.categories]
            names[code] = category
            self.categories = tuple(names)
            return
        self._code[category] = len(self.categories)
        self.categories = (*self.categories, category)
        self._frequency.append(0.0)
        for rater in self._raters.values():
            for row in rater.counts:
                row.append(0.0)
            rater.rows.append(0.0)
            rater.counts.append([0.0] * len(self.categories))
        for item in self._items.values():
            item.posterior.append(0.0)

    def votes(self, item_id: str) -> dict[str, str]:
        """Return each rater's answer on an item."""
        item = self._items.get(item_id)
        if item is None:
            return {}
        return {rater: self.categories[code] for rater, code in item.votes.items()}

    def remove(self, item_id: str, rater: str) -> None:
        """Take a vote back; nothing happens where there is none."""
        item = self._items.get(item_id)
        if item is None or rater not in item.votes:
            return
        self._count(item, sign=-1.0)
        del item.votes[rater]
        self._settle(item)
        if not item.votes:
            del self._items[item_id]

    def sweep(self) -> float:
        """Re-weigh every item once; return the largest change of a probability."""
        change = 0.0
        for item in self._items.values():
            before = item.posterior
            self._count(item, sign=-1.0)
            self._settle(item)
            change = max(change, *(abs(a - b) for a, b in zip(before, item.posterior, strict=True)))
        return change

    def posterior(self, item_id: str) -> Posterior | None:
        """Return what is known of an item, None where it has no vote."""
        item = self._items.get(item_id)
        if item is None:
            return None
        return posterior_of(self.categories, item.posterior, len(item.votes))

    def items(self) -> Iterable[str]:
        """Return the items that have votes."""
        return self._items.keys()

    def sums(self) -> dict[str, tuple[float, int]]:
        """Return each rater's expected right votes and votes, on items that others judged too."""
        return {name: (max(one.right, 0.0), one.total) for name, one in self._raters.items()}

    def reliabilities(self, *, minimum: int = 5) -> dict[str, Estimate]:
        """Return each rater's accuracy on items that somebody else judged too."""
        return {rater: self.reliability(rater, minimum=minimum) for rater in self._raters}

    def reliability(self, rater: str, *, minimum: int = 5) -> Estimate:
        """Return one rater's accuracy, from sums that every vote keeps; KeyError for a stranger."""
        known = self._raters[rater]
        return reliability(
            right=max(known.right, 0.0),
            spread=max(known.spread, 0.0),
            n=known.total,
            prior=(self._accuracy(), self.settings.rater_votes),
            minimum=minimum,
        )

    def _accuracy(self) -> float:
        known = self.settings
        pooled = (self._right + known.accuracy * known.accuracy_votes) / (
            self._total + known.accuracy_votes
        )
        # Below chance everybody would be read backwards: the raters as a whole are never that.
        return min(max(pooled, 1.0 / len(self.categories) + 0.05), 0.98)

    def _count(self, item: _Item, *, sign: float) -> None:
        """Add (or, with sign -1, leave out) an item's part in every count."""
        posterior = item.posterior
        if not posterior:
            return
        frequency = self._frequency
        for truth, share in enumerate(posterior):
            frequency[truth] += sign * share
        if len(item.votes) < 2:
            return
        step = 1 if sign > 0 else -1
        for name, answer in item.votes.items():
            rater = self._raters[name]
            counts, rows = rater.counts, rater.rows
            for truth, share in enumerate(posterior):
                counts[truth][answer] += sign * share
                rows[truth] += sign * share
            right = sign * posterior[answer]
            rater.total += step
            rater.right += right
            rater.spread += right * (1.0 - posterior[answer])
            self._right += right
            self._total += sign
            if item.group:
                cell = rater.groups.setdefault(item.group, [0.0, 0.0])
                cell[0] += right
                cell[1] += sign

    def _settle(self, item: _Item) -> None:
        """Compute an item's posterior from the other items' counts, then count it in."""
        if not item.votes:
            item.posterior = []
            return
        known, size = self.settings, len(self.categories)
        pooled, shrink, weight = self._accuracy(), known.shrink, known.rater_votes
        belief = [share + known.prior for share in self._frequency]
        for name, answer in item.votes.items():
            rater = self._raters[name]
            start = self._elsewhere.get(name)
            if start is None:
                accuracy = (rater.right + weight * pooled) / (rater.total + weight)
            else:
                held = known.group_votes
                accuracy = (rater.right + held * start) / (rater.total + held)
            if item.group and (cell := rater.groups.get(item.group)) is not None:
                accuracy = (max(cell[0], 0.0) + known.group_votes * accuracy) / (
                    max(cell[1], 0.0) + known.group_votes
                )
            wrong = shrink * (1.0 - accuracy) / (size - 1)
            counts, rows = rater.counts, rater.rows
            for truth in range(size):
                coin = shrink * accuracy if truth == answer else wrong
                # Leaving items out again and again may drift below zero by rounding.
                seen = counts[truth][answer]
                belief[truth] *= ((seen if seen > 0.0 else 0.0) + coin) / (rows[truth] + shrink)
            if max(belief) < _TINY:
                belief = [part / _TINY for part in belief]
        total = sum(belief)
        item.posterior = [part / total for part in belief]
        self._count(item, sign=1.0)


def posterior_of(categories: Sequence[str], shares: Sequence[float], n: int) -> Posterior:
    """Return probabilities by name, with the most probable answer (the first of equals)."""
    best = max(range(len(shares)), key=lambda code: shares[code])
    named = {category: float(share) for category, share in zip(categories, shares, strict=True)}
    return Posterior(categories[best], float(shares[best]), named, n)


def reliability(
    *, right: float, spread: float, n: int, prior: tuple[float, float], minimum: int
) -> Estimate:
    """Return a rater's accuracy with a 95 % interval from its Beta posterior.

    `right` is the expected number of right answers out of n, `spread` its variance (the consensus
    is itself uncertain); `prior` is (accuracy of all raters, votes that it weighs).
    """
    if n < minimum:
        missing = minimum - n
        noun = "judgment" if missing == 1 else "judgments"
        return unknown(f"needs {missing} more {noun} on items that others judged", n, METHOD)
    centre, votes = prior
    share = min(max((right + centre * votes) / (n + votes), 1e-6), 1.0 - 1e-6)
    noise = share * (1.0 - share) / (n + votes) + spread / (n + votes) ** 2
    effective = share * (1.0 - share) / noise
    a, b = share * effective, (1.0 - share) * effective
    low, high = float(betaincinv(a, b, 0.025)), float(betaincinv(a, b, 0.975))
    return Estimate(share, min(low, share), max(high, share), n, METHOD)
