"""Wire shapes of datasets and lineage."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loopwright.base.types import Json
from loopwright.datasets.model import DatasetKind, DatasetSpec, DatasetVersion, Ties, Trace
from loopwright.intake.model import ItemPurpose


class DatasetIn(BaseModel):
    """What to freeze."""

    model_config = ConfigDict(extra="forbid")

    kind: DatasetKind = DatasetKind.PREFERENCES
    purposes: list[ItemPurpose] = list(DatasetSpec.purposes)
    splits: list[Literal["train", "held_out"]] = ["train", "held_out"]
    ties: Ties = Ties.SOFT
    min_judgments: int = Field(default=1, ge=1)
    reliability_weights: bool = True
    corrections: bool = True
    """Whether demonstrations hold the texts that annotators corrected, too."""
    max_share: float | None = Field(default=None, gt=0, le=1)
    """The most of all weight that one person's votes may carry."""

    def spec(self) -> DatasetSpec:
        """Return the spec as the service takes it."""
        return DatasetSpec(
            purposes=tuple(self.purposes),
            splits=tuple(self.splits),
            ties=self.ties,
            min_judgments=self.min_judgments,
            reliability_weights=self.reliability_weights,
            corrections=self.corrections,
            max_share=self.max_share,
        )


class DatasetOut(BaseModel):
    """One dataset version."""

    digest: str
    kind: DatasetKind
    spec: Json
    counts: Json
    guideline_versions: list[str]
    created_at: float

    @classmethod
    def of(cls, version: DatasetVersion) -> DatasetOut:
        """Return the wire form."""
        return cls.model_validate({name: getattr(version, name) for name in cls.model_fields})


class DatasetDetail(DatasetOut):
    """One dataset version with its first rows."""

    rows: list[Json]


class DatasetsOut(BaseModel):
    """A project's dataset versions, newest first."""

    datasets: list[DatasetOut]


class NodeOut(BaseModel):
    """One thing of a trace."""

    ref: str
    kind: str
    title: str
    at: float | None


class EdgeOut(BaseModel):
    """`to` was made from `from`."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(serialization_alias="from")
    to: str
    kind: str


class TraceOut(BaseModel):
    """What was reached; `cut` says that there is more."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]
    cut: bool

    @classmethod
    def of(cls, trace: Trace) -> TraceOut:
        """Return the wire form."""
        return cls(
            nodes=[NodeOut(**vars(node)) for node in trace.nodes],
            edges=[EdgeOut(from_=e.parent, to=e.child, kind=e.kind) for e in trace.edges],
            cut=trace.cut,
        )
