"""Ids and digests as people type them: whole, only their beginning, or as the pages shorten them.

A page shows a digest by its first symbols (`ab12cd34`) and an id by its kind and its last
symbols (`cyc…9k2m4x`): the first symbols of ids are time, which neighbours share.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from loopwright.base.digests import PREFIX
from loopwright.base.errors import InvalidInput, NotFound
from loopwright.base.nearest import did_you_mean

SHORTEST = 4
"""Symbols beside the kind that a shortened id needs."""
_LISTED = 5
_LOOKED_AT = 500
_LIKENESS = 0.85  # ids are random: what is less alike is another id, not a slip of the finger

T = TypeVar("T")
IdColumn = ColumnElement[str]


@dataclass(frozen=True)
class Ids:
    """The ids of one kind of thing: where they are kept, and how people are told about them."""

    noun: str
    id: IdColumn
    project: IdColumn
    remedy: str
    code: str = NotFound.default_code

    def one(
        self,
        tx: Connection,
        typed: str,
        get: Callable[[Connection, str], T | None],
        *,
        project_id: str,
    ) -> T:
        """Return what `typed` names in the project, read by `get`; raises as `whole` does."""
        found = get(tx, self.whole(tx, typed, project_id=project_id))
        if found is None:  # gone since
            raise self._unknown(typed, project_id)
        return found

    def whole(self, tx: Connection, typed: str, *, project_id: str) -> str:
        """Return the one id of the project that `typed` names.

        Raises NotFound when nothing in the project has it, InvalidInput when several do.
        """
        here = self.project == project_id
        exact: str | None = tx.scalar(select(self.id).where(here, self.id == typed))
        if exact is not None:
            return exact
        found = self.matching(tx, typed, project_id=project_id)
        if len(found) == 1:
            return found[0]
        if found:
            raise ambiguous(typed, found, noun=self.noun)
        newest = select(self.id).where(here).order_by(self.id.desc()).limit(_LOOKED_AT)
        maybe = did_you_mean(typed, tx.scalars(newest), likeness=_LIKENESS)
        raise self._unknown(typed, project_id, maybe)

    def matching(self, tx: Connection, typed: str, *, project_id: str) -> list[str]:
        """Return ids of the project that `typed` shortens, a few at most."""
        fits = _fits(self.id, typed.strip())
        if fits is None:
            return []
        query = select(self.id).where(self.project == project_id, fits)
        return list(tx.scalars(query.order_by(self.id).limit(_LISTED + 1)))

    def _unknown(self, typed: str, project_id: str, maybe: str = "") -> NotFound:
        return NotFound(
            f"There is no {self.noun} {typed} in project {project_id}.",
            remedy=f"{maybe}{self.remedy}",
            code=self.code,
        )


def ambiguous(typed: str, found: Sequence[str], *, noun: str) -> InvalidInput:
    """Return the error for something typed that several ids begin or end with."""
    shown = ", ".join(found[:_LISTED]) + (", …" if len(found) > _LISTED else "")
    return InvalidInput(
        f"{typed} could be more than one {noun}: {shown}.",
        remedy="Type more of it, or copy the whole id.",
        code="ambiguous_id",
        detail={"matches": list(found[:_LISTED])},
    )


def pick(typed: str, known: Sequence[str], *, noun: str, place: str, remedy: str) -> str:
    """Return the one of a few known ids that `typed` names; raises as `Ids.whole` does."""
    if typed in known:
        return typed
    found = [one for one in known if _is_short_for(typed.strip(), one)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ambiguous(typed, found, noun=noun)
    maybe = did_you_mean(typed, known, likeness=_LIKENESS)
    raise NotFound(f"There is no {noun} {typed} in {place}.", remedy=f"{maybe}{remedy}")


def _is_short_for(typed: str, whole: str) -> bool:
    start, cut, end = typed.replace("...", "…").partition("…")
    if cut:
        return len(end) >= SHORTEST and whole.startswith(start) and whole.endswith(end)
    if len(typed.rpartition("_")[2]) < SHORTEST:
        return False
    return whole.startswith(typed) or whole.endswith(typed)


def _fits(column: IdColumn, typed: str) -> Any:
    """Return the condition that an id is shortened to `typed`; None when that is too short."""
    start, cut, end = typed.replace("...", "…").partition("…")
    if cut:
        if len(end) < SHORTEST:
            return None
        return and_(_starts(column, start), column.endswith(end, autoescape=True))
    told = typed.removeprefix(PREFIX)
    if len(told.rpartition("_")[2]) < SHORTEST:
        return None
    ways = [_starts(column, typed), _starts(column, PREFIX + told)]
    return or_(*ways, column.endswith(typed, autoescape=True))


def _starts(column: IdColumn, text: str) -> ColumnElement[bool]:
    return column.startswith(text, autoescape=True)
