"""What one person said about one item, as rows of the votes import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loopwright.base.types import Json
from loopwright.feedback.tools import boxes, texts
from loopwright.feedback.tools.boxes import Images
from loopwright.feedback.tools.model import Bad, LeftOut, Plain, Read, Said
from loopwright.feedback.tools.sorting import Votes
from loopwright.intake.row_answers import named_options

Sheet = list[Said]
"""All that one person said about one row, at one time."""


def sheets(reads: Iterable[Read]) -> Iterator[Sheet | Plain | LeftOut | Bad]:
    """Yield what was read, with the answers of each person to each row together."""
    place, held = "", dict[tuple[str, str], Sheet]()
    for found in reads:
        if not isinstance(found, Said):
            yield found
            continue
        if found.place != place:
            yield from held.values()
            place, held = found.place, {}
        held.setdefault((found.annotator, found.sheet), []).append(found)
    yield from held.values()


def groups_of(sheet: Sheet, votes: Votes) -> tuple[list[Sheet], Sheet]:
    """Return what of a sheet makes up each of its votes, and what is left of it."""
    kind = votes.question.kind
    paired = kind in ("pairwise", "scorecard")
    pairs = [said for said in sheet if said.kind == "pair"]
    takes = _TAKES.get(kind)
    parts = [said for said in sheet if said.control in votes.controls and said.kind == takes]
    if paired:
        mine = [*pairs, *parts] if pairs else []
        groups = [[pair, *parts] for pair in pairs]
    else:
        mine = parts
        groups = ([parts] if parts else []) if kind in _WHOLE else [[said] for said in parts]
    return groups, [said for said in sheet if said not in mine]


def vote_row(group: Sheet, votes: Votes, images: Images | None = None) -> Json:
    """Return one vote as a row. Raises ValueError where the answer is not whole."""
    for said in group:
        if said.unread:
            raise ValueError(said.unread)
    said = group[0]
    match votes.question.kind:
        case "pairwise":
            return _pair(said)
        case "scorecard":
            return _scorecard(said, group[1:], votes)
        case "single_label":
            return _about_one(said, votes, _option(said, votes))
        case "multi_label":
            return _about_one(said, votes, [_option(one, votes) for one in group])
        case "boxes":
            return _boxed(group, votes, images)
        case "rubric":
            return _scored(group, votes)
        case "ranking":
            return _ranked(said)
        case "correction":
            return _about_one(said, votes, said.value)
        case _:
            return _about_one(said, votes, said.score)


def fields_of(votes: Votes) -> dict[str, str]:
    """Return the fields of the mapping under which vote rows are imported."""
    named = ["item", "prompt", "annotator", "judged_at"]
    match votes.question.kind:
        case "pairwise" | "scorecard":
            named += ["choice", "first", "second", "first_source", "second_source"]
        case "ranking":
            named += ["texts", "ranks", "sources"]
        case "rubric":
            named += ["completion"]
        case "boxes":
            named += ["choice", "image"]
        case _:
            named += ["choice", "completion"] if votes.completion else ["choice"]
    return {name: name for name in named}


def scores_of(votes: Votes) -> dict[str, Any]:
    """Return the parts of the mapping that say where scores stand: {part: {criterion: column}}."""
    if not votes.sides:
        found = {criterion: f"score:{criterion}" for criterion in votes.controls.values()}
        return {"scores": {name: column for name, column in found.items() if name}}
    return {
        f"scores_{side}": {
            criterion: _column(side, criterion)
            for control, criterion in votes.controls.items()
            if votes.sides[control] == side
        }
        for side in ("first", "second")
    }


_TAKES = {
    "single_label": "label", "multi_label": "label", "likert": "rating", "rubric": "rating",
    "scorecard": "rating", "ranking": "ranking", "correction": "text", "boxes": "box",
}  # fmt: skip
_WHOLE = ("multi_label", "boxes", "rubric")
"""Kinds of which all that a person said is one vote."""


def _column(side: str, criterion: str) -> str:
    return f"score:{side}:{criterion}"


def _base(said: Said, item: str) -> Json:
    return {
        "place": said.place,
        "item": item,
        "prompt": texts.turns(said.shown.prompt, "user"),
        "annotator": said.annotator,
        "judged_at": said.at,
    }


def _pair(said: Said) -> Json:
    first, second = said.shown.texts
    return {
        **_base(said, said.shown.key),
        "first": texts.plain(first),
        "second": texts.plain(second),
        "first_source": said.shown.sources[0],
        "second_source": said.shown.sources[1],
        "choice": said.value,
    }


def _scorecard(pair: Said, ratings: Sheet, votes: Votes) -> Json:
    scores = {
        _column(votes.sides[said.control], votes.controls[said.control]): said.score
        for said in ratings
    }
    for control, criterion in votes.controls.items():
        if _column(votes.sides[control], criterion) not in scores:
            raise _not_rated(control, votes)
    return {**_pair(pair), "item": f"{pair.shown.key}:{votes.question.id}", **scores}


def _not_rated(control: str, votes: Votes) -> ValueError:
    wanted = ", ".join(dict.fromkeys(votes.controls.values()))
    return ValueError(
        f"{control} was not rated, and question {votes.question.id!r} wants every criterion: "
        f"{wanted}"
    )


def _about_one(said: Said, votes: Votes, answer: object) -> Json:
    row = {**_base(said, f"{said.shown.key}:{said.control}"), "choice": answer}
    return {**row, **_completion(said)} if votes.completion else row


def _scored(sheet: Sequence[Said], votes: Votes) -> Json:
    scores = {
        f"score:{votes.controls[said.control]}": (said.score or 0.0)
        + (said.control in votes.from_zero)
        for said in sheet
    }
    for control, criterion in votes.controls.items():
        if f"score:{criterion}" not in scores:
            raise _not_rated(control, votes)
    said = sheet[0]
    return {**_base(said, f"{said.shown.key}:{votes.question.id}"), **_completion(said), **scores}


def _ranked(said: Said) -> Json:
    return {
        **_base(said, f"{said.shown.key}:{said.control}"),
        "texts": [texts.plain(text) for text in said.shown.texts],
        "sources": list(said.shown.sources),
        "ranks": list(said.ranks),
    }


def _boxed(sheet: Sequence[Said], votes: Votes, images: Images | None) -> Json:
    said = sheet[0]
    name = boxes.sent_name(said.shown.image, images)
    image = None if images is None else images.get(name)
    drawn = [one.box for one in sheet if one.box is not None]
    options = named_options(votes.question)
    return {
        **_base(said, f"{said.shown.key}:{said.control}"),
        "image": name,
        "choice": [] if image is None else boxes.in_pixels(drawn, image, name, options),
    }


def _completion(said: Said) -> Json:
    if len(said.shown.texts) != 1:
        raise ValueError(
            f"{said.control} is about {len(said.shown.texts)} texts, and the question about one; "
            "name its field: completion=NAME (--field)"
        )
    return {"completion": texts.plain(said.shown.texts[0])}


def _option(said: Said, votes: Votes) -> str:
    found = named_options(votes.question).get(said.value.casefold())
    if found is None:
        known = ", ".join(option.id for option in votes.question.options)
        raise ValueError(
            f"{said.control} is {said.value!r}, which is no option of question "
            f"{votes.question.id!r} ({known})"
        )
    return found
