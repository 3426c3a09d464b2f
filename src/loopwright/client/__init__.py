"""The Python client of Loopwright: `from loopwright.client import Client`."""

from loopwright.client import answers
from loopwright.client.client import Client
from loopwright.client.errors import (
    ApiError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

__all__ = [
    "ApiError",
    "Client",
    "Conflict",
    "Forbidden",
    "InvalidInput",
    "NotFound",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "answers",
]
