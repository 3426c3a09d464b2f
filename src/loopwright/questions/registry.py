"""The kinds of question that exist. This is the product's main extension point."""

from loopwright.base.errors import NotFound
from loopwright.questions.boxes import Boxes
from loopwright.questions.correction import Correction
from loopwright.questions.likert import Likert
from loopwright.questions.model import QuestionKind
from loopwright.questions.multi_label import MultiLabel
from loopwright.questions.pairwise import Pairwise
from loopwright.questions.ranking import Ranking
from loopwright.questions.rubric import Rubric
from loopwright.questions.scorecard import Scorecard
from loopwright.questions.single_label import SingleLabel

_ALL: tuple[QuestionKind, ...] = (
    Pairwise(),
    SingleLabel(),
    MultiLabel(),
    Ranking(),
    Rubric(),
    Likert(),
    Correction(),
    Boxes(),
    Scorecard(),
)
_KINDS = {kind.name: kind for kind in _ALL}


def kind_of(name: str) -> QuestionKind:
    """Return the kind of that name. Raises NotFound for an unknown one."""
    if name not in _KINDS:
        raise NotFound(
            f"There is no question kind {name!r}.",
            remedy=f"Use one of: {', '.join(sorted(_KINDS))}.",
        )
    return _KINDS[name]


def kinds() -> tuple[QuestionKind, ...]:
    """Return every kind."""
    return _ALL
