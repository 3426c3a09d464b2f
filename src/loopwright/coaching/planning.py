"""A person's plan: what they miss most, what to read, ten items to practise, a check later."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from sqlalchemy import Connection

from loopwright.adjudication import store_studies
from loopwright.adjudication.shown import Seen, offer_of, read_seen, seen_by
from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.coaching import service, store
from loopwright.coaching.model import Checked, Plan, PlanView, Practice
from loopwright.coaching.trends import AspectTrend
from loopwright.gold import rules as scoring
from loopwright.infra import events
from loopwright.labeling import queue
from loopwright.labeling.offers import Offer
from loopwright.projects.model import Project
from loopwright.quality import store_settlements as settlements
from loopwright.quality.model import SettledBy, Settlement
from loopwright.quality.said import week_of
from loopwright.questions.stored import read_votes
from loopwright.stats.proportions import wilson

CHECK_SECONDS = 14 * 86400.0
ASPECTS = 3
ITEMS = 10
STUDIES = 5


def make(tx: Connection, *, project: Project, rater_id: str, person_id: str, now: float) -> Plan:
    """Make a person's next plan from what they miss most.

    Raises Conflict while the one before waits for its check; InvalidInput where there is nothing
    to read or to practise.
    """
    before = store.newest_plan(tx, project_id=project.id, person_id=person_id)
    if before is not None and now < before.check_at:
        raise Conflict(
            "There is a plan already, and its check is still to come.",
            remedy="Go on with it; a new one can be made after its check.",
            code="plan_running",
            detail={"plan_id": before.id, "check_at": before.check_at},
        )
    found = service.person(tx, spec=project.spec, rater_id=rater_id)
    aspects = _weakest(found.trends)
    items = _practice_items(tx, project, person_id, aspects)
    studies = _studies(tx, project, person_id, aspects)
    if not items and not studies:
        raise InvalidInput(
            "There is nothing to read or to practise yet.",
            remedy="Practice comes from items whose answer people settled, and from case studies.",
            code="nothing_to_practise",
        )
    plan = Plan(
        id=new_id("pln"),
        project_id=project.id,
        person_id=person_id,
        aspects=[[one.question_id, one.aspect] for one in aspects],
        items=items,
        studies=studies,
        made_at=now,
        check_at=now + CHECK_SECONDS,
    )
    store.add_plan(tx, plan)
    # From now on they know these: they are never offered them as work.
    queue.bar(tx, project_id=project.id, item_ids=items, people=[person_id], now=now)
    events.emit(
        tx, kind="coaching.planned", project_id=project.id, subject_id=None, payload={}, now=now
    )
    return plan


def view(tx: Connection, *, project: Project, plan: Plan, rater_id: str, now: float) -> PlanView:
    """Return a plan with how far it is."""
    titles = {one.id: one for one in store_studies.studies(tx, project.id, retired=True)}
    read = store_studies.readings_of(tx, project.id, plan.person_id)
    return PlanView(
        plan=plan,
        practised=store.practised(tx, plan.id),
        studies=[(one, titles[one].newest.title, one in read) for one in plan.studies],
        checks=_checks(tx, project, plan, rater_id),
        due=now >= plan.check_at,
    )


def next_item(tx: Connection, *, project: Project, plan: Plan) -> Offer | None:
    """Return the next item to practise, None when all were answered."""
    done = {one.item_id for one in store.practised(tx, plan.id)}
    done |= store.hidden_gold(tx, project.id)  # what became gold meanwhile is not given away
    left = [one for one in plan.items if one not in done]
    return None if not left else offer_of(tx, project=project, seen=_seen(tx, plan, left[0]))


def practise(
    tx: Connection, *, project: Project, plan: Plan, item_id: str, answer: Json, now: float
) -> tuple[Practice, Settlement]:
    """Store an answer to a practice item; return it with what is right.

    Raises NotFound for an item that is not in the plan, Conflict for a second answer, InvalidInput
    when it does not fit the question.
    """
    if item_id not in plan.items:
        raise NotFound(
            f"Item {item_id} is not in the plan.", remedy="Ask for the next item to practise."
        )
    right = settlements.settled(tx, [item_id])[item_id]
    read = read_seen(tx, project=project, seen=_seen(tx, plan, item_id), answer=answer)
    given = read_votes(read.votes, read.outcome, read.answer)
    known = read_votes(right.votes, right.outcome, right.answer or {"text": ""})
    score = scoring.score(known, given)
    made = Practice(
        id=new_id("prc"), plan_id=plan.id, person_id=plan.person_id, item_id=item_id,
        answer=read.answer, outcome=read.outcome, score=score,
        is_right=score >= scoring.RIGHT_FROM, at=now,
    )  # fmt: skip
    if not store.add_practice(tx, made):
        raise Conflict(
            "This item was practised already: the first answer counts.",
            remedy="Ask for the next item to practise.",
            code="practised_already",
        )
    return made, right


def _seen(tx: Connection, plan: Plan, item_id: str) -> Seen:
    question = settlements.settled(tx, [item_id])[item_id].question_id
    return seen_by(
        tx, ref_id=plan.id, item_id=item_id, question_id=question, person_id=plan.person_id
    )


def _weakest(trends: Sequence[AspectTrend]) -> list[AspectTrend]:
    """Return what is surely missed more than by others, the largest gap first; else the lowest."""
    known = [one for one in trends if one.right.value is not None and one.everybody.value]

    def gap(one: AspectTrend) -> float:
        return (one.right.value or 0.0) - (one.everybody.value or 0.0)

    weak = [one for one in known if one.weak]
    return sorted(weak or known, key=gap)[:ASPECTS]


def _practice_items(
    tx: Connection, project: Project, person_id: str, aspects: Sequence[AspectTrend]
) -> list[str]:
    """Return settled items that the person never met: of the weak questions first, then others."""
    hidden = store.hidden_gold(tx, project.id)
    settled = [
        one
        for one in settlements.settled_in(tx, project.id, sources=frozenset(SettledBy))
        if one.item_id not in hidden
        and scoring.scorable(read_votes(one.votes, one.outcome, one.answer or {"text": ""}))
    ]
    met = store.met(tx, judge_id=person_id, item_ids=[one.item_id for one in settled])
    weak = {one.question_id for one in aspects}

    def place(one: Settlement) -> tuple[bool, bytes]:
        own = blake2b(f"{person_id}:{one.id}".encode(), digest_size=8).digest()
        return one.question_id not in weak, own

    left = sorted((one for one in settled if one.item_id not in met), key=place)
    return [one.item_id for one in left[:ITEMS]]


def _studies(
    tx: Connection, project: Project, person_id: str, aspects: Sequence[AspectTrend]
) -> list[str]:
    """Return unread case studies: those on the weak criteria first."""
    criteria = {one.aspect for one in aspects if one.aspect}
    questions = {one.question_id for one in aspects}
    found = store_studies.unread(tx, project.id, person_id, limit=100)
    ordered = sorted(
        found,
        key=lambda one: (
            not criteria & set(one.newest.criteria),
            one.question_id not in questions,
            -one.created_at,
        ),
    )
    return [one.id for one in ordered[:STUDIES]]


def _checks(tx: Connection, project: Project, plan: Plan, rater_id: str) -> list[Checked]:
    """Return the share right on each aspect in the weeks before the plan's and after it."""
    made = week_of(plan.made_at)
    found = []
    for one in service.told(tx, project.spec).aspects:
        if [one.question_id, one.aspect] not in plan.aspects:
            continue
        mine = service.rows_of(one, {rater_id})
        weeks = [one.weeks[at] for at in one.week[mine]]
        right = one.right[mine]
        before = right[np.array([week < made for week in weeks], dtype=bool)]
        after = right[np.array([week > made for week in weeks], dtype=bool)]
        found.append(
            Checked(
                one.question_id,
                one.aspect,
                wilson(int(before.sum()), len(before)),
                wilson(int(after.sum()), len(after)),
            )
        )
    return found
