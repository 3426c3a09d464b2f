"""Who gets in, who does not, and what each role may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import text

from loopwright.accounts import service
from loopwright.accounts.access import Permission, allowed
from loopwright.accounts.model import Actor, PersonKind, Rater, Role
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.memo import Memo
from support.server import RunningServer

COOKIE = "loopwright_session"


def make_link(server: RunningServer, *, seconds: float = 60.0) -> str:
    now = system_now()
    return server.home.db.write(
        lambda tx: service.make_signin_link(
            tx, person_id=service.ensure_owner(tx, now=now), now=now, seconds=seconds
        )
    )


@contextmanager
def browser(server: RunningServer) -> Iterator[httpx.Client]:
    """Yield a client that is signed in as a page of this site would be."""
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}) as client:
        assert client.post("/api/signin", json={"token": make_link(server)}).status_code == 200
        yield client


def error_of(answer: httpx.Response, status: int) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    error: dict[str, str] = answer.json()["error"]
    assert error["remedy"]
    return error


def test_a_link_signs_in_once(server: RunningServer) -> None:
    token = make_link(server)
    with httpx.Client(base_url=server.url) as client:
        answer = client.post("/api/signin", json={"token": token})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert token.lower() not in cookie
        assert client.get("/api/me").json()["roles"] == {"*": "owner"}
    with httpx.Client(base_url=server.url) as other:
        assert error_of(other.post("/api/signin", json={"token": token}), 401)["code"] == (
            "link_expired"
        )
        error_of(other.get("/api/me"), 401)


@pytest.mark.parametrize("token", ["", "unknown", "x" * 5000, "\x00"])
def test_a_link_that_is_not_ours_or_is_over_does_not(server: RunningServer, token: str) -> None:
    with httpx.Client(base_url=server.url) as client:
        error_of(client.post("/api/signin", json={"token": token}), 401)
        over = make_link(server, seconds=-1.0)
        error_of(client.post("/api/signin", json={"token": over}), 401)
        assert COOKIE not in client.cookies


def test_twenty_at_once_get_in_once(server: RunningServer) -> None:
    token = make_link(server)

    def enter(_: int) -> int:
        return httpx.post(f"{server.url}/api/signin", json={"token": token}, timeout=60).status_code

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(enter, range(20))) == [200] + [401] * 19


def test_signing_in_ends_the_session_before(server: RunningServer) -> None:
    """Whoever planted or borrowed the old cookie is not carried into the new session."""
    with browser(server) as client:
        before = client.cookies[COOKIE]
        client.post("/api/signin", json={"token": make_link(server)})
        assert client.cookies[COOKIE] != before
    with httpx.Client(base_url=server.url, cookies={COOKIE: before}) as old:
        error_of(old.get("/api/me"), 401)


def test_another_site_cannot_sign_a_browser_in(server: RunningServer) -> None:
    token = make_link(server)
    for origin in ("https://evil.example", "null", server.url.replace("127.0.0.1", "localhost")):
        answer = httpx.post(
            f"{server.url}/api/signin", json={"token": token}, headers={"Origin": origin}
        )
        assert error_of(answer, 403)["code"] == "wrong_origin"
    assert httpx.post(f"{server.url}/api/signin", json={"token": token}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None])
def test_a_cookie_alone_changes_nothing(server: RunningServer, origin: str | None) -> None:
    with browser(server) as signed_in:
        cookie = signed_in.cookies[COOKIE]
    headers = {} if origin is None else {"Origin": origin}
    with httpx.Client(base_url=server.url, cookies={COOKIE: cookie}, headers=headers) as client:
        assert client.get("/api/me").status_code == 200, "reading is what a link may do"
        body = {"name": "Mallory", "role": "owner"}
        assert error_of(client.post("/api/projects/support/people", json=body), 403)["code"] == (
            "wrong_origin"
        )
        error_of(client.post("/api/signout"), 403)
        error_of(client.post("/api/signin-links"), 403)
        people = client.get("/api/projects/support/people").json()["people"]
        assert [person["name"] for person in people] == ["Owner"]


def test_the_page_of_this_site_may(server: RunningServer) -> None:
    with browser(server) as client:
        answer = client.post(
            "/api/projects/support/people", json={"name": "Ada", "role": "annotator"}
        )
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store", "the answer holds a key"


def test_signing_out_ends_the_session_for_everyone_who_has_it(server: RunningServer) -> None:
    with browser(server) as client:
        cookie = client.cookies[COOKIE]
        assert client.post("/api/signout").status_code == 200
        assert COOKIE not in client.cookies
    with httpx.Client(base_url=server.url, cookies={COOKIE: cookie}) as other:
        error_of(other.get("/api/me"), 401)


def test_a_session_ends_by_itself(server: RunningServer) -> None:
    with browser(server) as client:
        server.home.db.write(lambda tx: tx.execute(text("UPDATE session SET expires_at = 1")))
        error_of(client.get("/api/me"), 401)


@pytest.mark.parametrize(
    "header",
    [
        b"Bearer",
        b"Bearer lw_forged",
        b"bearer  lw_",
        b"Bearer \xff\xfe\xe9",
        b"Bearer lw_" + b"x" * 20000,
        b"Basic bHc6bHc=",
        b"lw_without_a_scheme",
        b"Bearer None",
        b"Bearer ' OR 1=1 --",
    ],
)
def test_a_forged_or_odd_key_is_nobody(server: RunningServer, header: bytes) -> None:
    with httpx.Client(base_url=server.url) as client:
        answer = client.get("/api/me", headers={b"Authorization": header})
        assert answer.status_code in (401, 431)
        assert "lw_x" not in answer.text, "a key is never repeated"


def test_a_forged_key_is_not_helped_by_a_cookie(server: RunningServer) -> None:
    with browser(server) as client:
        error_of(client.get("/api/me", headers={"Authorization": "Bearer lw_forged"}), 401)


def test_a_revoked_key_is_nobody(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is known of a key is out of date at once here, as it is a moment later elsewhere.
    monkeypatch.setattr(service, "_KNOWN", Memo(seconds=0.0))
    _, client = server.add_person("Ada", role=Role.LEAD)
    assert client.get("/api/me").status_code == 200
    server.home.db.write(lambda tx: tx.execute(text("UPDATE api_key SET revoked_at = 1")))
    error_of(client.get("/api/me"), 401)


def test_only_hashes_of_secrets_are_stored(server: RunningServer) -> None:
    with server.owner() as owner:
        added = owner.post(
            "/api/projects/support/people", json={"name": "Ada", "role": "viewer"}
        ).json()
    secrets = [added["api_key"], added["signin_link"].split("token=")[1]]
    for table in ("api_key", "signin_link", "session", "event", "person"):
        query = text(f"SELECT * FROM {table}")
        rows = server.home.db.read(lambda tx, q=query: str(tx.execute(q).all()))  # type: ignore[misc]
        assert not any(secret in rows for secret in secrets)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_it_says_in_its_project_only(server: RunningServer, role: Role) -> None:
    _, client = server.add_person("Ada", role=role)
    actor = Actor("per", "Ada", PersonKind.HUMAN, {"support": role})
    manages = allowed(actor, Permission.PEOPLE_MANAGE, "support")
    with client:
        answer = client.get("/api/projects/support/people")
        assert answer.status_code == (200 if manages else 403)
        for path in ("/api/projects/other/people", "/api/projects/*/people", "/api/projects/other"):
            error_of(client.get(path), 403)
        seen = [one["id"] for one in client.get("/api/projects").json()["projects"]]
        assert seen == (["support"] if allowed(actor, Permission.PROJECT_READ, "support") else [])
        yaml = "id: other\nname: O\nquestions: [{id: q, kind: pairwise, text: t}]\n"
        yaml += "guideline: {text: g}\n"
        error_of(client.post("/api/projects", json={"yaml": yaml}), 403)


GRANTS = {
    Role.OWNER: set(Role),
    Role.LEAD: {Role.LEAD, Role.SPECIALIST, Role.ANNOTATOR, Role.VIEWER, Role.APPLICATION},
    Role.ENGINEER: set(),
    Role.SPECIALIST: set(),
    Role.ANNOTATOR: set(),
    Role.VIEWER: set(),
    Role.APPLICATION: set(),
}


@pytest.mark.parametrize("giver", list(Role))
def test_nobody_gives_more_than_they_hold(server: RunningServer, giver: Role) -> None:
    _, client = server.add_person("Ada", role=giver)
    with client:
        given = {
            role
            for role in Role
            if client.post(
                "/api/projects/support/people", json={"name": "Bob", "role": role.value}
            ).status_code
            == 200
        }
        assert given == GRANTS[giver]
        for elsewhere in ("*", "other"):
            body = {"name": "Bob", "role": "viewer"}
            error_of(client.post(f"/api/projects/{elsewhere}/people", json=body), 403)


def test_people_belong_to_a_project_that_exists(server: RunningServer) -> None:
    with server.owner() as owner:
        for project in ("nowhere", "*"):
            body = {"name": "Ada", "role": "viewer"}
            path = f"/api/projects/{project}/people"
            assert error_of(owner.post(path, json=body), 404)["code"] == "unknown_project"
            error_of(owner.get(path), 404)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b", "two\nlines", None, 5])
def test_a_bad_name_is_refused(server: RunningServer, name: object) -> None:
    with server.owner() as owner:
        body = {"name": name, "role": "viewer"}
        error_of(owner.post("/api/projects/support/people", json=body), 422)
        error_of(
            owner.post("/api/projects/support/people", json={"name": "Ada", "role": "king"}), 422
        )


def test_an_invited_person_signs_in_as_themselves(server: RunningServer) -> None:
    with server.owner() as owner:
        body = {"name": "Ada Łovelace 👩‍🔬", "role": "annotator"}
        added = owner.post("/api/projects/support/people", json=body).json()
    token = added["signin_link"].split("token=")[1]
    with httpx.Client(base_url=server.url) as client:
        assert client.post("/api/signin", json={"token": token}).status_code == 200
        me = client.get("/api/me").json()
        assert (me["name"], me["roles"]) == (body["name"], {"support": "annotator"})


def test_one_pseudonym_each_under_many_threads(home: Home) -> None:
    now = system_now()

    def rater(_: int) -> Rater:
        return home.db.write(
            lambda tx: service.ensure_rater(
                tx, project_id="p", person_id="per_1", kind="human", now=now
            )
        )

    def raters(_: int) -> tuple[str, ...]:
        found = home.db.write(
            lambda tx: service.ensure_raters(
                tx, project_id="p", external_keys=["b", "a", "a"], kind="imported", now=now
            )
        )
        return tuple(sorted(found.values()))

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(rater, range(24)))) == 1
        assert len(set(pool.map(raters, range(24)))) == 1


def test_a_role_everywhere_is_not_lost_to_a_smaller_one_here() -> None:
    actor = Actor("per", "Ada", PersonKind.HUMAN, {"*": Role.OWNER, "support": Role.VIEWER})
    assert allowed(actor, Permission.PEOPLE_MANAGE, "support")
    stranger = Actor("per", "Eve", PersonKind.HUMAN, {"other": Role.OWNER})
    assert not any(allowed(stranger, one, "support") for one in Permission)
    assert not any(allowed(stranger, one, None) for one in Permission)
