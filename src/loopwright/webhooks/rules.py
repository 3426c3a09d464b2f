"""Pure decisions of webhooks: signatures, what a body tells, when to try again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from loopwright.base.types import Json
from loopwright.webhooks.model import FAMILIES, PING, Outcome, Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix
OVERLAP_SECONDS = 24 * 3600.0
"""How long the secret before still signs after a rotation."""
LEASE_SECONDS = 60.0
"""A message that was being sent when its server died is sent again after this time."""
WAITS = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0)
"""Seconds after each failed try; about sixteen hours altogether, then the message is dead."""
GONE = 410
_LONGEST_TEXT = 200
_MOST_FACTS = 40


def new_secret(random: bytes) -> str:
    """Return a secret as the receiver keeps it: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, `v1,` and base64 of HMAC-SHA256 (standardwebhooks.com)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(webhook: Webhook, *, message_id: str, body: bytes, now: float) -> dict[str, str]:
    """Return the headers of one try; for a day after a rotation both secrets sign."""
    timestamp = int(now)
    secrets = [webhook.secret]
    if webhook.previous_secret is not None and now < (webhook.previous_until or 0.0):
        secrets.append(webhook.previous_secret)
    signatures = [
        sign(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in secrets
    ]
    return {
        "content-type": "application/json",
        "user-agent": "Loopwright-Webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def message(*, kind: str, project_id: str, subject_id: str | None, at: float, facts: Json) -> Json:
    """Return a message's body: ids and small facts, never what people wrote."""
    return {
        "type": kind,
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"),
        "data": {"project_id": project_id, "subject_id": subject_id, **_small(facts)},
    }


def wanted(kinds: Sequence[str], kind: str) -> bool:
    """Return whether a webhook asked for events of this kind; no kinds means all."""
    family = kind.split(".", 1)[0]
    return not kinds or kind in kinds or f"{family}.*" in kinds


def kinds_problem(kinds: Sequence[str]) -> str | None:
    """Return why these are not kinds of events, or None when they are."""
    for kind in kinds:
        family, dot, rest = kind.partition(".")
        if family not in FAMILIES or not dot or not rest:
            known = ", ".join(f"{name}.*" for name in FAMILIES)
            return f"{kind!r} is no kind of event; the families are {known}"
    return None


def wait_after(attempts: int, jitter: float) -> float | None:
    """Return the seconds until the next try after `attempts` tries; None: no more.

    `jitter` in [0, 1) spreads it over 80 to 120 %.
    """
    if attempts > len(WAITS):
        return None
    return WAITS[attempts - 1] * (0.8 + 0.4 * jitter)


def failure(outcome: Outcome) -> str:
    """Say in a sentence why a try failed."""
    if outcome.error is not None:
        return outcome.error
    status = outcome.status or 0
    if 300 <= status < 400:
        return f"The receiver answered {status}; redirects are not followed."
    return f"The receiver answered {status}."


def is_ping(kind: str) -> bool:
    """Return whether a message only tests the way."""
    return kind == PING


def _small(facts: Json) -> Json:
    found: Json = {}
    for name, value in list(facts.items())[:_MOST_FACTS]:
        if name in ("project_id", "subject_id"):
            continue
        if isinstance(value, dict):
            numbers = {k: v for k, v in value.items() if isinstance(v, int | float)}
            found[name] = dict(list(numbers.items())[:_MOST_FACTS])
        elif isinstance(value, str):
            found[name] = value[:_LONGEST_TEXT]
        elif value is None or isinstance(value, int | float):
            found[name] = value
    return found
