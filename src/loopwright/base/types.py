"""Type names that every stage shares."""

from typing import Any

STORABLE = r"^[^\x00]*$"
"""Pattern of text that every database can store: PostgreSQL knows no NUL character."""
LARGEST = 2**63 - 1
"""Of the whole numbers that every database can compare with."""

Json = dict[str, Any]
"""A parsed JSON object; only wire and storage code may look inside without a schema."""
