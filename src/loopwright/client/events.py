"""Server-sent events as dictionaries."""

import json
from collections.abc import Iterable, Iterator

from loopwright.client.transport import Json


def read_events(lines: Iterable[str]) -> Iterator[tuple[str, Json]]:
    """Return (id, event) of a stream's lines; comments are left out."""
    last_id, body = "", []
    for line in lines:
        if line.startswith("id:"):
            last_id = line[3:].strip()
        elif line.startswith("data:"):
            body.append(line[5:].strip())
        elif not line and body:
            yield last_id, json.loads("\n".join(body))
            body = []
