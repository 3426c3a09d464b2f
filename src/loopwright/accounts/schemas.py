"""Wire shapes of the accounts stage."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loopwright.accounts.model import ApiKey, PersonKind, Role

Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class SignIn(BaseModel):
    """The token of a one-time link."""

    token: str


class MeOut(BaseModel):
    """Who is signed in, with roles by project ("*" for everywhere)."""

    person_id: str
    name: str
    kind: PersonKind
    roles: dict[str, Role]


class PersonIn(BaseModel):
    """Who to add to a project."""

    name: str
    role: Role
    kind: PersonKind = PersonKind.HUMAN


class PersonOut(BaseModel):
    """Somebody of a project."""

    id: str
    name: str
    role: Role
    kind: PersonKind
    created_at: float
    tags: list[str]
    """Skills and languages; items that require tags go to those who have them."""
    everywhere: bool
    """Whether the role is held in the whole installation; a project cannot change it."""


class RoleIn(BaseModel):
    """The role to have from now on."""

    model_config = ConfigDict(extra="forbid")

    role: Role


class KeyOut(BaseModel):
    """An API key, without its secret."""

    id: str
    person_id: str
    person: str
    created_at: float
    revoked_at: float | None


class KeysOut(BaseModel):
    """Keys: good ones first, the newest first."""

    keys: list[KeyOut]


class NewKeyOut(BaseModel):
    """A key that was made; it is shown this once."""

    api_key: str


class SignedOutOut(BaseModel):
    """How many sessions ended."""

    sessions: int


class TagsIn(BaseModel):
    """The skills and languages of a person, in place of those set before."""

    model_config = ConfigDict(extra="forbid")

    tags: Annotated[list[Tag], Field(max_length=64)]


class PeopleOut(BaseModel):
    """A project's people."""

    people: list[PersonOut]


class NewPersonOut(BaseModel):
    """Who was added; the key and the link are shown this once."""

    person_id: str
    api_key: str
    signin_link: str


class Ok(BaseModel):
    """It is done."""

    ok: bool = True


class LinkOut(BaseModel):
    """A one-time sign-in link, shown this once."""

    link: str


def keys_out(found: Sequence[ApiKey]) -> KeysOut:
    """Return the wire form of keys."""
    return KeysOut(keys=[KeyOut(**vars(key)) for key in found])
