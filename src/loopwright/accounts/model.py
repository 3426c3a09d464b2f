"""People, what they may do, and the pseudonyms under which they judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

EVERYWHERE = "*"
"""A membership in this place counts in every project."""


class Role(StrEnum):
    """What somebody is in a project."""

    OWNER = "owner"
    """Everything, people and keys included."""
    LEAD = "lead"
    """Guidelines, quality, people and items; not releases."""
    ENGINEER = "engineer"
    """Datasets, training, evaluation and releases."""
    SPECIALIST = "specialist"
    """Judges, and settles disagreements."""
    ANNOTATOR = "annotator"
    """Judges; sees no results of others."""
    VIEWER = "viewer"
    """Sees results; changes nothing."""
    APPLICATION = "application"
    """A program that sends feedback, and may do nothing else."""


class Permission(StrEnum):
    """What a request may need."""

    PROJECT_READ = "project.read"
    PROJECT_WRITE = "project.write"
    ITEMS_WRITE = "items.write"
    FEEDBACK_WRITE = "feedback.write"
    JUDGE = "judge"
    RESULTS_READ = "results.read"
    RECORDS_READ = "records.read"
    """Item by item: who wrote what, and how each was judged. Not for those who only judge."""
    CYCLE_RUN = "cycle.run"
    RELEASE_CONTROL = "release.control"
    PEOPLE_MANAGE = "people.manage"


class PersonKind(StrEnum):
    """Whether there is a human behind it."""

    HUMAN = "human"
    SIMULATED = "simulated"
    SERVICE = "service"


@dataclass(frozen=True)
class Actor:
    """Who makes a request, with the role held in each project (EVERYWHERE for all)."""

    person_id: str
    name: str
    kind: PersonKind
    roles: Mapping[str, Role]


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and the role held in the project that was asked about."""

    id: str
    name: str
    kind: PersonKind
    role: Role
    created_at: float
    tags: tuple[str, ...] = ()
    """Skills and languages of this person there."""
    everywhere: bool = False
    """Whether the role is held in the whole installation."""


@dataclass(frozen=True)
class ApiKey:
    """A key as it can be shown: never the secret, only whose it is and whether it is good."""

    id: str
    person_id: str
    person: str
    created_at: float
    revoked_at: float | None


@dataclass(frozen=True)
class Rater:
    """A person's pseudonym in a project, and the tags by which items find them."""

    id: str
    tags: frozenset[str] = frozenset()
