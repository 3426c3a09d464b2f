"""Every query of the guidelines stage."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select

from loopwright.guidelines.model import GuidelineVersion
from loopwright.guidelines.tables import guideline_version
from loopwright.infra.prepared import Prepared
from loopwright.infra.refs import Ids

VERSIONS = Ids(
    noun="guideline version",
    id=guideline_version.c.id,
    project=guideline_version.c.project_id,
    remedy="List the project's guideline versions and use one of their ids.",
)

_PUBLISHED: WeakKeyDictionary[Engine, dict[str, GuidelineVersion]] = WeakKeyDictionary()
_ONE = Prepared(select(guideline_version).where(guideline_version.c.id == bindparam("version")))


def versions(tx: Connection, project_id: str) -> Sequence[GuidelineVersion]:
    """Return a project's versions, newest first."""
    query = (
        select(guideline_version)
        .where(guideline_version.c.project_id == project_id)
        .order_by(guideline_version.c.number.desc())
    )
    return [GuidelineVersion(**row) for row in tx.execute(query).mappings()]


def newest(tx: Connection, project_id: str) -> GuidelineVersion | None:
    """Return the version in force, None before the first."""
    query = (
        select(guideline_version)
        .where(guideline_version.c.project_id == project_id)
        .order_by(guideline_version.c.number.desc())
        .limit(1)
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else GuidelineVersion(**row)


def insert(tx: Connection, version: GuidelineVersion) -> None:
    """Store a published version."""
    tx.execute(guideline_version.insert().values(**vars(version)))


def published(tx: Connection, version_id: str) -> GuidelineVersion | None:
    """Return what `get` does; a version never changes, so each process reads it once."""
    known = _PUBLISHED.setdefault(tx.engine, {})
    found = known.get(version_id) or get(tx, version_id)
    if found is not None:
        known[version_id] = found
    return found


def get(tx: Connection, version_id: str) -> GuidelineVersion | None:
    """Return one version, None when there is no such id."""
    row = _ONE.first(tx, {"version": version_id})
    return None if row is None else GuidelineVersion(**row)
