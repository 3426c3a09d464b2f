"""The running account of consensus: votes in, changed items out. Pure; kept by one thread."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loopwright.intake.model import DEFAULT_SEGMENT
from loopwright.quality import parts
from loopwright.quality.model import Consensus, ItemVote, is_split
from loopwright.quality.tracks import CategoryTrack, LevelTrack, Track, refit_together
from loopwright.questions.boxes import Boxes
from loopwright.questions.model import CategoryVote, OrdinalVote, PairVote
from loopwright.questions.ranking import Ranking
from loopwright.questions.stored import read_votes
from loopwright.stats.box_consensus import Box
from loopwright.stats.early_exit import GoldVotes
from loopwright.stats.estimate import Estimate
from loopwright.stats.truth import Vote

_NO_TEXT = {"text": ""}
_PLAIN_KINDS = frozenset({None, "pairwise", "single_label", "correction"})
"""Kinds whose outcome is all that is counted."""
_MAIN: parts.Place = ("category", "", 0)


@dataclass(frozen=True)
class _Judged:
    """One judgment of several votes: where each went, and the boxes that were drawn."""

    rater: str
    outcome: str
    votes: tuple[tuple[parts.Place, str], ...]
    """(track, thing)."""
    boxes: tuple[tuple[str, Box], ...]


class _Question:
    """The votes on one question of one project."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self.main = CategoryTrack()
        self.tracks: dict[parts.Place, Track] = {_MAIN: self.main}
        self.item_of: dict[int, str] = {}
        self.judged: dict[str, dict[int, _Judged]] = {}
        """By item, the judgments of several votes."""
        self.changed: set[str] = set()

    def take(self, vote: ItemVote, *, settle: bool = True) -> None:
        """Take a judgment; unless `settle`, a refit follows."""
        if vote.seq in self.item_of:
            return
        self.item_of[vote.seq] = vote.item_id
        self.kind = vote.kind or self.kind
        if vote.kind in _PLAIN_KINDS or vote.one_category:
            self._put(
                _MAIN,
                vote.seq,
                Vote(vote.item_id, vote.rater_id, vote.outcome, _group(vote)),
                settle,
            )
        if vote.kind not in _PLAIN_KINDS:
            placed = list(_placed(vote))
            for place, found in placed:
                self._put(place, vote.seq, found, settle)
            self.judged.setdefault(vote.item_id, {})[vote.seq] = _Judged(
                vote.rater_id,
                vote.outcome,
                tuple((place, found.item) for place, found in placed),
                tuple(_boxes(vote)),
            )
        self.changed.add(vote.item_id)

    def withdraw(self, seq: int) -> None:
        item = self.item_of.pop(seq)
        self.main.withdraw(seq, item)
        judged = self.judged.get(item, {}).pop(seq, None)
        for place, thing in () if judged is None else judged.votes:
            self.tracks[place].withdraw(seq, thing)
        self.changed.add(item)

    def refit(self) -> None:
        refit_together(list(self.tracks.values()))
        self.changed.update(self.item_of.values())

    def consensus(self, project: str, item: str, now: float) -> Consensus | None:
        """Return an item's answer, None where it has no judgment."""
        main = None if self.main.stream is None else self.main.stream.posterior(item)
        judged = self.judged.get(item)
        if judged:
            return self._of_parts(project, item, now)
        if main is None:
            return None
        votes = self.main.counts(item)
        posterior = {name: round(share, 9) for name, share in main.probabilities.items()}
        return Consensus(
            item, project, main.answer, main.probability, main.n, posterior, votes,
            is_split(votes), now,
        )  # fmt: skip

    def _of_parts(self, project: str, item: str, now: float) -> Consensus:
        last = {one.rater: one for one in self.judged[item].values()}
        seen = dict.fromkeys(
            place for one in reversed(last.values()) for place in one.votes if place[0] != _MAIN
        )
        found = parts.of_item(item, seen, self.tracks)
        boxes = [box for one in last.values() for box in one.boxes]
        found += parts.of_boxes(boxes, raters=len(last))
        votes = dict(Counter(one.outcome for one in last.values()))
        main = None if self.main.stream is None else self.main.stream.posterior(item)
        if self.kind == Ranking.name:
            whole, found = parts.ranked(found)
        elif main is not None:
            whole = parts.one_answer(found, main)
        else:
            whole = parts.several(found)
        if main is not None:
            split = is_split(votes)
        else:
            split = any(is_split(one.votes) for one in found if one.shape == "category")
        return Consensus(
            item, project, whole.answer, whole.probability, len(last), whole.posterior, votes,
            split, now, [one.as_json() for one in found],
        )  # fmt: skip

    def _put(self, place: parts.Place, seq: int, vote: Vote, settle: bool) -> None:
        if place not in self.tracks:
            self.tracks[place] = LevelTrack(place[2]) if place[0] == "level" else CategoryTrack()
        track = self.tracks[place]
        if not settle:
            track.put(seq, vote)
        elif track.take(seq, vote):
            self.changed.update(self.item_of.values())


class ConsensusBook:
    """Consensus of every project that it is told of."""

    def __init__(self) -> None:
        self._questions: dict[tuple[str, str], _Question] = {}
        self._place: dict[int, tuple[str, str]] = {}

    def __len__(self) -> int:
        """Return how many judgments there are."""
        return len(self._place)

    def load(self, votes: Sequence[ItemVote]) -> None:
        """Take many judgments at once and fit them by batch."""
        for vote in votes:
            self._of(vote).take(vote, settle=False)
        for question in self._questions.values():
            question.refit()

    def add(self, vote: ItemVote) -> None:
        """Take one judgment; the same `seq` again changes nothing."""
        self._of(vote).take(vote)

    def withdraw(self, seq: int) -> None:
        """Take a judgment back; nothing happens where it was never taken."""
        place = self._place.pop(seq, None)
        if place is not None:
            self._questions[place].withdraw(seq)

    def refit(self) -> None:
        """Compute everything again from the votes, by batch."""
        for question in self._questions.values():
            question.refit()

    def changes(self, *, now: float) -> tuple[list[Consensus], list[str]]:
        """Return the items whose answer may have changed and those without any vote left."""
        changed: list[Consensus] = []
        empty: list[str] = []
        for (project, _), question in self._questions.items():
            for item in sorted(question.changed):
                found = question.consensus(project, item, now)
                if found is None:
                    empty.append(item)
                else:
                    changed.append(found)
            question.changed.clear()
        return changed, empty

    def reliabilities(self, project_id: str) -> dict[str, Estimate]:
        """Return each rater's reliability; of several aspects that with most judgments."""
        best: dict[str, Estimate] = {}
        for track in self._category_tracks(project_id):
            if track.stream is None:
                continue
            for rater, found in track.stream.reliabilities().items():
                if rater not in best or found.n > best[rater].n:
                    best[rater] = found
        return best

    def gold_votes(
        self, project_id: str, question_id: str, truths: Mapping[str, str], *, most: int
    ) -> GoldVotes:
        """Return how items whose answer is known came to theirs, vote by vote, `most` of each.

        What is known of the raters now is what a gate goes by from now on, so that is used.
        """
        question = self._questions.get((project_id, question_id))
        histories = [] if question is None else question.main.histories(sorted(truths), most)
        answers = sorted({*truths.values(), *(n for _, rows in histories for r in rows for n in r)})
        answers += ["", " "][: max(0, 2 - len(answers))]
        column = {name: at for at, name in enumerate(answers)}
        rows = [row for _, after in histories for row in after]
        table = np.zeros((len(rows), len(answers)))
        for line, row in enumerate(rows):
            for name, share in row.items():
                table[line, column[name]] = share
        return GoldVotes(
            np.array(
                [at for at, (_, after) in enumerate(histories) for _ in after], dtype=np.int64
            ),
            np.array(
                [n for _, after in histories for n in range(1, len(after) + 1)], dtype=np.int64
            ),
            table,
            np.array([column[truths[item]] for item, _ in histories], dtype=np.int64),
        )

    def _category_tracks(self, project_id: str) -> Iterable[CategoryTrack]:
        for (project, _), question in sorted(self._questions.items()):
            if project == project_id:
                for place, track in question.tracks.items():
                    # The pairs of one ranking are not independent votes.
                    if isinstance(track, CategoryTrack) and place[0] == "category":
                        yield track

    def _of(self, vote: ItemVote) -> _Question:
        place = (vote.project_id, vote.question_id)
        self._place[vote.seq] = place
        return self._questions.setdefault(place, _Question())


def _placed(vote: ItemVote) -> Iterator[tuple[parts.Place, Vote]]:
    """Yield each vote with the track that it belongs to; a level outside its scale is left out."""
    for one in read_votes(vote.votes, vote.outcome, _NO_TEXT):
        match one:
            case PairVote() if vote.kind == Ranking.name:
                thing = f"{vote.item_id}|{one.first}|{one.second}"
                yield (
                    ("pair", one.aspect, 0),
                    Vote(thing, vote.rater_id, one.outcome.value, _group(vote)),
                )
            case CategoryVote() if vote.kind != "single_label":
                found = Vote(vote.item_id, vote.rater_id, one.label, _group(vote))
                yield ("category", one.aspect or "(answer)", 0), found
            case OrdinalVote() if 1 <= one.level <= one.of:
                thing = f"{vote.item_id}|{one.about}"
                yield ("level", one.aspect, one.of), Vote(thing, vote.rater_id, str(one.level))


def _group(vote: ItemVote) -> str:
    """Return the segment, by which raters' reliability differs; "" where there is only one."""
    return "" if vote.segment in (None, DEFAULT_SEGMENT) else str(vote.segment)


def _boxes(vote: ItemVote) -> Iterator[tuple[str, Box]]:
    if vote.kind != Boxes.name or not vote.answer:
        return
    for box in vote.answer.get("boxes") or ():
        place = (box["x"], box["y"], box["width"], box["height"])
        yield box["label"], Box(vote.rater_id, *(float(edge) for edge in place))
