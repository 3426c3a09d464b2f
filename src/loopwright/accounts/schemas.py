"""Wire shapes of the accounts stage."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loopwright.accounts.model import PersonKind, Role

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
