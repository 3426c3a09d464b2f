"""Queries of questions that cases were handed back with, and their answers."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, exists, select

from loopwright.accounts.model import EVERYWHERE
from loopwright.accounts.tables import membership, rater
from loopwright.adjudication.model import AnswerBack, AskedBack
from loopwright.adjudication.tables import case_answer, case_question, case_question_person
from loopwright.labeling.store import judgments_of_items
from loopwright.labeling.tables import judgment
from loopwright.quality.item_history import numbered


def judges_of(tx: Connection, project_id: str, item_id: str) -> list[str]:
    """Return the people of the project whose judgments on an item are in force."""
    query = (
        select(rater.c.person_id)
        .join(judgment, judgment.c.rater_id == rater.c.id)
        .where(
            judgment.c.item_id == item_id,
            judgment.c.superseded_by.is_(None),
            rater.c.project_id == project_id,
            rater.c.person_id.is_not(None),
            exists().where(
                membership.c.person_id == rater.c.person_id,
                membership.c.project_id.in_([project_id, EVERYWHERE]),
            ),
        )
        .distinct()
        .order_by(rater.c.person_id)
    )
    return list(tx.scalars(query))


def names_on(tx: Connection, item_id: str) -> dict[str, str]:
    """Return what the people who judged an item are called on it, as its blind votes name them."""
    names = numbered(judgments_of_items(tx, [item_id]))
    query = select(rater.c.id, rater.c.person_id).where(rater.c.id.in_(list(names)))
    people = {row.person_id: row.id for row in tx.execute(query)}
    return {person: names[one] for person, one in people.items() if person is not None}


def add_question(tx: Connection, asked: AskedBack) -> None:
    """Store a question and who is asked."""
    tx.execute(case_question.insert().values(asdict(asked)))
    tx.execute(
        case_question_person.insert(),
        [
            {"question_id": asked.id, "person_id": person, "project_id": asked.project_id}
            for person in asked.people
        ],
    )


def get_question(tx: Connection, asked_id: str) -> AskedBack | None:
    """Return one question, or None."""
    query = select(case_question).where(case_question.c.id == asked_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else AskedBack(**row)


def questions_of(tx: Connection, case_id: str) -> list[AskedBack]:
    """Return the questions of a case, the oldest first."""
    query = select(case_question).where(case_question.c.case_id == case_id)
    return [AskedBack(**row) for row in tx.execute(query.order_by(case_question.c.at)).mappings()]


def questions_to(tx: Connection, project_id: str, person_id: str, *, limit: int) -> list[AskedBack]:
    """Return what a person was asked in a project, the newest first."""
    mine = case_question_person
    query = (
        select(case_question)
        .join(mine, mine.c.question_id == case_question.c.id)
        .where(mine.c.person_id == person_id, mine.c.project_id == project_id)
        .order_by(case_question.c.at.desc())
        .limit(limit)
    )
    return [AskedBack(**row) for row in tx.execute(query).mappings()]


def add_answer(tx: Connection, answer: AnswerBack) -> None:
    """Store a person's first answer."""
    tx.execute(case_answer.insert().values(asdict(answer)))


def answers_to(tx: Connection, asked_ids: Sequence[str]) -> dict[str, list[AnswerBack]]:
    """Return the answers to each of these questions, the oldest first."""
    found: dict[str, list[AnswerBack]] = {}
    if not asked_ids:
        return found
    query = select(case_answer).where(case_answer.c.asked_id.in_(list(asked_ids)))
    for row in tx.execute(query.order_by(case_answer.c.at)).mappings():
        found.setdefault(row["asked_id"], []).append(AnswerBack(**row))
    return found
