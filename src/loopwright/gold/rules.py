"""Pure decisions about gold: who is due, how an answer scores, when an item is worn; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from statistics import median

from scipy import stats

from loopwright.gold.model import Met, Pace, Scored, Wear
from loopwright.projects.gold_spec import GoldSpec
from loopwright.questions.model import CategoryVote, OrdinalVote, PairVote, Vote
from loopwright.questions.stored import read_votes
from loopwright.stats.estimate import Estimate
from loopwright.stats.proportions import wilson

RIGHT_FROM = 0.75
"""An answer of several parts is right when it shares at least this much of the gold answer."""
MOST_DUE = 3
"""So many gold items wait for a person at most: no bursts after a gap."""
HALF = 10
"""Judgments compared at each end of a gold item's life; fewer say nothing of wear."""
LOOKS = (20, 40, 80)
"""Timed judgments after which wear is looked for: at each new one, chance would find it often."""
WORN_BELOW = 0.003
"""Answers got faster at this p at a look: about one item in a hundred goes without being known."""
DOUBT_FROM = 8
"""Judgments before most people's disagreement counts against a gold answer."""


def rate_of(spec: GoldSpec, *, judged: int, in_month: int) -> float:
    """Return the probability that gold follows a judgment.

    `judged` is the person's number of judgments, `in_month` those of the last 30 days: who
    judges little is drawn more often, so that the month brings `per_month` gold judgments.
    """
    base = spec.first_rate if judged < spec.first_judgments else spec.rate
    if base == 0:
        return 0.0
    wanted = spec.per_month / in_month if in_month else spec.most_rate
    return min(spec.most_rate, max(base, wanted))


def drawn(pace: Pace, spec: GoldSpec, *, judged: int, in_month: int) -> Pace:
    """Return the pace after the draws for the judgments since the last look."""
    due = pace.due
    for number in range(pace.judged + 1, judged + 1):
        rate = rate_of(spec, judged=number, in_month=in_month)
        due += _uniform(pace.salt, number) < rate
    return replace(pace, judged=max(pace.judged, judged), due=min(due, MOST_DUE))


def _uniform(salt: str, number: int) -> float:
    digest = blake2b(f"{salt}:{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def scorable(votes: Sequence[Vote]) -> bool:
    """Return whether answers can be held against this one: texts and boxes cannot."""
    return bool(votes) and all(
        isinstance(vote, PairVote | CategoryVote | OrdinalVote) for vote in votes
    )


def score(gold: Sequence[Vote], given: Sequence[Vote]) -> float:
    """Return how much of the gold answer an answer shares, 0 to 1.

    Each thing that either says counts alike: the same outcome or label 1, another 0; a level loses
    by its distance over the length of the scale.
    """
    right, mine = _by_thing(gold), _by_thing(given)
    things = right.keys() | mine.keys()
    if not things:
        return 0.0
    return sum(_alike(right.get(one), mine.get(one)) for one in things) / len(things)


def _by_thing(votes: Sequence[Vote]) -> Mapping[tuple[object, ...], Vote]:
    found: dict[tuple[object, ...], Vote] = {}
    for vote in votes:
        match vote:
            case PairVote():
                found[("pair", vote.aspect, vote.first, vote.second)] = vote
            case CategoryVote():
                found[("category", vote.aspect)] = vote
            case OrdinalVote():
                found[("ordinal", vote.aspect, vote.about)] = vote
            case _:
                pass
    return found


def _alike(right: Vote | None, mine: Vote | None) -> float:
    match right, mine:
        case PairVote(), PairVote():
            return float(right.outcome == mine.outcome)
        case CategoryVote(), CategoryVote():
            return float(right.label == mine.label)
        case OrdinalVote(), OrdinalVote() if right.of == mine.of:
            return 1 - abs(right.level - mine.level) / max(1, right.of - 1)
        case _:
            return 0.0


def scored(gold: Sequence[Vote], met: Sequence[Met]) -> list[Scored]:
    """Return judgments on one gold item with their scores."""
    found = []
    for one in met:
        value = score(gold, read_votes(one.votes, one.outcome, one.answer))
        found.append(Scored(one, value, value >= RIGHT_FROM))
    return found


def share_right(answers: Sequence[Scored]) -> Estimate:
    """Return the share of right answers with its interval."""
    return wilson(sum(one.right for one in answers), len(answers))


def wear_of(answers: Sequence[Scored], *, most: int) -> Wear:
    """Return whether a gold item is worn: met too often, or answered as something known.

    Known items are answered faster: after 20, 40 and 80 timed judgments, the times of the first and
    the last ten are compared by a one-sided Mann-Whitney test, and only where the last ten were no
    less right. People who all get faster with practice look the same.
    """
    ordered = sorted(answers, key=lambda one: one.met.seq)
    first, last = _ends(ordered)
    first_ms, last_ms = (_times(part) for part in (first, last))
    p = None
    if len(first_ms) >= HALF and len(last_ms) >= HALF:
        p = float(stats.mannwhitneyu(last_ms, first_ms, alternative="less").pvalue)
    reason = None
    if len(ordered) >= most:
        reason = f"{len(ordered)} people met it; {most} is the limit"
    elif (
        p is not None
        and p < WORN_BELOW
        and sum(one.right for one in last) >= sum(one.right for one in first)
    ):
        reason = f"it is answered much faster than at first (p = {p:.2g}), as something known"
    return Wear(
        reason, p, median(first_ms) if first_ms else None, median(last_ms) if last_ms else None
    )


def _ends(ordered: Sequence[Scored]) -> tuple[Sequence[Scored], Sequence[Scored]]:
    timed = [one for one in ordered if one.met.active_ms is not None]
    looked = max((at for at in LOOKS if at <= len(timed)), default=0)
    return timed[:HALF], timed[looked - HALF : looked] if looked else ()


def _times(part: Sequence[Scored]) -> list[float]:
    return [float(one.met.active_ms) for one in part if one.met.active_ms is not None]


def doubt_of(answers: Sequence[Scored]) -> str | None:
    """Return why a gold answer may itself be wrong: most people answer otherwise."""
    share = share_right(answers)
    if share.n < DOUBT_FROM or share.high is None or share.high >= 0.5:
        return None
    wrong = sum(not one.right for one in answers)
    return f"{wrong} of {share.n} answered otherwise: look whether the answer is right"
