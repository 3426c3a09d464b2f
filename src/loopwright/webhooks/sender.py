"""The thread that follows the outbox and sends: at least once, under the same id."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from loopwright.base.clock import system_now
from loopwright.infra import outbound
from loopwright.infra.home import Home
from loopwright.webhooks import rules, service, store
from loopwright.webhooks.model import Delivery, DeliveryState, Outcome, Webhook, WebhookState

SECONDS = 10.0
"""How long one receiver may take."""
AT_ONCE = 4
KEPT_SECONDS = 30 * 86400.0
"""How long delivered messages stay in the log."""
_FORGET_EVERY = 3600.0
_log = structlog.get_logger("webhooks")


@dataclass(frozen=True)
class Claim:
    """A message leased for one try, and where it goes."""

    webhook: Webhook
    delivery: Delivery


def claim(
    tx: Connection, *, now: float, busy: Sequence[str] = (), limit: int = AT_ONCE
) -> list[Claim]:
    """Lease messages that are due, one of each webhook; a dead server's lease runs out."""
    taken = []
    for found in store.due(tx, now=now, busy=busy, limit=limit, lock=True):
        leased = replace(found, attempts=found.attempts + 1)
        until = now + rules.LEASE_SECONDS
        store.lease(tx, found.id, attempts=leased.attempts, until=until)
        taken.append(Claim(store.webhook_of(tx, found.webhook_id), leased))
    return taken


def send(one: Claim, *, allow_loopback: bool, now: float, seconds: float = SECONDS) -> Outcome:
    """Try once to hand a message over; nothing is stored here."""
    body = one.delivery.body.encode()
    headers = rules.headers(one.webhook, message_id=one.delivery.message_id, body=body, now=now)
    started = time.perf_counter()
    status, error = None, None
    try:
        destination = outbound.parse(one.webhook.url, allow_loopback=allow_loopback)
        status = outbound.post(destination, body=body, headers=headers, seconds=seconds)
    except outbound.AddressRefused as refused:
        error = refused.message
    except outbound.CallFailed as failure:
        error = str(failure)
    return Outcome(status, error, (time.perf_counter() - started) * 1000)


def settle(
    tx: Connection, one: Claim, outcome: Outcome, *, now: float, jitter: float
) -> DeliveryState:
    """Store how a try went: delivered, again later, or dead."""
    state, next_at, error = DeliveryState.DELIVERED, None, None
    if not outcome.delivered:
        error = rules.failure(outcome)
        wait = rules.wait_after(one.delivery.attempts, jitter)
        gone = outcome.status == rules.GONE
        if wait is None or gone:
            state = DeliveryState.DEAD
        else:
            state, next_at = DeliveryState.PENDING, now + wait
    stored = store.settle(
        tx, one.delivery, outcome, state=state, next_at=next_at, error=error, now=now
    )
    if stored and outcome.status == rules.GONE:
        store.change(
            tx,
            one.webhook.id,
            state=WebhookState.PAUSED.value,
            reason="The receiver answered 410: it wants no more messages.",
        )
    return state


class WebhookSender:
    """Sends to several receivers at once, one message of each webhook at a time."""

    def __init__(self, home: Home, *, seconds: float = 0.5) -> None:
        self._home = home
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-sender", daemon=True)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._under_way: dict[str, Future[None]] = {}
        self._forget_at = 0.0

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the messages under way and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._round(system_now())
            except Exception as failure:  # the next round may find the database back
                _log.warning("webhooks_not_sent", error=str(failure))

    def _round(self, now: float) -> None:
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_EVERY
            before = now - KEPT_SECONDS
            self._home.db.write(lambda tx: store.forget(tx, before=before, limit=1000))
        if not self._home.db.read(lambda tx: service.anything_new(tx, now=now)):
            return
        self._home.db.write(lambda tx: service.follow(tx, now=now))
        while not self._stopped.is_set() and self._send_some():
            pass

    def _send_some(self) -> bool:
        """Start what can be started now; return whether anything was."""
        self._under_way = {k: f for k, f in self._under_way.items() if not f.done()}
        room = AT_ONCE - len(self._under_way)
        busy = list(self._under_way)
        if room < 1:
            return False
        now = system_now()
        claims = self._home.db.write(lambda tx: claim(tx, now=now, busy=busy, limit=room))
        for one in claims:
            self._under_way[one.webhook.id] = self._pool.submit(self._one, one)
        for future in list(self._under_way.values()):
            # A quick receiver gets its next message at once; a slow one does not hold up others.
            with_others = len(self._under_way) > 1
            _wait(future, 0.05 if with_others else 0.2)
        return bool(claims)

    def _one(self, one: Claim) -> None:
        allowed = self._home.settings.webhooks_allow_loopback
        try:
            outcome = send(one, allow_loopback=allowed, now=system_now())
            jitter = random.random()  # noqa: S311 - spreads retries, hides nothing
            self._home.db.write(
                lambda tx: settle(tx, one, outcome, now=system_now(), jitter=jitter)
            )
        except Exception as failure:  # its lease runs out, and it is sent again
            _log.warning("webhook_not_settled", id=one.delivery.id, error=str(failure))


def _wait(future: Future[None], seconds: float) -> None:
    try:
        future.result(timeout=seconds)
    except TimeoutError:
        return
