"""Who is told about what, and how each message fared."""

from dataclasses import dataclass
from enum import StrEnum

FAMILIES = {
    "coaching": "A plan was made, or a lead looked at how somebody judges.",
    "cycle": "A round of the loop started, took a step, or ended.",
    "dataset": "A dataset version was frozen or exported.",
    "evaluation": "An evaluation was opened or measured.",
    "feedback": "Feedback arrived from outside.",
    "guideline": "A guideline version was published.",
    "import": "A file was imported.",
    "item": "An item has all judgments that it wanted, or was set aside.",
    "items": "Items were opened for judging, or a lead changed their place or overlap.",
    "judgment": "A judgment was taken back, or judgments were exported.",
    "key": "An API key of the project's people was revoked.",
    "leases": "Offers ran out and went back to the queue.",
    "person": "Somebody's role changed, or somebody was removed.",
    "policy": "A policy version was registered.",
    "project": "The project was made or changed.",
    "gold": "A gold item was added or retired; which one is never said.",
    "quality": "Consensus was updated.",
    "queue": "The queue was paused or goes on.",
    "release": "A release moved to another stage, was held or rolled back.",
    "reward_model": "A reward-model version was registered.",
    "run": "A training run started or ended.",
    "session": "A calibration session was opened, revealed or closed.",
    "thread": "A discussion was opened or ended, or those that ended were exported.",
    "traffic": "Requests were captured by the gateway.",
}
"""First part of an event's kind -> what it tells. A webhook names kinds, or `family.*`."""

PING = "webhook.ping"


class WebhookState(StrEnum):
    """Whether messages are sent."""

    ACTIVE = "active"
    """New events are sent."""
    PAUSED = "paused"
    """Nothing is sent, and what happens meanwhile is not kept for it."""
    REMOVED = "removed"
    """Taken away; its log stays."""


class DeliveryState(StrEnum):
    """How one message fared."""

    PENDING = "pending"
    """Waits to be sent, for the first time or again."""
    DELIVERED = "delivered"
    """The receiver answered with 2xx."""
    DEAD = "dead"
    """Given up, with the reason; it can be sent again by hand."""


@dataclass(frozen=True)
class Webhook:
    """One subscription; `previous_secret` still signs until `previous_until`."""

    id: str
    project_id: str
    url: str
    kinds: list[str]
    description: str
    state: WebhookState
    reason: str | None
    secret: str
    previous_secret: str | None
    previous_until: float | None
    start_seq: int
    cursor_seq: int
    created_by: str
    created_at: float


@dataclass(frozen=True)
class Delivery:
    """One message to one webhook; `message_id` is the same however often it is sent."""

    seq: int
    id: str
    webhook_id: str
    project_id: str
    message_id: str
    event_seq: int | None
    kind: str
    body: str
    state: DeliveryState
    attempts: int
    next_at: float | None
    last_status: int | None
    last_error: str | None
    created_at: float
    settled_at: float | None


@dataclass(frozen=True)
class Attempt:
    """One try to send a message."""

    delivery_id: str
    number: int
    at: float
    status: int | None
    error: str | None
    ms: float


@dataclass(frozen=True)
class Outcome:
    """What one try brought: a status, or why there was none."""

    status: int | None
    error: str | None
    ms: float

    @property
    def delivered(self) -> bool:
        """Return whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300
