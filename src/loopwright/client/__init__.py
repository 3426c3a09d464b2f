"""The Python SDK: httpx and pydantic only."""
