"""What the gateway knows about one request, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from loopwright.base.types import Json


class Outcome(StrEnum):
    """How a request ended, seen from the application."""

    ANSWERED = "answered"
    """By the version it was assigned to."""
    FALLBACK = "fallback"
    """The assigned candidate failed before its first byte; the stable version answered."""
    EMPTY = "empty"
    """Answered with neither text nor a tool call."""
    FAILED = "failed"
    """Nobody answered."""
    BROKEN = "broken"
    """The stream broke off after its first byte."""
    CLIENT_FAULT = "client_fault"
    """The back end refused the request itself; no version is to blame."""
    CLIENT_GONE = "client_gone"
    """The application hung up first; no version is to blame."""


class FailureKind(StrEnum):
    """Why a version did not answer."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    STATUS = "status"
    BROKEN = "broken"
    EMPTY = "empty"
    BUSY = "busy"


@dataclass(frozen=True)
class Ask:
    """One valid chat request."""

    project_id: str
    messages: list[Json]
    stream: bool
    body: Json


@dataclass(frozen=True)
class Reply:
    """A whole answer of a back end: its bytes for the application, its text for the capture."""

    content: bytes
    content_type: str
    text: str
    empty: bool


@dataclass
class Exchange:
    """One request under way; handed to the capture when it has ended."""

    request_id: str
    project_id: str
    subject: str | None
    assigned: str
    arm: str
    analysed: bool
    release_id: str | None
    snapshot_version: int
    at: float
    messages: list[Json]
    stream: bool = False
    shadow_of: str | None = None
    """The request that this one shadows; None for one that an application made."""
    served: str | None = None
    outcome: Outcome = Outcome.FAILED
    failure: FailureKind | None = None
    """Why the assigned version failed, also when another one answered in its place."""
    error: str | None = None
    latency_ms: float | None = None
    first_ms: float | None = None
    text: str = ""

    def as_json(self) -> Json:
        """Return the captured form; messages and text are not masked yet."""
        return {
            "kind": "request",
            "id": self.request_id,
            "project_id": self.project_id,
            "subject_hash": self.subject,
            "assigned": self.assigned,
            "served": self.served,
            "arm": self.arm,
            "analysed": self.analysed,
            "release_id": self.release_id,
            "snapshot_version": self.snapshot_version,
            "shadow_of": self.shadow_of,
            "stream": self.stream,
            "outcome": self.outcome.value,
            "failure": None if self.failure is None else self.failure.value,
            "error": self.error,
            "latency_ms": self.latency_ms,
            "first_ms": self.first_ms,
            "at": self.at,
        }


class BackendError(Exception):
    """A version did not answer; `kind` says how."""

    def __init__(self, kind: FailureKind, detail: str, *, status: int = 502) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status


class ClientFaultError(Exception):
    """The back end says that the request itself is wrong; passed on as it is."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.content = content


class BadRequestError(Exception):
    """The request is wrong; `param` names the field."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
