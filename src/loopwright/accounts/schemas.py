"""Wire shapes of the accounts stage."""

from pydantic import BaseModel

from loopwright.accounts.model import PersonKind, Role


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
