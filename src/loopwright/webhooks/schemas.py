"""Wire shapes of webhooks; a secret is in an answer only when it was just made."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from loopwright.base.types import STORABLE, Json
from loopwright.infra.outbound import leads_here
from loopwright.webhooks.model import Attempt, Delivery, DeliveryState, Webhook, WebhookState

_HERE = (
    "This address leads to the server's own machine: it is allowed for development alone, and not "
    "where others may add webhooks."
)
Url = Annotated[str, Field(min_length=1, max_length=2000)]
Kinds = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.([a-z_]{1,60}|\*)$")]],
    Field(max_length=50),
]
Description = Annotated[str, Field(max_length=200, pattern=STORABLE)]


class Body(BaseModel):
    """What is sent holds only what is known."""

    model_config = ConfigDict(extra="forbid")


class WebhookIn(Body):
    """Where to send what; no kinds means all."""

    url: Url
    kinds: Kinds = []
    description: Description = ""


class WebhookChange(Body):
    """What is to be different; what is left out stays."""

    url: Url | None = None
    kinds: Kinds | None = None
    description: Description | None = None


class WebhookOut(BaseModel):
    """One webhook, and how many of its messages are in which state.

    `warning` says what is wrong with its address, null where nothing is.
    """

    id: str
    url: str
    kinds: list[str]
    description: str
    state: WebhookState
    reason: str | None
    warning: str | None
    rotating_until: float | None
    created_at: float
    pending: int
    delivered: int
    dead: int

    @classmethod
    def of(cls, found: Webhook, counts: dict[str, int] | None = None) -> Self:
        """Return the wire form, without the secrets."""
        told = counts or {}
        return cls(
            id=found.id,
            url=found.url,
            kinds=found.kinds,
            description=found.description,
            state=found.state,
            reason=found.reason,
            warning=_HERE if leads_here(found.url) else None,
            rotating_until=found.previous_until,
            created_at=found.created_at,
            pending=told.get(DeliveryState.PENDING, 0),
            delivered=told.get(DeliveryState.DELIVERED, 0),
            dead=told.get(DeliveryState.DEAD, 0),
        )


class WebhookMade(BaseModel):
    """A webhook and its secret, this once."""

    webhook: WebhookOut
    secret: str


class Family(BaseModel):
    """A family of events that can be subscribed to."""

    kind: str
    text: str


class WebhooksOut(BaseModel):
    """The webhooks of a project, and what can be asked for."""

    webhooks: list[WebhookOut]
    families: list[Family]


class AttemptOut(BaseModel):
    """One try."""

    number: int
    at: float
    status: int | None
    error: str | None
    ms: float


class DeliveryOut(BaseModel):
    """One message and its tries, oldest first."""

    id: str
    message_id: str
    kind: str
    body: Json
    state: DeliveryState
    attempts: int
    next_at: float | None
    last_status: int | None
    last_error: str | None
    created_at: float
    settled_at: float | None
    tries: list[AttemptOut]

    @classmethod
    def of(cls, found: Delivery, body: Json, tries: list[Attempt]) -> Self:
        """Return the wire form."""
        own = {name: getattr(found, name) for name in cls.model_fields if hasattr(found, name)}
        shown = [AttemptOut.model_validate(one, from_attributes=True) for one in tries]
        return cls(**{**own, "body": body, "tries": shown})


class DeliveriesOut(BaseModel):
    """A page of messages, newest first; `next` goes into `before`."""

    deliveries: list[DeliveryOut]
    next: str | None


class QueuedOut(BaseModel):
    """The message that will be sent."""

    delivery_id: str


class Removed(BaseModel):
    """The webhook is gone."""

    removed: bool = True
