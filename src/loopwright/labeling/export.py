"""Judgments as rows that an import takes back, with the mapping that says what they mean.

Rows follow the item's own order. Not in them: signals of the work, undone judgments, under which
guideline somebody judged, and comparisons that measure policies (an import would train on them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml
from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.intake import store as intake
from loopwright.intake.model import Completion, Item, ItemPurpose, Message, Prompt
from loopwright.labeling import store
from loopwright.labeling.model import Judgment
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.question_spec import QuestionSpec, criteria_of
from loopwright.projects.spec import ProjectSpec
from loopwright.questions.labels import YES
from loopwright.questions.model import (
    RANKED_SIDES,
    CategoryVote,
    OrdinalVote,
    PairVote,
    ShownOrder,
    TextVote,
    Vote,
    sides_of,
)
from loopwright.questions.stored import read_votes

_CHUNK = 500
_PAIR = ("first", "second")
_COMPARED = ("pairwise", "scorecard")
_ALWAYS = (
    "item", "prompt", "segment", "residency", "requires",
    "annotator", "judged_at", "reason", "flags",
)  # fmt: skip
_TRAINED_ON = (ItemPurpose.CORE, ItemPurpose.CONFUSED, ItemPurpose.TARGETED)
_COMPLETION = ("completion", "completion_source")
_IMAGE = ("image", "alt", "sensitive")


@dataclass(frozen=True)
class _Judged:
    """A judgment with what was judged."""

    item: Item
    prompt: Prompt
    completions: Sequence[Completion]
    judgment: Judgment
    votes: Sequence[Vote]


@dataclass
class _Shape:
    """What the items of a question show: some of them at least."""

    texts: bool = False
    bare: bool = False
    """Some have no completion."""
    empty: bool = False
    """Some completion says nothing."""
    images: bool = False


def mapping_of(tx: Connection, project_id: str, question_id: str) -> str:
    """Return the mapping file under which a question's rows are imported.

    Raises InvalidInput for a question that the project does not have.
    """
    spec = projects.get(tx, project_id).spec
    question = spec.question(question_id)
    shape = _Shape()
    for one in _judged(tx, project_id, question):
        shape.texts |= bool(one.completions)
        shape.bare |= not one.completions
        shape.empty |= any(not completion.text.strip() for completion in one.completions)
        shape.images |= one.item.image is not None
    fields = [*_ALWAYS, *_fields_of(question, shape)]
    found: Json = {
        "kind": "votes",
        "source": f"loopwright:{project_id}",
        "question": question.id,
        "format": "messages",
        "open": False,
        **({"simulated": True} if spec.simulated else {}),
        **({"bare": True} if shape.texts and shape.bare else {}),
        **({"empty_completions": True} if shape.empty else {}),
        "fields": {name: name for name in fields},
    }
    criteria = _criteria(spec, question)
    if question.kind == "rubric":
        found["scores"] = {one: f"score:{one}" for one in criteria}
    if question.kind == "scorecard":
        for which in _PAIR:
            found[f"scores_{which}"] = {one: f"{which}:{one}" for one in criteria}
    text: str = yaml.safe_dump(found, sort_keys=False, allow_unicode=True)
    return text


def rows_of(tx: Connection, project_id: str, question_id: str) -> Iterator[Json]:
    """Yield a question's judgments in force, in the order they came.

    Raises InvalidInput for a question that the project does not have.
    """
    question = projects.get(tx, project_id).spec.question(question_id)
    names = {one.id: one.name for one in models.list_policies(tx, project_id=project_id)}
    for one in _judged(tx, project_id, question):
        yield {**_shared(one), **_shown(one, question, names), **_ANSWERS[question.kind](one)}


def _judged(tx: Connection, project_id: str, question: QuestionSpec) -> Iterator[_Judged]:
    found = store.judgments(tx, project_id)
    asked = [one for one in found if one.question_id == question.id and _answers(one, question)]
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        items = intake.items_of(tx, [one.item_id for one in part])
        prompts = intake.prompts_of(tx, (item.prompt_id for item in items.values()))
        ids = (key for item in items.values() for key in item.completion_ids)
        texts = intake.completions_of(tx, ids)
        for one in part:
            item = items[one.item_id]
            if item.purpose not in _TRAINED_ON:
                continue
            completions = [texts[key] for key in item.completion_ids]
            votes = read_votes(one.votes, one.outcome, one.answer)
            yield _Judged(item, prompts[item.prompt_id], completions, one, votes)


def _answers(one: Judgment, question: QuestionSpec) -> bool:
    """Return whether a judgment answers what the question asks today."""
    return one.kind in (question.kind, None)


def _fields_of(question: QuestionSpec, shape: _Shape) -> list[str]:
    fields: list[str] = []
    if question.kind in _COMPARED:
        fields += [*_PAIR, *(f"{which}_source" for which in _PAIR), "choice", "shown"]
        fields += ["strength"] if question.strength else []
    elif question.kind == "ranking":
        fields += ["texts", "sources", "ranks"]
    else:
        fields += _COMPLETION if shape.texts else ()
        fields += [] if question.kind == "rubric" else ["choice"]
    return [*fields, *(_IMAGE if shape.images else ())]


def _criteria(spec: ProjectSpec, question: QuestionSpec) -> list[str]:
    return [one.id for one in criteria_of(question, spec.guideline.criteria)]


def _shared(one: _Judged) -> Json:
    judgment, prompt = one.judgment, one.prompt
    return {
        "item": one.item.id,
        "prompt": prompt.messages,
        "segment": prompt.segment,
        "residency": prompt.residency,
        "requires": ",".join(one.item.requires),
        "annotator": judgment.rater_id,
        "judged_at": judgment.created_at,
        "reason": judgment.answer.get("reason"),
        "flags": [_in_item_order(flag, one) for flag in judgment.answer.get("flags") or ()],
    }


def _shown(one: _Judged, question: QuestionSpec, names: Mapping[str, str]) -> Json:
    texts = [_text(completion) for completion in one.completions]
    sources = [names[completion.policy_version_id] for completion in one.completions]
    found: Json = {}
    if question.kind in _COMPARED:
        found |= dict(zip(_PAIR, texts, strict=True))
        found |= {f"{which}_source": by for which, by in zip(_PAIR, sources, strict=True)}
        found["shown"] = one.judgment.shown_order
    elif question.kind == "ranking":
        found |= {"texts": texts, "sources": sources}
    else:
        both = (texts[0], sources[0]) if texts else (None, None)
        found |= dict(zip(_COMPLETION, both, strict=True))
    image = one.item.image
    shown = (None, None, None) if image is None else (image.digest, image.alt, image.sensitive)
    return {**found, **dict(zip(_IMAGE, shown, strict=True))}


def _text(completion: Completion) -> str | list[Message]:
    return completion.text if completion.messages is None else completion.messages


def _in_item_order(flag: Json, one: _Judged) -> Json:
    """Return a flag whose side is named by the completion's place in the item."""
    count = len(one.completions)
    if count < 2:
        return flag
    given = one.judgment.shown_order
    order = ShownOrder.of(range(count)) if given is None else ShownOrder(given)
    names = _PAIR if count == 2 else RANKED_SIDES[:count]
    at = {side: names[place] for side, place in zip(sides_of(order), order.places, strict=True)}
    return {**flag, "side": at.get(flag["side"], flag["side"])}


def _choice(one: _Judged) -> Json:
    [primary] = one.votes[:1]
    strength = primary.strength if isinstance(primary, PairVote) else None
    return {"choice": one.judgment.outcome, "strength": strength}


def _card(one: _Judged) -> Json:
    scores = {
        f"{_PAIR[vote.about]}:{vote.aspect}": vote.level
        for vote in one.votes
        if isinstance(vote, OrdinalVote)
    }
    return {**_choice(one), **scores}


def _labels(one: _Judged) -> Json:
    yes = [v.aspect for v in one.votes if isinstance(v, CategoryVote) and v.label == YES]
    return {"choice": yes}


def _scores(one: _Judged) -> Json:
    return {f"score:{v.aspect}": v.level for v in one.votes if isinstance(v, OrdinalVote)}


def _edit(one: _Judged) -> Json:
    edits = [vote.text for vote in one.votes if isinstance(vote, TextVote)]
    return {"choice": edits[0] if edits else one.completions[0].text}


_ANSWERS: Mapping[str, Callable[[_Judged], Json]] = {
    "pairwise": _choice,
    "scorecard": _card,
    "single_label": lambda one: {"choice": one.judgment.outcome},
    "multi_label": _labels,
    "ranking": lambda one: {"ranks": [int(rank) for rank in one.judgment.outcome.split(",")]},
    "rubric": _scores,
    "likert": lambda one: {"choice": int(one.judgment.outcome)},
    "correction": _edit,
    "boxes": lambda one: {"choice": one.judgment.answer["boxes"]},
}
