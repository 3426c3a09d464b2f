"""What a dataset is made of, read in one snapshot: items, texts, votes, consensus, reliability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from loopwright.datasets import pairs, rules
from loopwright.datasets.model import (
    DatasetSpec,
    DemonstrationRow,
    Direction,
    Judged,
    JudgedVote,
    PreferenceRow,
    Ruling,
    Ties,
)
from loopwright.intake import store as intake
from loopwright.intake.model import Completion, Item, ItemPurpose, Message, Prompt
from loopwright.labeling import store as labeling
from loopwright.quality import service as quality_service
from loopwright.quality import store as quality
from loopwright.quality.model import Consensus
from loopwright.questions.correction import Correction
from loopwright.questions.model import PairVote, TextVote
from loopwright.questions.stored import read_votes

_CHUNK = 500
_NEVER_TRAINED_ON = (ItemPurpose.EVALUATION, ItemPurpose.CONTRAST)


@dataclass(frozen=True)
class _Votes:
    by_item: Mapping[str, list[Judged]]
    reliability: Mapping[str, float]


@dataclass(frozen=True)
class _Implied:
    """A pair with the votes on it, and what it weighs among the pairs of its judgments."""

    texts: tuple[str | list[Message], str | list[Message]]
    way: Direction
    votes: Sequence[JudgedVote]
    share: float
    settled: str | None = None
    strength: int | None = None
    """Of the settled answer."""


def preference_rows(tx: Connection, project_id: str, spec: DatasetSpec) -> Iterator[PreferenceRow]:
    """Yield the pairs that the spec asks for, in order of item id."""
    purposes = [p for p in spec.purposes if p not in _NEVER_TRAINED_ON]
    items = sorted(intake.items(tx, project_id, purposes=purposes), key=lambda item: item.id)
    votes = _held_back(_votes(tx, project_id), [item.id for item in items], spec)
    for start in range(0, len(items), _CHUNK):
        part = [item for item in items[start : start + _CHUNK] if item.id in votes.by_item]
        yield from _pairs(tx, part, votes, spec)


def demonstration_rows(
    tx: Connection, project_id: str, spec: DatasetSpec
) -> Iterator[DemonstrationRow]:
    """Yield the demonstrations that the spec asks for, in order of item id."""
    judged = _judged(tx, project_id) if spec.corrections else {}
    given = ItemPurpose.DEMONSTRATION
    purposes = {given, *spec.purposes}.difference(_NEVER_TRAINED_ON)
    found = intake.items(tx, project_id, purposes=sorted(purposes))
    items = [item for item in found if item.purpose is given or _corrects(judged.get(item.id, ()))]
    items.sort(key=lambda item: item.id)
    for start in range(0, len(items), _CHUNK):
        part = items[start : start + _CHUNK]
        prompts, completions = _texts(tx, part)
        rulings = _rulings(tx, part)
        for item in part:
            prompt, shown = prompts[item.prompt_id], text_of(completions[item.completion_ids[0]])
            if prompt.split not in spec.splits:
                continue
            if item.purpose is given:
                yield _demonstration(item, prompt, shown)
            else:
                ruling = rulings.get(item.id)
                yield from _corrected(item, prompt, shown, (judged[item.id], ruling), spec)


def text_of(completion: Completion) -> str | list[Message]:
    """Return a completion as its text, or as turns where it has several."""
    return completion.text if completion.messages is None else completion.messages


def _demonstration(
    item: Item, prompt: Prompt, completion: str | list[Message], **more: Any
) -> DemonstrationRow:
    return DemonstrationRow(
        item_id=item.id,
        prompt=prompt.messages,
        completion=completion,
        split=prompt.split,
        segment=prompt.segment,
        source=prompt.source,
        residency=prompt.residency,
        simulated=prompt.simulated,
        image=_image(item),
        **more,
    )


def _corrected(
    item: Item,
    prompt: Prompt,
    original: str | list[Message],
    said: tuple[Sequence[Judged], Ruling | None],
    spec: DatasetSpec,
) -> Iterator[DemonstrationRow]:
    """Yield an item's completion as people corrected it, or as it was settled."""
    judged, ruling = said
    if ruling is None and len(judged) < spec.min_judgments:
        return
    found = pairs.demonstrated_in(judged) if ruling is None else pairs.settled_edits(judged, ruling)
    for text, votes in found.items():
        yield _demonstration(
            item,
            prompt,
            text,
            kind=Correction.name,
            original=original,
            judgments=sorted(vote.judgment_id for vote in votes),
            guideline_versions=_versions(votes),
            settled=None if ruling is None else ruling.source,
        )


def _corrects(judged: Sequence[Judged]) -> bool:
    return any(isinstance(vote, TextVote) for one in judged for vote in one.votes)


def _pairs(
    tx: Connection, items: Sequence[Item], votes: _Votes, spec: DatasetSpec
) -> Iterator[PreferenceRow]:
    prompts, completions = _texts(tx, items)
    consensus = quality.consensus_of(tx, [item.id for item in items])
    rulings = _rulings(tx, items)
    for item in items:
        judged, prompt = votes.by_item[item.id], prompts[item.prompt_id]
        ruling = rulings.get(item.id)
        enough = ruling is not None or len(judged) >= max(1, spec.min_judgments)
        if not enough or prompt.split not in spec.splits:
            continue
        texts = [completions[completion] for completion in item.completion_ids]
        if ruling is not None:
            implied = _ruled(ruling, judged, texts)
        else:
            implied = _implied(judged, texts, consensus.get(item.id))
        for found in implied:
            if not (found.way.tied and spec.ties is Ties.DROP):
                yield _row(item, prompt, found, judged[0].kind, votes, spec)


def _rulings(tx: Connection, items: Sequence[Item]) -> dict[str, Ruling]:
    """Return what people settled on these items."""
    settled = quality_service.settlement_of(tx, [item.id for item in items])
    return {
        item_id: Ruling(one.source.value, read_votes(one.votes, one.outcome, one.answer or {}))
        for item_id, one in settled.items()
    }


def _ruled(
    ruling: Ruling, judged: Sequence[Judged], texts: Sequence[Completion]
) -> Iterator[_Implied]:
    """Yield the pairs that the settled answer implies, with the judgments on each."""
    compared = pairs.pairs_of(judged)
    decided = [vote for vote in ruling.votes if isinstance(vote, PairVote)]
    share = pairs.share_of_pair({(vote.first, vote.second): None for vote in decided})
    for vote in decided:
        if vote.second >= len(texts):
            continue  # a label that is called "first" is no comparison
        both = (text_of(texts[vote.first]), text_of(texts[vote.second]))
        votes = compared.get((vote.first, vote.second), [])
        way = rules.settled_direction(vote.outcome.value)
        yield _Implied(both, way, votes, share, ruling.source, vote.strength)
    for edit, votes in pairs.settled_edits(judged, ruling).items():
        way = rules.settled_direction(rules.FIRST)
        yield _Implied((edit, texts[0].text), way, votes, 1.0, ruling.source)


def _implied(
    judged: Sequence[Judged], texts: Sequence[Completion], settled: Consensus | None
) -> Iterator[_Implied]:
    """Yield the pairs that the judgments on an item imply."""
    compared = pairs.pairs_of(judged)
    share = pairs.share_of_pair(compared)
    for (first, second), votes in compared.items():
        if second >= len(texts):
            continue  # a label that is called "first" is no comparison
        if settled is not None and len(compared) == 1:
            answer, p_first = settled.answer, rules.probability_of_first(settled.posterior)
        else:
            answer, p_first = rules.voted(votes)
        both = (text_of(texts[first]), text_of(texts[second]))
        yield _Implied(both, rules.direction(answer, p_first), votes, share)
    for edit, votes in pairs.edits_of(judged).items():
        way = rules.direction(*rules.voted(votes))
        yield _Implied((edit, texts[0].text), way, votes, 1.0)


def _row(
    item: Item,
    prompt: Prompt,
    found: _Implied,
    kind: str,
    votes: _Votes,
    spec: DatasetSpec,
) -> PreferenceRow:
    way, judged = found.way, found.votes
    weight = 1.0
    if found.settled is None:
        weight = rules.weight(judged, votes.reliability)
    strength = pairs.strength_for(judged, way.chosen) if found.strength is None else found.strength
    return PreferenceRow(
        item_id=item.id,
        prompt=prompt.messages,
        chosen=found.texts[way.chosen],
        rejected=found.texts[1 - way.chosen],
        probability=way.probability,
        weight=round(weight * found.share, rules.DIGITS),
        split=prompt.split,
        segment=prompt.segment,
        purpose=item.purpose.value,
        judgments=sorted(vote.judgment_id for vote in judged),
        guideline_versions=_versions(judged),
        source=prompt.source,
        residency=prompt.residency,
        simulated=prompt.simulated,
        kind=kind,
        strength=strength,
        image=_image(item),
        settled=found.settled,
    )


def _versions(votes: Sequence[JudgedVote]) -> list[str]:
    versions = {vote.guideline_version_id for vote in votes}
    return sorted(version for version in versions if version is not None)


def _image(item: Item) -> str | None:
    return None if item.image is None else item.image.digest


def _texts(
    tx: Connection, items: Sequence[Item]
) -> tuple[dict[str, Prompt], dict[str, Completion]]:
    prompts = intake.prompts_of(tx, (item.prompt_id for item in items))
    ids = (completion for item in items for completion in item.completion_ids)
    return prompts, intake.completions_of(tx, ids)


def _votes(tx: Connection, project_id: str) -> _Votes:
    estimates = quality.reliabilities(tx, project_id)
    known = {
        rater: estimate.value for rater, estimate in estimates.items() if estimate.value is not None
    }
    return _Votes(_judged(tx, project_id), known)


def _held_back(votes: _Votes, item_ids: Sequence[str], spec: DatasetSpec) -> _Votes:
    """Return the votes with each person's reliability as the spec lets it count."""
    known = votes.reliability
    voters = [
        [one.rater_id for one in votes.by_item[item]] for item in item_ids if item in votes.by_item
    ]
    if not spec.reliability_weights:
        known = dict.fromkeys((rater for people in voters for rater in people), 1.0)
    if spec.max_share is not None and voters:
        known = rules.held_back(voters, known, most=spec.max_share)
    return replace(votes, reliability=known)


def _judged(tx: Connection, project_id: str) -> dict[str, list[Judged]]:
    """Return {item id: its judgments that compare or correct}."""
    by_item: defaultdict[str, list[Judged]] = defaultdict(list)
    for judgment in labeling.judgments(tx, project_id):
        votes = read_votes(judgment.votes, judgment.outcome, judgment.answer)
        judged = Judged(
            judgment.id,
            judgment.rater_id,
            judgment.guideline_version_id,
            judgment.kind or "pairwise",
            votes,
        )
        compares = any(isinstance(vote, PairVote | TextVote) for vote in votes)
        if compares or judged.leaves_unchanged:
            by_item[judgment.item_id].append(judged)
    return by_item
