"""Use cases of datasets: freeze a version, list versions, read one, one split of one."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import Connection

from loopwright.base.digests import canonical_json
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.datasets import inputs, store
from loopwright.datasets.model import (
    DatasetKind,
    DatasetSpec,
    DatasetVersion,
    DemonstrationRow,
    PreferenceRow,
)
from loopwright.infra.events import emit
from loopwright.infra.home import Home
from loopwright.quality.reconcile import reconcile

Rows = Callable[[Connection], Iterable[PreferenceRow | DemonstrationRow]]


@dataclass
class _Tally:
    """What is counted while the rows are written."""

    rows: int = 0
    tied: int = 0
    simulated: int = 0
    by: dict[str, Counter[str]] = field(default_factory=dict)
    items: dict[str, None] = field(default_factory=dict)
    judgments: dict[str, None] = field(default_factory=dict)
    """Of one item and one judgment there can be several rows."""
    guidelines: set[str] = field(default_factory=set)

    def add(self, row: PreferenceRow | DemonstrationRow) -> None:
        """Count one row."""
        self.rows += 1
        self.simulated += row.simulated
        self.items[row.item_id] = None
        parts = {
            "split": row.split, "segment": row.segment, "source": row.source, "kind": row.kind,
        }  # fmt: skip
        self.judgments.update(dict.fromkeys(row.judgments))
        self.guidelines.update(row.guideline_versions)
        if isinstance(row, PreferenceRow):
            parts["purpose"] = row.purpose
            self.tied += row.probability == 0.5
        for name, value in parts.items():
            self.by.setdefault(name, Counter())[value] += 1

    def as_json(self) -> Json:
        """Return the counts as they are kept."""
        return {
            "rows": self.rows,
            "even": self.tied,
            "simulated": self.simulated,
            "items": len(self.items),
            "judgments": len(self.judgments),
            **{f"by_{name}": dict(sorted(counts.items())) for name, counts in self.by.items()},
        }


def freeze_preferences(
    home: Home, *, project_id: str, spec: DatasetSpec, now: float
) -> DatasetVersion:
    """Freeze the project's preference pairs as they are now.

    The consensus is reconciled first, so that no judgment is left out because it just came in.
    The same judgments under the same spec give the same digest, whatever order they came in.
    Raises InvalidInput when no pair fits the spec.
    """
    reconcile(home, project_id=project_id, now=now)

    def rows(tx: Connection) -> Iterator[PreferenceRow]:
        return inputs.preference_rows(tx, project_id, spec)

    return _freeze(home, project_id, DatasetKind.PREFERENCES, spec, rows, now)


def freeze_demonstrations(
    home: Home, *, project_id: str, spec: DatasetSpec, now: float
) -> DatasetVersion:
    """Freeze the project's demonstrations, corrected texts among them where the spec wants them.

    Raises InvalidInput when there are none.
    """

    def rows(tx: Connection) -> Iterator[DemonstrationRow]:
        return inputs.demonstration_rows(tx, project_id, spec)

    return _freeze(home, project_id, DatasetKind.DEMONSTRATIONS, spec, rows, now)


def get(tx: Connection, digest: str, *, project_id: str) -> DatasetVersion:
    """Return a dataset version by its digest, whole or short.

    Raises NotFound, also when it is another project's.
    """
    return store.DATASETS.one(tx, digest, store.get, project_id=project_id)


def split_artifact(home: Home, version: DatasetVersion, *, split: str) -> str:
    """Return the digest of a file with only one split's rows: what a trainer is given.

    Trainers read texts: a row whose prompt shows an image would teach them to answer blindly.
    """
    rows = (
        row
        for row in read_rows(home, version)
        if row["split"] == split and row.get("image") is None
    )
    with tempfile.TemporaryDirectory(dir=home.folder("spool")) as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("wb") as stream:
            stream.writelines(canonical_json(row) + b"\n" for row in rows)
        return home.artifacts.put_file(path)


def read_rows(home: Home, version: DatasetVersion) -> Iterator[Json]:
    """Yield a dataset's rows from its artifact, in their order."""
    with home.artifacts.path(version.artifact).open("rb") as stream:
        for line in stream:
            row: Json = orjson.loads(line)
            yield row


def _freeze(
    home: Home, project_id: str, kind: DatasetKind, spec: DatasetSpec, rows: Rows, now: float
) -> DatasetVersion:
    tally = _Tally()
    with tempfile.TemporaryDirectory(dir=home.folder("spool")) as folder:
        path = Path(folder) / "rows.jsonl"
        home.db.read(lambda tx: _write_rows(path, rows(tx), tally))
        if not tally.rows:
            raise InvalidInput(
                f"Project {project_id} has no {kind.value} that fit "
                f"{', '.join(purpose.value for purpose in spec.purposes)}.",
                remedy="Collect judgments or import some first, or widen the dataset's spec.",
                code="empty_dataset",
            )
        digest = home.artifacts.put_file(path)
    version = DatasetVersion(
        digest=digest,
        project_id=project_id,
        kind=kind,
        spec=spec.as_json(),
        counts=tally.as_json(),
        artifact=digest,
        guideline_versions=sorted(tally.guidelines),
        created_at=now,
    )
    return home.db.write(lambda tx: _save(tx, version, list(tally.items), list(tally.judgments)))


def _write_rows(
    path: Path, rows: Iterable[PreferenceRow | DemonstrationRow], tally: _Tally
) -> None:
    with path.open("wb") as stream:
        for row in rows:
            tally.add(row)
            stream.write(canonical_json(asdict(row)) + b"\n")


def _save(
    tx: Connection, version: DatasetVersion, items: Sequence[str], judgments: Sequence[str]
) -> DatasetVersion:
    known = store.get(tx, version.digest)
    if known is not None:
        return known
    store.insert_version(tx, version, item_ids=items, judgment_ids=judgments)
    emit(
        tx,
        kind="dataset.frozen",
        project_id=version.project_id,
        subject_id=version.digest,
        payload={"kind": version.kind.value, "counts": version.counts},
        now=version.created_at,
    )
    return version
