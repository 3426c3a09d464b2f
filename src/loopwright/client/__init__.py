"""The Python SDK: httpx and pydantic only."""

from loopwright.client.client import Client
from loopwright.client.errors import ApiError

__all__ = ["ApiError", "Client"]
