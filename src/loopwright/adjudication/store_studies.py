"""Queries of case studies, their versions and who read them."""

from dataclasses import asdict

from sqlalchemy import Connection, Select, exists, select

from loopwright.adjudication.model import CaseStudy, Reading, StudyVersion
from loopwright.adjudication.tables import case_study, case_study_reading, case_study_version
from loopwright.base.types import Json
from loopwright.infra.database import Repeat
from loopwright.infra.refs import Ids

STUDIES = Ids(
    noun="case study",
    id=case_study.c.id,
    project=case_study.c.project_id,
    remedy="Take the id from the case studies on the Guidelines page.",
)

_VERSION = [column.label(f"v.{column.name}") for column in case_study_version.c]
_NEWEST = case_study.join(
    case_study_version,
    (case_study_version.c.study_id == case_study.c.id)
    & (case_study_version.c.version == case_study.c.version),
)
_WHOLE = select(*case_study.c, *_VERSION).select_from(_NEWEST)


def insert(tx: Connection, study: CaseStudy) -> None:
    """Store a case study with its first version."""
    row = {key: value for key, value in vars(study).items() if key != "newest"}
    tx.execute(case_study.insert().values(**row, version=study.newest.version))
    tx.execute(case_study_version.insert().values(asdict(study.newest)))


def add_version(tx: Connection, version: StudyVersion) -> None:
    """Store the next version; the transaction is run again when another was first."""
    before = (case_study.c.id == version.study_id) & (case_study.c.version == version.version - 1)
    changed = case_study.update().where(before).values(version=version.version)
    if tx.execute(changed).rowcount != 1:
        raise Repeat
    tx.execute(case_study_version.insert().values(asdict(version)))


def retire(tx: Connection, study_id: str, *, now: float) -> None:
    """Mark a case study as retired."""
    here = (case_study.c.id == study_id) & case_study.c.retired_at.is_(None)
    tx.execute(case_study.update().where(here).values(retired_at=now))


def get(tx: Connection, study_id: str) -> CaseStudy | None:
    """Return one case study with its newest version, or None."""
    found = _studies(tx, _WHOLE.where(case_study.c.id == study_id))
    return found[0] if found else None


def studies(tx: Connection, project_id: str, *, retired: bool) -> list[CaseStudy]:
    """Return a project's case studies, the newest first; retired ones only when asked for."""
    query = _WHOLE.where(case_study.c.project_id == project_id)
    if not retired:
        query = query.where(case_study.c.retired_at.is_(None))
    return _studies(tx, query.order_by(case_study.c.created_at.desc(), case_study.c.id))


def unread(tx: Connection, project_id: str, person_id: str, *, limit: int) -> list[CaseStudy]:
    """Return the case studies in use that a person has not read, the newest first."""
    read = exists().where(
        case_study_reading.c.study_id == case_study.c.id,
        case_study_reading.c.person_id == person_id,
    )
    query = _WHOLE.where(
        case_study.c.project_id == project_id, case_study.c.retired_at.is_(None), ~read
    )
    return _studies(tx, query.order_by(case_study.c.created_at.desc()).limit(limit))


def live_of_item(tx: Connection, item_id: str) -> list[str]:
    """Return the case studies in use that show an item."""
    query = select(case_study.c.id).where(
        case_study.c.item_id == item_id, case_study.c.retired_at.is_(None)
    )
    return list(tx.scalars(query))


def taught_items(tx: Connection, project_id: str) -> set[str]:
    """Return the items that a case study shows or showed."""
    query = select(case_study.c.item_id).where(case_study.c.project_id == project_id)
    return set(tx.scalars(query))


def add_reading(tx: Connection, project_id: str, reading: Reading) -> None:
    """Append that a person read a case study."""
    tx.execute(case_study_reading.insert().values(**asdict(reading), project_id=project_id))


def readings_of(tx: Connection, project_id: str, person_id: str) -> dict[str, list[Reading]]:
    """Return what a person read, by case study, the oldest first."""
    return _by_study(
        tx,
        select(case_study_reading).where(
            case_study_reading.c.project_id == project_id,
            case_study_reading.c.person_id == person_id,
        ),
    )


def readings(tx: Connection, project_id: str) -> dict[str, list[Reading]]:
    """Return what everybody read in a project, by case study, the oldest first."""
    return _by_study(
        tx, select(case_study_reading).where(case_study_reading.c.project_id == project_id)
    )


def _by_study(tx: Connection, query: Select[tuple[object, ...]]) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for row in tx.execute(query.order_by(case_study_reading.c.seq)).mappings():
        fields = {name: row[name] for name in Reading.__dataclass_fields__}
        found.setdefault(row["study_id"], []).append(Reading(**fields))
    return found


def _studies(tx: Connection, query: Select[tuple[object, ...]]) -> list[CaseStudy]:
    return [_study(dict(row)) for row in tx.execute(query).mappings()]


def _study(row: Json) -> CaseStudy:
    version = {name[2:]: value for name, value in row.items() if name.startswith("v.")}
    own = {name: value for name, value in row.items() if not name.startswith("v.")}
    del own["version"]
    return CaseStudy(**own, newest=StudyVersion(**version))
