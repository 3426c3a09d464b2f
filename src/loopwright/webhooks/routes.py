"""HTTP: subscribe, pause, rotate, test, and look at what was sent."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.webhooks import service, store
from loopwright.webhooks.model import FAMILIES, DeliveryState
from loopwright.webhooks.schemas import (
    DeliveriesOut,
    DeliveryOut,
    Family,
    QueuedOut,
    Removed,
    WebhookChange,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhooksOut,
)

router = APIRouter(prefix="/api/projects/{project_id}/webhooks", tags=["webhooks"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("")
def list_webhooks(project_id: str, home: HomeOf, actor: ActorOf) -> WebhooksOut:
    """Return the project's webhooks, and the families of events."""
    require(actor, Permission.PROJECT_WRITE, project_id)

    def read(tx: Connection) -> WebhooksOut:
        projects.get(tx, project_id)
        counts = store.counts(tx, project_id)
        found = store.of_project(tx, project_id)
        return WebhooksOut(
            webhooks=[WebhookOut.of(one, counts.get(one.id)) for one in found],
            families=[Family(kind=f"{name}.*", text=text) for name, text in FAMILIES.items()],
        )

    return home.db.read(read)


@router.post("")
def add(project_id: str, body: WebhookIn, home: HomeOf, actor: ActorOf) -> WebhookMade:
    """Subscribe an address; the secret is in this answer alone."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    now = system_now()
    made = home.db.write(
        lambda tx: service.add(
            tx,
            project_id=project_id,
            url=body.url,
            kinds=body.kinds,
            description=body.description,
            person_id=actor.person_id,
            allow_loopback=home.settings.webhooks_allow_loopback,
            now=now,
        )
    )
    return WebhookMade(webhook=WebhookOut.of(made), secret=made.secret)


@router.post("/{webhook_id}")
def change(
    project_id: str, webhook_id: str, body: WebhookChange, home: HomeOf, actor: ActorOf
) -> WebhookOut:
    """Change where a webhook leads, or what it tells."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    found = home.db.write(
        lambda tx: service.change(
            tx,
            project_id=project_id,
            webhook_id=webhook_id,
            url=body.url,
            kinds=body.kinds,
            description=body.description,
            allow_loopback=home.settings.webhooks_allow_loopback,
        )
    )
    return WebhookOut.of(found)


@router.post("/{webhook_id}/pause")
def pause(project_id: str, webhook_id: str, home: HomeOf, actor: ActorOf) -> WebhookOut:
    """Stop sending; what happens meanwhile is not kept for it."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    found = home.db.write(
        lambda tx: service.pause(tx, project_id=project_id, webhook_id=webhook_id)
    )
    return WebhookOut.of(found)


@router.post("/{webhook_id}/resume")
def resume(project_id: str, webhook_id: str, home: HomeOf, actor: ActorOf) -> WebhookOut:
    """Send again: what waited, and what happens from now on."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    found = home.db.write(
        lambda tx: service.resume(tx, project_id=project_id, webhook_id=webhook_id)
    )
    return WebhookOut.of(found)


@router.post("/{webhook_id}/rotate")
def rotate(project_id: str, webhook_id: str, home: HomeOf, actor: ActorOf) -> WebhookMade:
    """Make a new secret; for a day both secrets sign."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    now = system_now()
    found = home.db.write(
        lambda tx: service.rotate(tx, project_id=project_id, webhook_id=webhook_id, now=now)
    )
    return WebhookMade(webhook=WebhookOut.of(found), secret=found.secret)


@router.post("/{webhook_id}/ping")
def ping(project_id: str, webhook_id: str, home: HomeOf, actor: ActorOf) -> QueuedOut:
    """Send a message that only tests the way."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    now = system_now()
    delivery_id = home.db.write(
        lambda tx: service.ping(tx, project_id=project_id, webhook_id=webhook_id, now=now)
    )
    return QueuedOut(delivery_id=delivery_id)


@router.post("/{webhook_id}/remove")
def remove(project_id: str, webhook_id: str, home: HomeOf, actor: ActorOf) -> Removed:
    """Take a webhook away."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    home.db.write(lambda tx: service.remove(tx, project_id=project_id, webhook_id=webhook_id))
    return Removed()


@router.get("/{webhook_id}/deliveries")
def deliveries(
    project_id: str,
    webhook_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
) -> DeliveriesOut:
    """Return a page of messages, newest first; `state=dead` are those given up."""
    require(actor, Permission.PROJECT_WRITE, project_id)

    def read(tx: Connection) -> DeliveriesOut:
        found = service.get(tx, project_id, webhook_id)
        since = None if before is None else int(before)
        page = store.deliveries(tx, found.id, state=state, before=since, limit=limit + 1)
        shown = page[:limit]
        tries = store.attempts(tx, [one.id for one in shown])
        return DeliveriesOut(
            deliveries=[
                DeliveryOut.of(one, orjson.loads(one.body), tries.get(one.id, [])) for one in shown
            ],
            next=str(shown[-1].seq) if len(page) > limit else None,
        )

    return home.db.read(read)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver")
def redeliver(
    project_id: str, webhook_id: str, delivery_id: str, home: HomeOf, actor: ActorOf
) -> QueuedOut:
    """Send a delivered or dead message once more, under its own id."""
    require(actor, Permission.PROJECT_WRITE, project_id)
    now = system_now()
    found = home.db.write(
        lambda tx: service.send_again(
            tx, project_id=project_id, webhook_id=webhook_id, delivery_id=delivery_id, now=now
        )
    )
    return QueuedOut(delivery_id=found.id)
