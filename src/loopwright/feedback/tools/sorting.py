"""What an export becomes: votes where a question of the project fits, else feedback."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.feedback.model import FeedbackKind, NewFeedback, Target
from loopwright.feedback.tools import texts
from loopwright.feedback.tools.model import LeftOut, Read, Said
from loopwright.projects.spec import ProjectSpec, QuestionSpec

_KINDS = {
    "rating": FeedbackKind.RATING,
    "thumb": FeedbackKind.THUMB,
    "text": FeedbackKind.EDIT,
    "label": FeedbackKind.LABEL,
}
_SCALES = (1.0, 5.0, 10.0, 100.0)
_OUT_OF_FOUR = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"}


@dataclass
class Survey:
    """What a first look over an export found, by control."""

    pairs: int = 0
    labels: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    several: set[str] = field(default_factory=set)
    """Controls with more than one label of one person on one item."""
    without_completion: set[str] = field(default_factory=set)
    most: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def of(cls, reads: Iterable[Read]) -> Survey:
        """Look over an export."""
        found, seen = cls(), set[tuple[str, str, str]]()
        for said in reads:
            if not isinstance(said, Said):
                continue
            if said.kind == "pair":
                found.pairs += 1
            elif said.kind == "rating":
                found.most[said.control] = max(found.most[said.control], said.score or 0.0)
            elif said.kind == "label":
                found.labels[said.control].add(said.value)
                if not said.shown.texts:
                    found.without_completion.add(said.control)
                who = (said.shown.key, said.control, said.annotator)
                if who in seen:
                    found.several.add(said.control)
                seen.add(who)
        return found

    def scale(self, control: str) -> float:
        """Return the most that a control's rating can be: the scale that holds all of them."""
        most = self.most[control]
        if control in _OUT_OF_FOUR and most <= 4:
            return 4.0
        return next((scale for scale in _SCALES if most <= scale), most)


@dataclass(frozen=True)
class Votes:
    """Which answers are votes, and on which question."""

    question: QuestionSpec
    control: str | None
    """The control whose labels are votes; None: comparisons are."""
    completion: bool = False


def choose(survey: Survey, spec: ProjectSpec, *, question: str | None) -> Votes | None:
    """Return what becomes votes. Raises InvalidInput when the named question takes none of it."""
    if question is not None:
        named = spec.question(question)
        found = _fitting(survey, named)
        if found is None:
            raise InvalidInput(
                f"Nothing in the export answers the question {question!r} ({named.kind}).",
                remedy="Name a pairwise question for comparisons, or a single_label question whose "
                "options are the export's labels; without --question one that fits is taken.",
                code="question_does_not_fit",
            )
        return found
    ordered = sorted(spec.questions, key=lambda one: one.kind != "pairwise")
    return next((found for one in ordered if (found := _fitting(survey, one))), None)


def _fitting(survey: Survey, question: QuestionSpec) -> Votes | None:
    if question.kind == "pairwise":
        return Votes(question, None) if survey.pairs else None
    if question.kind != "single_label":
        return None
    known = _options(question)
    for control in sorted(survey.labels, key=lambda name: (name != question.id, name)):
        fits = all(label.casefold() in known for label in survey.labels[control])
        if fits and control not in survey.several:
            return Votes(question, control, control not in survey.without_completion)
    return None


def vote_row(said: Said, votes: Votes) -> Json | None:
    """Return an answer as a row of the votes import, None when it is none."""
    row: Json = {
        "place": said.place,
        "prompt": texts.turns(said.shown.prompt, "user"),
        "annotator": said.annotator,
        "judged_at": said.at,
    }
    if votes.control is None and said.kind == "pair":
        first, second = said.shown.texts
        return {
            **row,
            "item": said.shown.key,
            "first": texts.plain(first),
            "second": texts.plain(second),
            "first_source": said.shown.sources[0],
            "second_source": said.shown.sources[1],
            "choice": said.value,
        }
    if votes.control == said.control and said.kind == "label":
        row["item"] = f"{said.shown.key}:{said.control}"
        row["choice"] = _options(votes.question)[said.value.casefold()]
        if votes.completion:
            row["completion"] = texts.plain(said.shown.texts[0])
        return row
    return None


def as_feedback(said: Said, survey: Survey, *, tool: str, source: str) -> NewFeedback | LeftOut:
    """Return an answer that is no vote as feedback, or say why it is left out."""
    if said.kind == "pair":
        return LeftOut("comparisons (the project has no pairwise question)")
    if len(said.shown.texts) > 1:
        return LeftOut(f"{said.kind}s about two texts at once")
    if said.kind == "label" and len(said.value) > 200:
        return LeftOut("labels longer than 200 characters")
    key = [source, said.shown.key, said.control, said.annotator]
    if said.kind == "label":
        key.append(said.value)
    rating, edited = said.kind == "rating", said.kind == "text"
    completion = texts.plain(said.shown.texts[0]) if said.shown.texts else None
    return NewFeedback(
        client_id="import:" + ":".join(key),
        kind=_KINDS[said.kind],
        target=Target(messages=texts.turns(said.shown.prompt, "user"), completion=completion),
        source=source,
        value=None if rating or edited else said.value,
        score=said.score if rating else None,
        score_max=survey.scale(said.control) if rating else None,
        text=said.value if edited else None,
        question=said.control,
        tool=tool,
        rater=None if said.annotator == "unknown" else said.annotator,
        occurred_at=said.at,
    )


def fields_of(votes: Votes) -> dict[str, str]:
    """Return the fields of the mapping under which vote rows are imported."""
    shared = ["item", "prompt", "annotator", "choice", "judged_at"]
    if votes.control is None:
        shared += ["first", "second", "first_source", "second_source"]
    elif votes.completion:
        shared.append("completion")
    return {name: name for name in shared}


def left_out(counter: Counter[str], found: LeftOut) -> None:
    """Count something that is not taken in."""
    counter[found.what] += found.count


def _options(question: QuestionSpec) -> dict[str, str]:
    named = {option.name.casefold(): option.id for option in question.options}
    return {**named, **{option.id.casefold(): option.id for option in question.options}}
