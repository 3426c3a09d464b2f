"""Webhooks: manage them, and verify what they send.

    event = verify(request.body, request.headers, secret)   # raises SignatureRefused

A message may come more than once under the same `webhook-id`; keep the ids you have handled.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json

TOLERANCE_SECONDS = 300.0
_PREFIX = "whsec_"


class SignatureRefused(Exception):
    """The message is not from who holds the secret, or is too old to be a first delivery."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Json:
    """Return the message in a request's raw body, with its `id`. Raises SignatureRefused.

    `secret` may be several while one is rotated. `tolerance` is the replay window in seconds:
    how far the message's time may be from ours, either way.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, stamp = given["webhook-id"], given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
        sent = int(stamp)
    except (KeyError, ValueError) as failure:
        raise SignatureRefused("The webhook headers are missing or malformed.") from failure
    if abs((time.time() if now is None else now) - sent) > tolerance:
        raise SignatureRefused("The message's time is outside of the replay window.")
    known = [part.removeprefix("v1,") for part in signatures if part.startswith("v1,")]
    secrets = [secret] if isinstance(secret, str) else list(secret)
    content = f"{message_id}.{stamp}.".encode() + body
    expected = [_signature(one, content) for one in secrets]
    # Every pair is compared, so that the time does not tell which one was near.
    if sum(_same(mine, theirs) for mine in expected for theirs in known) == 0:
        raise SignatureRefused("No signature fits the secret.")
    try:
        message = json.loads(body)
    except ValueError as failure:
        raise SignatureRefused("The body is not JSON.") from failure
    return {"id": message_id, **message}


def _same(mine: str, theirs: str) -> bool:
    return hmac.compare_digest(mine.encode(), theirs.encode("utf-8", "replace"))


def _signature(secret: str, content: bytes) -> str:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except binascii.Error as failure:
        raise ValueError("The secret is not one of ours: whsec_ and base64.") from failure
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


class WebhookCalls(ABC):
    """The client's calls about webhooks."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    def webhooks(self, project: str) -> list[Json]:
        """Return the webhooks, oldest first."""
        return list(self.get(at(project, "webhooks"))["webhooks"])

    def add_webhook(
        self, project: str, url: str, *, kinds: Sequence[str] = (), description: str = ""
    ) -> Json:
        """Subscribe an address; return `webhook` and, this once, `secret`."""
        body = {"url": url, "kinds": list(kinds), "description": description}
        return self.post(at(project, "webhooks"), body)

    def change_webhook(self, project: str, webhook_id: str, **changes: Any) -> Json:
        """Change url, kinds or description."""
        return self.post(at(project, "webhooks", webhook_id), changes, repeatable=True)

    def pause_webhook(self, project: str, webhook_id: str) -> Json:
        """Stop sending."""
        return self.post(at(project, "webhooks", webhook_id, "pause"), repeatable=True)

    def resume_webhook(self, project: str, webhook_id: str) -> Json:
        """Send again."""
        return self.post(at(project, "webhooks", webhook_id, "resume"), repeatable=True)

    def rotate_webhook(self, project: str, webhook_id: str) -> Json:
        """Make a new secret; return it, this once. For a day both secrets sign."""
        return self.post(at(project, "webhooks", webhook_id, "rotate"))

    def ping_webhook(self, project: str, webhook_id: str) -> str:
        """Send a message that only tests the way; return its delivery's id."""
        return str(self.post(at(project, "webhooks", webhook_id, "ping"))["delivery_id"])

    def remove_webhook(self, project: str, webhook_id: str) -> None:
        """Take a webhook away."""
        self.post(at(project, "webhooks", webhook_id, "remove"))

    def webhook_deliveries(self, project: str, webhook_id: str, **filters: Any) -> Json:
        """Return a page of `deliveries`, newest first, and `next`, which goes into `before`.

        Filters: state (pending, delivered, dead), limit, before.
        """
        return self.get(at(project, "webhooks", webhook_id, "deliveries"), **filters)

    def redeliver(self, project: str, webhook_id: str, delivery_id: str) -> Json:
        """Send a delivered or dead message once more, under its own id."""
        path = at(project, "webhooks", webhook_id, "deliveries", delivery_id, "redeliver")
        return self.post(path)
