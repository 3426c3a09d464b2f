"""What an export becomes: votes where a question of the project fits, else feedback."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from loopwright.base.errors import InvalidInput
from loopwright.feedback.model import FeedbackKind, NewFeedback, Target
from loopwright.feedback.tools import sides, texts
from loopwright.feedback.tools.model import Bad, LeftOut, Read, Said
from loopwright.intake.row_answers import named_options
from loopwright.projects.question_spec import criteria_of
from loopwright.projects.spec import Criterion, ProjectSpec, QuestionSpec

_KINDS = {
    "rating": FeedbackKind.RATING,
    "thumb": FeedbackKind.THUMB,
    "text": FeedbackKind.EDIT,
    "label": FeedbackKind.LABEL,
}
_SCALES = (1.0, 5.0, 10.0, 100.0)
_FIVE = 5
_OUT_OF_FOUR = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"}


@dataclass
class Survey:
    """What a first look over an export found, by control."""

    pairs: int = 0
    bad: Bad | None = None
    """The first row that cannot be read."""
    labels: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    several: set[str] = field(default_factory=set)
    """Controls with more than one label of one person on one item."""
    without_completion: set[str] = field(default_factory=set)
    most: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    rankings: set[str] = field(default_factory=set)
    """Controls that rank three texts or more."""
    scored: set[str] = field(default_factory=set)
    """Controls with ratings about one completion."""
    boxes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Controls that draw boxes, with the boxes' labels."""
    edits: set[str] = field(default_factory=set)
    """Controls with a corrected text."""
    beside: defaultdict[str, set[tuple[str, sides.Words]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """Controls with ratings of compared texts: which text each is about, and what of it."""

    @classmethod
    def of(cls, reads: Iterable[Read]) -> Survey:
        """Look over an export."""
        found, seen = cls(), set[tuple[str, str, str]]()
        for said in reads:
            if isinstance(said, Bad):
                found.bad = found.bad or said
            if not isinstance(said, Said):
                continue
            if said.unread:
                found.bad = found.bad or unread(said)
                continue
            if said.kind == "pair":
                found.pairs += 1
            elif said.kind == "ranking":
                found.rankings.add(said.control)
            elif said.box is not None:
                found.boxes[said.control] |= set(said.box.labels)
            elif said.kind == "text":
                found.edits.add(said.control)
            elif said.kind == "rating":
                found.most[said.control] = max(found.most[said.control], said.score or 0.0)
                if len(said.shown.texts) == 1:
                    found.scored.add(said.control)
                elif len(said.shown.texts) == 2:
                    side, what = sides.about(said.control, said.shown.sources)
                    found.beside[said.control].add((said.side or side, what))
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
    controls: Mapping[str, str] = field(default_factory=dict)
    """The controls whose answers are votes -> the criterion that each scores, or "".

    Without any: comparisons are.
    """
    completion: bool = False
    """Whether the items show a completion."""
    from_zero: frozenset[str] = frozenset()
    """Controls whose lowest rating is 0, which is level 1."""
    sides: Mapping[str, str] = field(default_factory=dict)
    """Controls of a scorecard -> which text of the two each scores: first or second."""


def choose(survey: Survey, spec: ProjectSpec, *, question: str | None) -> Votes | None:
    """Return what becomes votes. Raises InvalidInput when the named question takes none of it."""
    criteria = spec.guideline.criteria
    if question is not None:
        named = spec.question(question)
        found = _fitting(survey, named, criteria, named=True)
        if found is None:
            raise InvalidInput(
                f"Nothing in the export answers the question {question!r} ({named.kind}).",
                remedy=_WANTED.get(named.kind, "Answers to this kind are not imported."),
                code="question_does_not_fit",
            )
        return found
    # Whoever has both wants comparisons with their scores.
    ordered = sorted(spec.questions, key=lambda one: _BEFORE.get(one.kind, len(_BEFORE)))
    fits = (_fitting(survey, one, criteria, named=False) for one in ordered)
    return next((found for found in fits if found is not None), None)


_BEFORE = {"scorecard": 0, "pairwise": 1}
_WANTED = {
    "scorecard": "It takes comparisons with ratings of both texts by every criterion of it, called "
    "like tone_1 and tone_2, or given on the texts.",
    "pairwise": "It takes comparisons; name a single_label question for labels.",
    "single_label": "It takes labels that are its options, one of a person on an item.",
    "multi_label": "It takes labels that are its options.",
    "ranking": "It takes rankings of three texts or more.",
    "likert": "It takes ratings of one completion; call the control or question as it is called.",
    "rubric": "It takes ratings of one completion that are called as its criteria.",
    "boxes": "It takes labeled boxes whose labels are its options.",
    "correction": "It takes corrected texts of one completion; the control's name says so.",
}


def _fitting(
    survey: Survey, question: QuestionSpec, criteria: Sequence[Criterion], *, named: bool
) -> Votes | None:
    match question.kind:
        case "pairwise":
            return Votes(question) if survey.pairs else None
        case "single_label" | "multi_label":
            return _labels(survey, question, named=named)
        case "ranking":
            control = _called(question.id, survey.rankings, else_any=True)
        case "correction":
            control = _called(question.id, survey.edits, else_any=True)
        case "likert":
            control = _called(question.id, survey.scored, else_any=named)
        case "boxes":
            known = named_options(question)
            fitting = {
                name: labels
                for name, labels in survey.boxes.items()
                if named or all(label.casefold() in known for label in labels)
            }
            control = _called(question.id, fitting, else_any=True)
        case "rubric":
            return _rubric(survey, question, criteria)
        case "scorecard":
            return _scorecard(survey, question, criteria)
    return None if control is None else Votes(question, {control: ""}, completion=True)


def _labels(survey: Survey, question: QuestionSpec, *, named: bool) -> Votes | None:
    known = named_options(question)
    several = () if question.kind == "multi_label" else survey.several
    for control in sorted(survey.labels, key=lambda name: (name != question.id, name)):
        fits = all(label.casefold() in known for label in survey.labels[control])
        if fits and control not in several:
            return Votes(question, {control: ""}, control not in survey.without_completion)
    called = _called(question.id, survey.labels, else_any=False) if named else None
    if called is None or called in several:
        return None
    # Its rows say which label is unknown.
    return Votes(question, {called: ""}, called not in survey.without_completion)


def _rubric(survey: Survey, question: QuestionSpec, criteria: Sequence[Criterion]) -> Votes | None:
    """A rubric's criteria are ratings of the same names, all of them."""
    found = {
        _called(one.id, survey.scored, one.name, else_any=False): one.id
        for one in criteria_of(question, criteria)
    }
    controls = {control: criterion for control, criterion in found.items() if control is not None}
    if len(controls) < len(found):
        return None
    levels = {one.id: len(one.scale) for one in criteria}
    # HelpSteer's names are rated from 0 to 4: five levels.
    from_zero = {
        control
        for control, criterion in controls.items()
        if levels[criterion] == _FIVE and survey.scale(control) == _FIVE - 1
    }
    return Votes(question, controls, completion=True, from_zero=frozenset(from_zero))


def _scorecard(
    survey: Survey, question: QuestionSpec, criteria: Sequence[Criterion]
) -> Votes | None:
    """A comparison whose texts were both rated by every criterion."""
    controls, of = {}, {}
    for criterion in criteria_of(question, criteria):
        names = {sides.words_of(criterion.id), sides.words_of(criterion.name)}
        for side in ("first", "second"):
            wanted = {(side, name) for name in names}
            fitting = [one for one in sorted(survey.beside) if _only(survey, one) & wanted]
            if not fitting:
                return None
            controls[fitting[0]], of[fitting[0]] = criterion.id, side
    return Votes(question, controls, completion=True, sides=of) if survey.pairs else None


def _only(survey: Survey, control: str) -> set[tuple[str, sides.Words]]:
    """Return what a control is about, nothing where that is another text on every row."""
    found = survey.beside[control]
    return found if len(found) == 1 else set()


def _called(wanted: str, controls: Iterable[str], *more: str, else_any: bool) -> str | None:
    """Return the control of that name; or the only one there is, where that will do."""
    known = sorted(controls)
    names = {_plain(name) for name in (wanted, *more)}
    found = next((control for control in known if _plain(control) in names), None)
    return known[0] if found is None and else_any and len(known) == 1 else found


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def as_feedback(said: Said, survey: Survey, *, tool: str, source: str) -> NewFeedback | LeftOut:
    """Return an answer that is no vote as feedback, or say why it is left out."""
    if said.kind == "box":
        return LeftOut("boxes (no boxes question takes them)")
    if said.kind == "ranking":
        return LeftOut("rankings (no ranking question takes them)")
    if said.kind == "pair":
        return LeftOut("comparisons (the project has no pairwise question)")
    shown = said.shown.texts
    if said.side and len(shown) == 2:
        shown = shown[:1] if said.side == "first" else shown[1:]
    if len(shown) > 1:
        return LeftOut(f"{said.kind}s about two texts at once")
    if said.kind == "label" and len(said.value) > 200:
        return LeftOut("labels longer than 200 characters")
    key = [source, said.shown.key, said.control, said.annotator]
    if said.kind == "label":
        key.append(said.value)
    rating, edited = said.kind == "rating", said.kind == "text"
    completion = texts.plain(shown[0]) if shown else None
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


def unread(said: Said) -> Bad:
    """Return an answer that cannot be read as what is told of it."""
    return Bad(said.place, said.unread, "" if said.annotator == "unknown" else said.annotator)


def left_out(counter: Counter[str], found: LeftOut) -> None:
    """Count something that is not taken in."""
    counter[found.what] += found.count
