"""Ports for servers of the tests, below those that the system gives to outgoing connections.

A port that the system names as free may be somebody's before the server binds it: another worker's,
or any connection's. Here every worker has a range of its own and takes each port once.
"""

import os
import random
import socket
from itertools import count

_FIRST, _EACH = 20_000, 3_000
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw3").removeprefix("gw")
_start = _FIRST + _EACH * (int(_worker) % 4)
_next = count(random.randrange(_EACH))


def free_port() -> int:
    """Return a loopback port that nothing uses and that no other test is given."""
    for _ in range(_EACH):
        port = _start + next(_next) % _EACH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {_start} to {_start + _EACH - 1}")
