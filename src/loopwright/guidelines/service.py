"""Use cases of the guidelines stage."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.digests import digest_json
from loopwright.base.errors import NotFound
from loopwright.base.ids import new_id
from loopwright.guidelines import store
from loopwright.guidelines.model import GuidelineVersion
from loopwright.infra import events
from loopwright.projects.spec import GuidelineSpec


def publish(
    tx: Connection, *, project_id: str, guideline: GuidelineSpec, now: float
) -> GuidelineVersion:
    """Publish a version when the guideline differs from the one in force; return the newest."""
    content = guideline.model_dump(mode="json")
    # Guidelines without flags keep the digest they had before there were any.
    digest = digest_json({k: v for k, v in content.items() if k != "flags" or v})
    known = store.newest(tx, project_id)
    if known is not None and known.digest == digest:
        return known
    version = GuidelineVersion(
        id=new_id("gdl"),
        project_id=project_id,
        number=1 if known is None else known.number + 1,
        text=content["text"],
        criteria=content["criteria"],
        checklist=content["checklist"],
        flags=content["flags"],
        digest=digest,
        published_at=now,
    )
    store.insert(tx, version)
    events.emit(
        tx,
        kind="guideline.published",
        project_id=project_id,
        subject_id=version.id,
        payload={"number": version.number},
        now=now,
    )
    return version


def current(tx: Connection, project_id: str) -> GuidelineVersion:
    """Return the version in force. Raises NotFound before the first."""
    found = store.newest(tx, project_id)
    if found is None:
        raise NotFound(
            f"Project {project_id} has no published guideline.",
            remedy="Apply a project.yaml with a `guideline`.",
        )
    return found


def versions(tx: Connection, project_id: str) -> Sequence[GuidelineVersion]:
    """Return every version, newest first."""
    return store.versions(tx, project_id)


def version(tx: Connection, *, project_id: str, number: int) -> GuidelineVersion:
    """Return one version. Raises NotFound when there is none of that number."""
    for found in store.versions(tx, project_id):
        if found.number == number:
            return found
    raise NotFound(
        f"Project {project_id} has no guideline version {number}.",
        remedy="Look at the list of versions on the Guidelines page.",
    )
