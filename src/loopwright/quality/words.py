"""Stored outcomes as people read them; pure. What a question no longer knows stays as stored."""

from collections.abc import Sequence

from loopwright.projects.spec import Criterion, ProjectSpec, QuestionSpec
from loopwright.questions.labels import NONE
from loopwright.questions.pairwise import PAIR_WORDS

_PAIR = {outcome.value: words for outcome, words in PAIR_WORDS.items()}
_CORRECTION = {"unchanged": "Left as it was", "corrected": "Corrected"}


def outcome_in_words(
    question: QuestionSpec | None, criteria: Sequence[Criterion], outcome: str
) -> str:
    """Return an outcome with names instead of ids, the completions numbered in item order."""
    kind = None if question is None else question.kind
    if kind in ("pairwise", "scorecard"):
        return _PAIR.get(outcome, outcome)
    if kind == "correction":
        return _CORRECTION.get(outcome, outcome)
    if kind == "ranking":
        return _ranked(outcome)
    if question is None or outcome == NONE:
        return "None" if outcome == NONE else outcome.replace("_", " ")
    if kind == "likert":
        level = int(outcome) if outcome.isdecimal() else 0
        return question.scale[level - 1] if 1 <= level <= len(question.scale) else outcome
    if kind == "rubric":
        return ", ".join(_scored(part, criteria) for part in outcome.split(","))
    names = {option.id: option.name for option in question.options}
    return ", ".join(names.get(part, part) for part in outcome.split(","))


def _scored(part: str, criteria: Sequence[Criterion]) -> str:
    criterion_id, _, level = part.partition("=")
    found = next((one for one in criteria if one.id == criterion_id), None)
    if found is None or not level:
        return part
    return f"{found.name} {level} of {len(found.scale)}"


def _ranked(outcome: str) -> str:
    """Return "2,1,2" as "Answer 2, then 1 and 3"."""
    ranks = outcome.split(",")
    if not all(rank.isdecimal() for rank in ranks):
        return outcome
    tiers: dict[int, list[str]] = {}
    for number, rank in enumerate(ranks, start=1):
        tiers.setdefault(int(rank), []).append(str(number))
    return "Answer " + ", then ".join(" and ".join(tiers[rank]) for rank in sorted(tiers))


def aspect_in_words(spec: ProjectSpec, question_id: str, aspect: str) -> str:
    """Return the name of a criterion or a label; of the question itself its id."""
    if not aspect:
        return question_id
    names = {one.id: one.name for one in spec.guideline.criteria}
    question = next((one for one in spec.questions if one.id == question_id), None)
    options = () if question is None else question.options
    return names.get(aspect) or next((o.name for o in options if o.id == aspect), aspect)


def answer_in_words(spec: ProjectSpec, question_id: str, aspect: str, answer: str) -> str:
    """Return what was said on one aspect of a question, as people read it."""
    question = next((one for one in spec.questions if one.id == question_id), None)
    if aspect or (question is not None and question.kind == "ranking"):
        return _PAIR.get(answer, answer)
    return outcome_in_words(question, spec.guideline.criteria, answer)
