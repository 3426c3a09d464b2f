"""The kinds of question that exist. This is the product's main extension point."""

from loopwright.base.errors import NotFound
from loopwright.questions.model import QuestionKind
from loopwright.questions.pairwise import Pairwise
from loopwright.questions.single_label import SingleLabel

_KINDS: dict[str, QuestionKind] = {kind.name: kind for kind in (Pairwise(), SingleLabel())}


def kind_of(name: str) -> QuestionKind:
    """Return the kind of that name. Raises NotFound for an unknown one."""
    if name not in _KINDS:
        raise NotFound(
            f"There is no question kind {name!r}.",
            remedy=f"Use one of: {', '.join(sorted(_KINDS))}.",
        )
    return _KINDS[name]
