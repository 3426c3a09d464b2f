"""Type names that every stage shares."""

from typing import Any

Json = dict[str, Any]
"""A parsed JSON object; only wire and storage code may look inside without a schema."""
