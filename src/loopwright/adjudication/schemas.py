"""Wire shapes of cases. What others said stands under `opened` alone, null before its time."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from loopwright.adjudication.model import Decision, Reason
from loopwright.adjudication.views import CaseView, Figures, Listed, Opened, Standing
from loopwright.base.types import STORABLE, Json
from loopwright.labeling.schemas import AssignmentOut, Body, assignment_out
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.model import ShownConsensus
from loopwright.quality.rules import in_words
from loopwright.quality.schemas import EstimateOut, VoteOut
from loopwright.questions.model import ShownOrder, sides_of

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
Prose = Annotated[str, Field(min_length=1, max_length=4000, pattern=STORABLE)]
Names = Annotated[tuple[str, ...], Field(max_length=50)]
StateWord = Literal["waiting", "claimed", "asked", "answered", "escalated", "decided", "withdrawn"]
LevelWord = Literal["senior", "specialist"]
SeverityWord = Literal["low", "normal", "high"]
ReasonWord = Literal["disagreement", "flag", "unsure", "request"]


class ClaimIn(Body):
    """Take a case by id; without one the next that fits."""

    case_id: str | None = None


class BlindIn(Body):
    """What is decided before anything of others is seen."""

    answer: Json


class QuestionIn(Body):
    """A question: of an annotator to somebody senior, or back to those who judged."""

    question: Prose


class NoteIn(Body):
    """A word why a case is passed on."""

    note: Prose


class AnswerIn(Body):
    """An answer to a question that a case was handed back with."""

    text: Prose


class DecideIn(Body):
    """The final decision; `answer` null says that no answer is right.

    `gold` says that the item may become a gold item.
    """

    answer: Json | None
    rationale: Prose
    lesson: Prose | None = None
    criteria: Names = ()
    gold: bool = False


class ReasonOut(BaseModel):
    """Why an item was escalated; `question` is what somebody asked."""

    kind: ReasonWord
    severity: SeverityWord
    detail: Json
    question: str | None
    at: float

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Return the wire form; who asked is not told."""
        return cls(
            kind=reason.kind.value,
            severity=reason.severity.word,  # type: ignore[arg-type]
            detail=reason.detail,
            question=reason.question,
            at=reason.at,
        )


class CaseOut(BaseModel):
    """A case in the queue; `reasons` is null for who is still to decide it blind.

    `deadline` and `answers_until` are seconds since 1970. `requires` are tags.
    """

    id: str
    item_id: str
    question_id: str
    state: StateWord
    level: LevelWord
    severity: SeverityWord
    opened_at: float
    deadline: float
    overdue: bool
    answers_until: float | None
    claimed_until: float | None
    closed_at: float | None
    segment: str
    requires: list[str]
    prompt_start: str
    mine: bool
    can_take: bool
    decided_blind: bool
    reasons: list[ReasonOut] | None

    @classmethod
    def of(cls, one: Listed) -> Self:
        """Return the wire form."""
        case = one.case
        return cls(
            id=case.id,
            item_id=case.item_id,
            question_id=case.question_id,
            state=one.state.value,
            level=case.level.value,
            severity=case.severity.word,  # type: ignore[arg-type]
            opened_at=case.opened_at,
            deadline=case.deadline,
            overdue=one.overdue,
            answers_until=case.answers_until,
            claimed_until=case.claimed_until if one.mine else None,
            closed_at=case.closed_at,
            segment=one.segment,
            requires=list(case.requires),
            prompt_start=one.prompt_start,
            mine=one.mine,
            can_take=one.can_take,
            decided_blind=one.decided_blind,
            reasons=None if one.reasons is None else [ReasonOut.of(r) for r in one.reasons],
        )


class StandingOut(BaseModel):
    """Who asks: their level (null decides nothing), the cases they hold, and how many they may."""

    level: LevelWord | None
    held: list[str]
    most: int
    takeable: int

    @classmethod
    def of(cls, one: Standing) -> Self:
        """Return the wire form."""
        level: LevelWord | None = None if one.level is None else one.level.value
        return cls(level=level, held=one.held, most=one.most, takeable=one.takeable)


class CasesOut(BaseModel):
    """Cases, and how the asker stands."""

    cases: list[CaseOut]
    me: StandingOut


class BlindOut(BaseModel):
    """What the asker decided blind."""

    answer: Json
    at: float


class ConsensusShortOut(BaseModel):
    """What the votes come to, in words.

    `probability` is corrected by gold where `calibrated` says so, else the model's; null where
    the answer has several parts and no probability as a whole.
    """

    answer: str
    text: str
    probability: float | None
    calibrated: bool
    n: int
    undecided: bool

    @classmethod
    def of(cls, shown: ShownConsensus) -> Self:
        """Return the wire form; what was settled is no vote."""
        found = shown.consensus
        stated = None if found.parts_only else found.probability
        return cls(
            answer=found.answer,
            text=shown.text,
            probability=stated if shown.calibrated is None else shown.calibrated,
            calibrated=shown.calibrated is not None,
            n=found.n,
            undecided=found.undecided,
        )


class RepliedOut(BaseModel):
    """One answer to a question, under the name that its writer has on this item."""

    rater: str
    text: str
    at: float


class AskedOut(BaseModel):
    """A question to those who judged, with their answers."""

    id: str
    text: str
    at: float
    until: float
    people: int
    answers: list[RepliedOut]


class CaseEventOut(BaseModel):
    """Something that happened to a case; `by_me` where the asker did it."""

    kind: str
    at: float
    by_me: bool
    detail: Json


class DecisionOut(BaseModel):
    """A final decision; where no answer is right, `answer` is null and `distribution` has the
    share of each answer among the votes, by its words.

    `answer` has its sides as the decider saw them; `text` says it in the item's order.
    """

    id: str
    answer: Json | None
    text: str | None
    changed: bool
    distribution: dict[str, float] | None
    rationale: str
    lesson: str | None
    criteria: list[str]
    gold: bool
    mine: bool
    at: float

    @classmethod
    def of(cls, one: Decision, spec: ProjectSpec, person_id: str) -> Self:
        """Return the wire form."""
        shares = one.distribution
        said = None if one.outcome is None else in_words(spec, one.question_id, one.outcome)
        return cls(
            id=one.id,
            answer=one.answer,
            text=said,
            changed=one.changed,
            distribution=None
            if shares is None
            else {in_words(spec, one.question_id, key): share for key, share in shares.items()},
            rationale=one.rationale,
            lesson=one.lesson,
            criteria=one.criteria,
            gold=one.gold,
            mine=one.person_id == person_id,
            at=one.at,
        )


class OpenedOut(BaseModel):
    """What others said, once the asker decided blind or may not decide."""

    votes: list[VoteOut]
    consensus: ConsensusShortOut | None
    asked: list[AskedOut]
    events: list[CaseEventOut]
    decision: DecisionOut | None
    study_id: str | None


class CaseDetailOut(BaseModel):
    """A case as the asker may see it: its item, and under `opened` what others said.

    `sides` names the item's completions in its own order by where they stand for the asker;
    votes in words count them so: the first, the second.
    """

    case: CaseOut
    shown: AssignmentOut
    sides: list[str]
    blind: BlindOut | None
    opened: OpenedOut | None

    @classmethod
    def of(cls, view: CaseView, spec: ProjectSpec, person_id: str) -> Self:
        """Return the wire form."""
        blind = view.blind
        return cls(
            case=CaseOut.of(view.listed),
            shown=assignment_out(view.offer),
            sides=sides_in_item_order(view.offer.assignment.shown_order),
            blind=None if blind is None else BlindOut(answer=blind.answer, at=blind.at),
            opened=None
            if view.opened is None
            else _opened_out(view.opened, spec, view.listed.case.question_id, person_id),
        )


class ClaimOut(BaseModel):
    """The case that was taken; null where none fits the asker now."""

    case: CaseDetailOut | None


class EscalatedOut(BaseModel):
    """The case that an item has now."""

    case_id: str
    state: StateWord


class FiguresOut(BaseModel):
    """How the desk does; times in seconds, null where there is nothing to measure.

    `changed` is the share of decisions that differ from the blind one of the same person;
    `held` how many cases each of those at work holds.
    """

    open_by_level: dict[str, int]
    open_by_state: dict[str, int]
    overdue: int
    oldest_seconds: float | None
    decided: int
    withdrawn: int
    irresolvable: int
    median_seconds: float | None
    changed: EstimateOut
    held: list[int]

    @classmethod
    def of(cls, found: Figures) -> Self:
        """Return the wire form."""
        return cls(**{**vars(found), "changed": EstimateOut.of(found.changed)})


def sides_in_item_order(order: ShownOrder | None) -> list[str]:
    """Return for each completion in item order the side at which it stands."""
    if order is None:
        return list(sides_of(None))
    at = dict(zip(order.places, sides_of(order), strict=True))
    return [at[place] for place in sorted(at)]


def _opened_out(found: Opened, spec: ProjectSpec, question_id: str, person_id: str) -> OpenedOut:
    return OpenedOut(
        votes=[VoteOut.of(one) for one in found.votes],
        consensus=None if found.consensus is None else ConsensusShortOut.of(found.consensus),
        asked=[
            AskedOut(
                id=one.id,
                text=one.text,
                at=one.at,
                until=one.until,
                people=len(one.people),
                answers=[
                    RepliedOut(
                        rater=found.names.get(given.person_id, "annotator"),
                        text=given.text,
                        at=given.at,
                    )
                    for given in found.answers.get(one.id, [])
                ],
            )
            for one in found.asked
        ],
        events=[
            CaseEventOut(
                kind=one.kind.value, at=one.at, by_me=one.by == person_id, detail=one.detail
            )
            for one in found.events
        ],
        decision=None
        if found.decision is None
        else DecisionOut.of(found.decision, spec, person_id),
        study_id=found.study_id,
    )
