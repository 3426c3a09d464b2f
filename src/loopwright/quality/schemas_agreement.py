"""Wire shapes of agreement and disagreement."""

from typing import Self

from pydantic import BaseModel

from loopwright.projects.spec import ProjectSpec
from loopwright.quality.agreement_by import AgreementRow, By
from loopwright.quality.agreement_pairs import SHOWN_FROM, RaterPair, RaterPairs
from loopwright.quality.causes import Cause
from loopwright.quality.disagreement import Finding
from loopwright.quality.schemas import EstimateOut
from loopwright.quality.words import answer_in_words, aspect_in_words


class CoefficientOut(BaseModel):
    """One coefficient: agreement (the plain share), fleiss, gwet_ac1, gwet_ac2, alpha_nominal,
    alpha_ordinal or alpha_interval."""

    name: str
    estimate: EstimateOut


class PrevalenceOut(BaseModel):
    """An answer's mean share over items: where one is rare, kappa and alpha mislead alone."""

    answer: str
    text: str
    share: float


class AgreementByOut(BaseModel):
    """Agreement on one aspect of a question within one group.

    `aspect` "" is the question itself. `group` is a segment, version number, tag or ISO week; ""
    where nothing is split, or where a judgment has none.
    """

    question_id: str
    kind: str | None
    aspect: str
    aspect_name: str
    group: str
    group_name: str
    items: int
    raters: int
    coefficients: list[CoefficientOut]
    prevalence: list[PrevalenceOut]

    @classmethod
    def of(cls, found: AgreementRow, spec: ProjectSpec, by: By) -> Self:
        """Return the wire form."""
        segments = {one.id: one.name for one in spec.segments} if by is By.SEGMENT else {}
        return cls(
            question_id=found.question_id,
            kind=found.kind,
            aspect=found.aspect,
            aspect_name=aspect_in_words(spec, found.question_id, found.aspect),
            group=found.group,
            group_name=segments.get(found.group) or found.group,
            items=found.items,
            raters=found.raters,
            coefficients=[
                CoefficientOut(name=one.name, estimate=EstimateOut.of(one.estimate))
                for one in found.coefficients
            ],
            prevalence=[
                PrevalenceOut(
                    answer=answer,
                    text=answer_in_words(spec, found.question_id, found.aspect, answer),
                    share=share,
                )
                for answer, share in found.prevalence
            ],
        )


class AgreementsOut(BaseModel):
    """Agreement by what was asked for; every figure with its n, interval and method."""

    by: By
    rows: list[AgreementByOut]


class DifferingOut(BaseModel):
    """How often the first rater said `first` where the second said `second`, in words."""

    first: str
    second: str
    n: int


class RaterPairOut(BaseModel):
    """Two raters by their pseudonyms. Below the least number of items in common every figure is
    null; where `enough` is false the figures are too uncertain to read, and `reason` says why."""

    first: str
    second: str
    n: int | None
    enough: bool
    reason: str | None
    agreement: EstimateOut | None
    cohen: EstimateOut | None
    gwet: EstimateOut | None
    differing: list[DifferingOut]

    @classmethod
    def of(cls, found: RaterPair, spec: ProjectSpec, question_id: str, aspect: str) -> Self:
        """Return the wire form."""
        figures = {
            name: None if one is None else EstimateOut.of(one)
            for name, one in (
                ("agreement", found.agreement),
                ("cohen", found.cohen),
                ("gwet", found.gwet),
            )
        }

        def said(answer: str) -> str:
            return answer_in_words(spec, question_id, aspect, answer)

        return cls(
            first=found.first,
            second=found.second,
            n=found.n,
            enough=found.enough,
            reason=found.reason,
            differing=[
                DifferingOut(first=said(one.first), second=said(one.second), n=one.n)
                for one in found.differing
            ],
            **figures,
        )


class RaterPairsOut(BaseModel):
    """Who disagrees with whom on one aspect; `left_out` raters share fewer items and are not
    shown. `shown_from` is how many items two raters need in common."""

    question_id: str | None
    aspect: str | None
    aspect_name: str
    shown_from: int
    raters: list[str]
    left_out: int
    pairs: list[RaterPairOut]

    @classmethod
    def of(cls, found: RaterPairs | None, spec: ProjectSpec) -> Self:
        """Return the wire form; without judgments there is nobody to compare."""
        if found is None:
            return cls(
                question_id=None,
                aspect=None,
                aspect_name="",
                shown_from=SHOWN_FROM,
                raters=[],
                left_out=0,
                pairs=[],
            )
        question, aspect = found.question_id, found.aspect
        return cls(
            question_id=question,
            aspect=aspect,
            aspect_name=aspect_in_words(spec, question, aspect),
            shown_from=SHOWN_FROM,
            raters=list(found.raters),
            left_out=found.left_out,
            pairs=[RaterPairOut.of(one, spec, question, aspect) for one in found.pairs],
        )


class EvidenceOut(BaseModel):
    """A cause that the votes speak for; without it disagreement would be `explains` smaller."""

    cause: Cause
    explains: float
    sentence: str
    segment: str | None
    guideline: int | None
    raters: list[str]


class FindingOut(BaseModel):
    """One criterion with how far people disagree on it, why, and what would help.

    `disagreement` is the share of pairs of votes that differ; `priority` its lower bound times
    `judged`. `cause` is unknown where the votes speak for none.
    """

    question_id: str
    kind: str | None
    aspect: str
    aspect_name: str
    disagreement: EstimateOut
    judged: int
    priority: float
    cause: Cause
    sentence: str
    remedy: str
    evidence: list[EvidenceOut]
    items: list[str]

    @classmethod
    def of(cls, found: Finding, spec: ProjectSpec) -> Self:
        """Return the wire form."""
        return cls(
            question_id=found.question_id,
            kind=found.kind,
            aspect=found.aspect,
            aspect_name=aspect_in_words(spec, found.question_id, found.aspect),
            disagreement=EstimateOut.of(found.disagreement),
            judged=found.judged,
            priority=found.priority,
            cause=found.cause,
            sentence=found.sentence,
            remedy=found.remedy,
            evidence=[
                EvidenceOut(**{**vars(one), "raters": list(one.raters)}) for one in found.evidence
            ],
            items=list(found.items),
        )


class DisagreementOut(BaseModel):
    """Where people disagree, what to repair first first."""

    findings: list[FindingOut]
