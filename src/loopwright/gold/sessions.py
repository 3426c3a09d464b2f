"""Use cases of calibration sessions: make one, answer, reveal, answer again, close."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from sqlalchemy import Connection

from loopwright.adjudication.shown import Seen, offer_of, read_seen, seen_by
from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.gold import store
from loopwright.gold import store_sessions as sessions
from loopwright.gold.session_model import (
    Said,
    Session,
    SessionAnswer,
    SessionItem,
    SessionState,
    SessionView,
)
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.labeling import queue
from loopwright.labeling.offers import Offer
from loopwright.projects.model import Project
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.agreement_by import AgreementRow, By, Context, agreement_rows
from loopwright.quality.agreement_service import schemes_of
from loopwright.quality.rules import in_words
from loopwright.quality.said import Judged, SaidBook
from loopwright.questions.model import ShownOrder

MOST_ITEMS = 30
USUAL_ITEMS = 10


def make(
    tx: Connection, *, project: Project, name: str, items: Sequence[str], by: str, now: float
) -> Session:
    """Begin a session on these items; without any, on the ten that people differ on most.

    Raises InvalidInput where there is none, too many, or hidden gold among them; NotFound for no
    such item.
    """
    chosen = [intake.ITEMS.whole(tx, one, project_id=project.id) for one in items]
    chosen = chosen or sessions.disputed(tx, project.id, limit=USUAL_ITEMS)
    chosen = list(dict.fromkeys(chosen))
    if not 1 <= len(chosen) <= MOST_ITEMS:
        raise InvalidInput(
            f"A session holds 1 to {MOST_ITEMS} items, not {len(chosen)}.",
            remedy="Name items; by itself it takes those that two or more people judged.",
        )
    hidden = {one.item_id for one in store.golds(tx, project.id, active=True)} & set(chosen)
    if hidden:
        raise InvalidInput(
            f"Item {min(hidden)} is hidden gold: a session would give it away.",
            remedy="Retire it first, or choose another item.",
        )
    made = Session(new_id("cal"), project.id, name, chosen, by, now, None, None, None)
    sessions.insert(tx, made)
    _tell(tx, made, "session.opened", now)
    return made


def get(tx: Connection, project_id: str, session_id: str) -> Session:
    """Return a session of a project. Raises NotFound."""
    found = sessions.get(tx, session_id)
    if found is None or found.project_id != project_id:
        raise NotFound(
            f"Project {project_id} has no calibration session {session_id}.",
            remedy="List them on My work or on Quality > Sessions.",
        )
    return found


def reveal(tx: Connection, session: Session, *, now: float) -> None:
    """Let everybody see the first answers. Raises Conflict where nobody gave two to compare."""
    if session.state is not SessionState.BLIND:
        return
    found = sessions.answers(tx, session.id)
    if len({one.person_id for one in found}) < 2:
        raise Conflict(
            "Fewer than two people answered: there is nothing to compare yet.",
            remedy="Wait until two have answered at least one item each.",
            code="nothing_to_reveal",
        )
    if sessions.reveal(tx, session.id, now=now):
        _tell(tx, session, "session.revealed", now)


def close(tx: Connection, session: Session, *, lesson: str, now: float) -> None:
    """End a session with its lesson. Raises Conflict while the answers are hidden."""
    if session.state is SessionState.BLIND:
        raise Conflict(
            "The first answers are still hidden.",
            remedy="Reveal them, talk, and let everybody judge again first.",
            code="still_blind",
        )
    if sessions.close(tx, session.id, lesson=lesson, now=now):
        _tell(tx, session, "session.closed", now)


def item_for(
    tx: Connection,
    *,
    project: Project,
    session: Session,
    item_id: str,
    person_id: str,
    in_order: bool = False,
) -> Offer:
    """Return an item as this person sees it in the session: the same sides in both rounds.

    `in_order` shows it in the item's own order, in which the answers of all are told.
    """
    seen = _seen(tx, session, item_id, person_id)
    if in_order and seen.shown_order is not None:
        places = range(len(seen.shown_order.places))
        seen = replace(seen, shown_order=ShownOrder.of(places))
    return offer_of(tx, project=project, seen=seen)


def answer(
    tx: Connection,
    *,
    project: Project,
    session: Session,
    item_id: str,
    person_id: str,
    given: Json,
    now: float,
) -> SessionAnswer:
    """Store an answer in the round that is on.

    Raises Conflict when the session is closed, the round was answered, or a second answer comes
    without a first; InvalidInput when it does not fit the question.
    """
    number = session.round
    if number is None:
        raise Conflict("The session is closed.", remedy="Read its lesson.", code="session_closed")
    mine = {
        one.round
        for one in sessions.answers(tx, session.id)
        if one.person_id == person_id and one.item_id == item_id
    }
    if number == 2 and 1 not in mine:
        raise Conflict(
            "The answers were revealed before you gave your first.",
            remedy="Your own first answer would not be blind any more: go on with the others.",
            code="not_blind_any_more",
        )
    seen = _seen(tx, session, item_id, person_id)
    # Who talks about an item does not judge it independently any more.
    queue.keep_blind(tx, project_id=project.id, item_id=item_id, person_id=person_id, now=now)
    read = read_seen(tx, project=project, seen=seen, answer=given)
    made = SessionAnswer(
        id=new_id("cas"), session_id=session.id, person_id=person_id, item_id=item_id,
        round=number, answer=read.answer, shown_order=seen.shown_order, kind=read.kind,
        outcome=read.outcome, votes=read.votes, at=now,
    )  # fmt: skip
    if not sessions.add_answer(tx, made):
        raise Conflict(
            "You answered this item in this round already.",
            remedy="Go on with the next item.",
            code="answered_already",
        )
    return made


def view(
    tx: Connection, *, project: Project, session: Session, person_id: str, leads: bool
) -> SessionView:
    """Return a session as one person may see it now.

    What others said of an item is for those who said something of it first, and for who `leads`:
    everybody else may still be offered it.
    """
    found = sessions.answers(tx, session.id)
    first = [one for one in found if one.round == 1]
    second = [one for one in found if one.round == 2]
    items = intake.items_of(tx, session.items)
    prompts = intake.prompts_of(tx, [one.prompt_id for one in items.values()])
    names = _names(session, {one.person_id for one in first}, person_id)
    spec, revealed = project.spec, session.state is not SessionState.BLIND
    shown = []
    for item_id in session.items:
        said = _said(spec, items[item_id].question_id, item_id, first, second, names, session)
        own = sum(one.item_id == item_id and one.person_id == person_id for one in found)
        counts = Counter(one.first for one in said)
        title = str(prompts[items[item_id].prompt_id].messages[-1]["content"])
        open_to = revealed and (leads or own > 0)
        shown.append(
            SessionItem(
                item_id, title, own, said if open_to else (), dict(counts) if open_to else {}
            )
        )
    twice = {(one.person_id, one.item_id) for one in second}
    same = [one for one in first if (one.person_id, one.item_id) in twice]
    closed = session.state is SessionState.CLOSED
    asked = {key: one.question_id for key, one in items.items()}
    return SessionView(
        session=session,
        items=shown,
        people=len({one.person_id for one in found}),
        answered=len(first),
        again=len(second),
        before=_agreement(spec, first, asked) if revealed else (),
        after=_agreement(spec, second, asked) if closed else (),
        before_same=_agreement(spec, same, asked) if closed else (),
    )


def _said(
    spec: ProjectSpec,
    question_id: str,
    item_id: str,
    first: Sequence[SessionAnswer],
    second: Sequence[SessionAnswer],
    names: Mapping[str, str],
    session: Session,
) -> list[Said]:
    """Return what each participant said; second answers of others only once all are in."""
    again = {one.person_id: one for one in second if one.item_id == item_id}
    told = []
    for one in first:
        if one.item_id != item_id:
            continue
        later = again.get(one.person_id)
        seen = later is not None and (
            session.state is SessionState.CLOSED or names[one.person_id] == "you"
        )
        told.append(
            Said(
                who=names[one.person_id],
                first=in_words(spec, question_id, one.outcome),
                reason=one.answer.get("reason"),
                second=in_words(spec, question_id, later.outcome) if later and seen else None,
            )
        )
    return sorted(told, key=lambda one: (one.who != "you", one.who))


def _names(session: Session, people: set[str], reader: str) -> dict[str, str]:
    """Return a name for each participant, of this session alone."""

    def place(person: str) -> bytes:
        return blake2b(f"{session.id}:{person}".encode(), digest_size=8).digest()

    ordered = sorted(people, key=place)
    return {
        person: "you" if person == reader else f"annotator {number}"
        for number, person in enumerate(ordered, start=1)
    }


def _agreement(
    spec: ProjectSpec, found: Sequence[SessionAnswer], asked: Mapping[str, str]
) -> list[AgreementRow]:
    book = SaidBook()
    book.add(
        Judged(
            seq=at, question_id=asked[one.item_id], kind=one.kind, item_id=one.item_id,
            rater_id=one.person_id, outcome=one.outcome, votes=one.votes, segment="",
            guideline=None, created_at=one.at,
        )
        for at, one in enumerate(found)
    )  # fmt: skip
    return agreement_rows(book, By.PROJECT, Context(schemes_of(spec), {}))


def _seen(tx: Connection, session: Session, item_id: str, person_id: str) -> Seen:
    if item_id not in session.items:
        raise NotFound(
            f"Item {item_id} is not in session {session.id}.", remedy="Use one of its items."
        )
    question = intake.items_of(tx, [item_id])[item_id].question_id
    return seen_by(
        tx, ref_id=session.id, item_id=item_id, question_id=question, person_id=person_id
    )


def _tell(tx: Connection, session: Session, kind: str, now: float) -> None:
    events.emit(
        tx, kind=kind, project_id=session.project_id, subject_id=session.id,
        payload={"items": len(session.items)}, now=now,
    )  # fmt: skip
