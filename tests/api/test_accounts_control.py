"""Access taken away: roles changed, keys revoked, sessions ended, and doors that wear out."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import Connection, func, select

from loopwright.accounts import control, service
from loopwright.accounts.model import Actor, PersonKind, Role
from loopwright.accounts.tables import session, signin_link
from loopwright.base.clock import system_now
from loopwright.base.errors import Conflict, TooManyRequests
from loopwright.base.types import Json
from loopwright.infra.database import Database
from loopwright.infra.rate_limit import TokenBuckets
from support.postgres import somebody_waits
from support.server import RunningServer

P = "/api/projects/support"


@pytest.fixture
def owner(server: RunningServer) -> Iterator[httpx.Client]:
    with server.owner() as client:
        yield client


def keys(client: httpx.Client) -> list[Json]:
    found: list[Json] = client.get(f"{P}/keys").json()["keys"]
    return found


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    assert answer.status_code == status, answer.text
    error: Json = answer.json()["error"]
    assert error["code"] == code
    assert error["remedy"]
    return error


def test_a_revoked_key_lets_nobody_in(server: RunningServer, owner: httpx.Client) -> None:
    person_id, ann = server.add_person("Ann", role=Role.ANNOTATOR)
    [key] = [one for one in keys(owner) if one["person_id"] == person_id]
    assert (key["person"], key["revoked_at"]) == ("Ann", None)
    assert "lw_" not in owner.get(f"{P}/keys").text
    assert ann.get("/api/me").status_code == 200
    revoked = owner.delete(f"{P}/keys/{key['id'][-8:]}").json()
    assert revoked["id"] == key["id"]
    assert ann.get("/api/me").status_code == 401
    again = owner.delete(f"{P}/keys/{key['id']}").json()
    assert again["revoked_at"] == revoked["revoked_at"], "the first time stays"
    assert keys(owner)[-1]["id"] == key["id"], "what is good comes first"
    refused(owner.delete(f"{P}/keys/key_nothing1"), 404, "not_found")


def test_everybody_replaces_and_revokes_their_own(server: RunningServer) -> None:
    _, ann = server.add_person("Ann", role=Role.ANNOTATOR)
    fresh = server.client(ann.post("/api/me/keys").json()["api_key"])
    [new, old] = fresh.get("/api/me/keys").json()["keys"]
    assert new["created_at"] >= old["created_at"]
    assert fresh.delete(f"/api/me/keys/{old['id']}").status_code == 200
    assert ann.get("/api/me").status_code == 401
    assert fresh.get("/api/me").status_code == 200
    _, ben = server.add_person("Ben", role=Role.ANNOTATOR)
    refused(ben.delete(f"/api/me/keys/{new['id']}"), 404, "not_found")


def test_a_lead_revokes_no_owner(server: RunningServer, owner: httpx.Client) -> None:
    _, lead = server.add_person("Lea", role=Role.LEAD)
    [mine] = owner.get("/api/me/keys").json()["keys"]
    refused(lead.delete(f"{P}/keys/{mine['id']}"), 403, "forbidden")
    assert owner.get("/api/me").status_code == 200


def test_a_role_changes_and_counts_at_once(server: RunningServer, owner: httpx.Client) -> None:
    person_id, ann = server.add_person("Ann", role=Role.ANNOTATOR)
    assert ann.get(f"{P}/quality").status_code == 403
    changed = owner.put(f"{P}/people/{person_id}/role", json={"role": "viewer"}).json()
    assert (changed["id"], changed["role"]) == (person_id, "viewer")
    assert ann.get(f"{P}/quality").status_code == 200
    assert ann.post(f"{P}/assignments", json={"count": 1}).status_code == 403


def test_a_project_keeps_one_who_leads_it(server: RunningServer, owner: httpx.Client) -> None:
    lea_id, lea = server.add_person("Lea", role=Role.LEAD)
    for answer in (
        lea.put(f"{P}/people/{lea_id}/role", json={"role": "annotator"}),
        lea.delete(f"{P}/people/{lea_id}"),
    ):
        assert "Make somebody else a lead" in refused(answer, 409, "last_lead")["remedy"]
    server.add_person("Mo", role=Role.LEAD)
    step_down = lea.put(f"{P}/people/{lea_id}/role", json={"role": "annotator"})
    assert step_down.status_code == 200
    assert lea.get(f"{P}/people").status_code == 403


@pytest.mark.parametrize("act", ["remove", "step_down"])
def test_two_leads_who_leave_at_once_do_not_both_leave(postgres_db: Database, act: str) -> None:
    """Each sees the other still there, unless one of them has to wait."""
    leads = [postgres_db.write(lambda tx, name=name: a_lead(tx, name)) for name in ("Lea", "Mo")]  # type: ignore[misc]
    left, go = threading.Event(), threading.Event()

    def leaves(tx: Connection, actor: Actor, other: Actor) -> None:
        if act == "remove":
            control.remove_person(
                tx, actor=actor, project_id="support", typed=other.person_id, now=1.0
            )
        else:
            control.change_role(
                tx,
                actor=actor,
                project_id="support",
                typed=actor.person_id,
                role=Role.ANNOTATOR,
                now=1.0,
            )

    def first(tx: Connection) -> None:
        leaves(tx, leads[0], leads[1])
        left.set()
        assert go.wait(10)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(postgres_db.write, first)
        assert left.wait(10)
        two = pool.submit(postgres_db.write, lambda tx: leaves(tx, leads[1], leads[0]))
        while not two.done() and not postgres_db.read(somebody_waits):
            threading.Event().wait(0.01)
        go.set()
        one.result(10)
        with pytest.raises(Conflict, match="only one who leads"):
            two.result(10)
    people = postgres_db.read(lambda tx: service.people(tx, "support"))
    assert [person.role for person in people].count(Role.LEAD) == 1


def a_lead(tx: Connection, name: str) -> Actor:
    kind = PersonKind.HUMAN
    added = service.add_person(
        tx, project_id="support", name=name, role=Role.LEAD, kind=kind, now=1.0
    )
    return Actor(added.person_id, name, kind, {"support": Role.LEAD})


def test_nobody_raises_or_lowers_above_themselves(
    server: RunningServer, owner: httpx.Client
) -> None:
    _, lea = server.add_person("Lea", role=Role.LEAD)
    eve_id, _ = server.add_person("Eve", role=Role.ENGINEER)
    ann_id, _ = server.add_person("Ann", role=Role.ANNOTATOR)
    refused(lea.put(f"{P}/people/{ann_id}/role", json={"role": "owner"}), 403, "forbidden")
    refused(lea.put(f"{P}/people/{eve_id}/role", json={"role": "viewer"}), 403, "forbidden")
    [owner_id] = [one["id"] for one in lea.get(f"{P}/people").json()["people"] if one["everywhere"]]
    refused(lea.put(f"{P}/people/{owner_id}/role", json={"role": "viewer"}), 404, "not_found")


def test_who_is_removed_is_out_with_keys_and_sessions(
    server: RunningServer, owner: httpx.Client
) -> None:
    person_id, ann = server.add_person("Ann", role=Role.ANNOTATOR)
    assert owner.delete(f"{P}/people/{person_id}").status_code == 200
    assert ann.get("/api/me").status_code == 401
    assert person_id not in {one["id"] for one in owner.get(f"{P}/people").json()["people"]}


def signed_in(server: RunningServer, link: str) -> httpx.Client:
    client = httpx.Client(base_url=server.url, headers={"Origin": server.url})
    token = link.partition("token=")[2]
    assert client.post("/api/signin", json={"token": token}).status_code == 200
    return client


def test_signing_out_everywhere_ends_every_browser(
    server: RunningServer, owner: httpx.Client
) -> None:
    links = [owner.post("/api/signin-links").json()["link"] for _ in range(3)]
    one, two = signed_in(server, links[0]), signed_in(server, links[1])
    assert one.post("/api/signout-everywhere").json() == {"sessions": 2}
    assert [one.get("/api/me").status_code, two.get("/api/me").status_code] == [401, 401]
    unused = httpx.post(f"{server.url}/api/signin", json={"token": links[2].partition("token=")[2]})
    assert unused.status_code == 401
    assert owner.get("/api/me").status_code == 200, "keys stay"


def test_what_is_over_is_forgotten_at_the_next_sign_in(server: RunningServer) -> None:
    home, now = server.home, system_now()
    owner_id = home.db.write(lambda tx: service.ensure_owner(tx, now=now))

    def link(seconds: float) -> str:
        return home.db.write(
            lambda tx: service.make_signin_link(tx, person_id=owner_id, now=now, seconds=seconds)
        )

    first, later = link(60.0), link(60.0)
    link(1.0)
    home.db.write(lambda tx: service.sign_in(tx, token=first, now=now, seconds=1.0))
    home.db.write(lambda tx: service.sign_in(tx, token=later, now=now + 30, seconds=60.0))
    counts = home.db.read(
        lambda tx: [tx.scalar(select(func.count()).select_from(t)) for t in (session, signin_link)]
    )
    assert counts == [1, 2], "one session, and the two links whose time is not over"


def test_knocking_too_often_says_when_to_come_back(server: RunningServer) -> None:
    burst = server.home.settings.signin_burst
    with httpx.Client(base_url=server.url) as client:
        answers = [
            client.post("/api/signin", json={"token": f"guess {n}"}) for n in range(burst + 10)
        ]
    assert [one.status_code for one in answers[:burst]] == [401] * burst
    last = answers[-1]
    assert "Try again in" in refused(last, 429, "too_many_requests")["remedy"]
    assert int(last.headers["retry-after"]) >= 1
    assert server.owner().post("/api/signin-links").status_code == 200, "others are not held up"


def test_a_bucket_fills_again_and_forgets_nobody_early() -> None:
    buckets = TokenBuckets(burst=2, per_minute=60.0)
    buckets.take("a", now=0.0)
    buckets.take("a", now=0.0)
    with pytest.raises(TooManyRequests) as often:
        buckets.take("a", now=0.5)
    assert often.value.detail == {"retry_after": 1}
    buckets.take("b", now=0.5)
    buckets.take("a", now=1.0)
    with pytest.raises(TooManyRequests):
        buckets.take("a", now=1.0)
    buckets.take("a", now=3600.0)
    buckets.take("a", now=3600.0)
    with pytest.raises(TooManyRequests):
        buckets.take("a", now=3600.0)
