"""Wire shapes of releases."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from loopwright.base.types import Json
from loopwright.release.model import CLOSED, Release, ReleaseEvent, ReleaseState, Routing


class StageOut(BaseModel):
    """One step of the ramp."""

    name: str
    share: float
    min_requests: int
    max_error_rate: float
    seconds: float
    wait_seconds: float


class ReleaseOut(BaseModel):
    """One release in a list."""

    id: str
    project_id: str
    candidate_policy_id: str
    candidate_name: str | None
    stable_policy_id: str
    stable_name: str | None
    state: str
    state_explained: str
    stage: str | None
    stage_index: int
    stages: list[StageOut]
    share: float
    sentence: str
    verdict: Json | None
    opened_by: str
    cycle_id: str | None
    created_at: float
    updated_at: float
    stage_started_at: float
    live_at: float | None
    closed_at: float | None
    can_roll_back: bool


class ReleaseEventOut(BaseModel):
    """One thing that happened to a release."""

    seq: int
    at: float
    kind: str
    from_state: str | None
    to_state: str
    actor: str
    sentence: str
    evidence: Json


class RoutingOut(BaseModel):
    """Who answers now."""

    version: int
    stable_policy_id: str
    candidate_policy_id: str | None
    release_id: str | None
    share: float
    shadow: bool
    lease_until: float


class ReleasesOut(BaseModel):
    """A project's releases, newest first, and the routing in force."""

    releases: list[ReleaseOut]
    routing: RoutingOut | None


class ReleaseDetailOut(BaseModel):
    """One release with its evidence and everything that happened to it."""

    release: ReleaseOut
    evidence: Json | None
    events: list[ReleaseEventOut]


class RollbackIn(BaseModel):
    """Why a release is taken back."""

    reason: str = ""


STATES_EXPLAINED: dict[ReleaseState, str] = {
    ReleaseState.DRAFT: "Opened; its gate has not been decided.",
    ReleaseState.SHADOW: "Answers beside the stable version; nobody is served by it.",
    ReleaseState.CANARY: "A first small share of subjects is served by it.",
    ReleaseState.RAMP: "A larger share of subjects is served by it.",
    ReleaseState.LIVE: "Everybody is served by it.",
    ReleaseState.HELD: "Waits for what is missing; goes on by itself when it is there.",
    ReleaseState.REFUSED: "The gate decided against it; it got no traffic.",
    ReleaseState.ROLLED_BACK: "All traffic went back to the version before it.",
    ReleaseState.ABORTED: "Given up before it was live.",
    ReleaseState.SUPERSEDED: "Was live until a later release went live.",
}


def release_out(found: Release, names: dict[str, str]) -> ReleaseOut:
    """Return a release's wire form; `names` are policy version names by id."""
    values: dict[str, Any] = asdict(found)
    values.pop("evidence")
    values.pop("held_at")
    values["stage"] = found.stage and found.stage.name
    values["state"] = found.state.value
    return ReleaseOut(
        **values,
        state_explained=STATES_EXPLAINED[found.state],
        candidate_name=names.get(found.candidate_policy_id),
        stable_name=names.get(found.stable_policy_id),
        can_roll_back=found.state not in CLOSED,
    )


def event_out(found: ReleaseEvent) -> ReleaseEventOut:
    """Return an event's wire form."""
    values: dict[str, Any] = asdict(found)
    values.pop("release_id")
    return ReleaseEventOut(**values)


def routing_out(found: Routing) -> RoutingOut:
    """Return the wire form of the routing; the salt stays here."""
    return RoutingOut(
        version=found.version,
        stable_policy_id=found.stable_policy_id,
        candidate_policy_id=found.candidate_policy_id,
        release_id=found.release_id,
        share=found.share,
        shadow=found.shadow,
        lease_until=found.lease_until,
    )
