"""What one person said about one item, as rows of the votes import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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


def vote_rows(sheet: Sheet, votes: Votes, images: Images | None = None) -> tuple[list[Json], Sheet]:
    """Return what of a sheet are votes, as rows, and what is left of it.

    Raises ValueError where an answer to the question is not whole.
    """
    kind = votes.question.kind
    if kind == "pairwise":
        pairs = [said for said in sheet if said.kind == "pair"]
        return [_pair(said) for said in pairs], [said for said in sheet if said.kind != "pair"]
    takes = _TAKES[kind]
    mine = [said for said in sheet if said.control in votes.controls and said.kind == takes]
    rest = [said for said in sheet if said not in mine]
    if not mine:
        return [], rest
    if kind == "single_label":
        return [_about_one(said, votes, _option(said, votes)) for said in mine], rest
    if kind == "multi_label":
        labels = [_option(said, votes) for said in mine]
        return [_about_one(mine[0], votes, labels)], rest
    if kind == "boxes":
        return [_boxed(mine, votes, images)], rest
    if kind == "rubric":
        return [_scored(mine, votes)], rest
    if kind == "ranking":
        return [_ranked(said) for said in mine], rest
    corrects = kind == "correction"
    return [_about_one(one, votes, one.value if corrects else one.score) for one in mine], rest


def fields_of(votes: Votes) -> dict[str, str]:
    """Return the fields of the mapping under which vote rows are imported."""
    named = ["item", "prompt", "annotator", "judged_at"]
    match votes.question.kind:
        case "pairwise":
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


def scores_of(votes: Votes) -> dict[str, str]:
    """Return the mapping's scores: criterion -> column."""
    return {criterion: f"score:{criterion}" for criterion in votes.controls.values() if criterion}


_TAKES = {
    "single_label": "label", "multi_label": "label", "likert": "rating", "rubric": "rating",
    "ranking": "ranking", "correction": "text", "boxes": "box",
}  # fmt: skip


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
            raise ValueError(
                f"{control} was not rated, and question {votes.question.id!r} wants every "
                f"criterion: {', '.join(votes.controls.values())}"
            )
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
            "name its field with --field completion=NAME"
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
