"""A real server on a loopback port, in a thread of the test process."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.base.clock import system_now
from loopwright.guidelines.apply import apply_project
from loopwright.infra.home import Home
from loopwright.projects.spec import parse_project

PROJECT_YAML = """\
id: support
name: Support answers
simulated: true
description: Which answer would a customer rather have?
questions:
  - id: preference
    kind: pairwise
    text: Which answer is better for the customer?
guideline:
  text: Prefer the answer that solves the problem in plain words.
  criteria:
    - id: helpful
      name: Helpful
      description: It solves the problem.
segments:
  - {id: billing, name: Billing, weight: 2}
  - {id: shipping, name: Shipping, weight: 1}
overlap: 3
lease_seconds: 600
"""

_PAUSE = 0.01


@dataclass(frozen=True)
class RunningServer:
    """Where the server listens, and the home that it serves."""

    url: str
    home: Home

    def add_person(
        self, name: str, *, role: Role, project_id: str = "support"
    ) -> tuple[str, httpx.Client]:
        """Add a person; return their id and a client with their key."""
        added = self.home.db.write(
            lambda tx: accounts.add_person(
                tx,
                project_id=project_id,
                name=name,
                role=role,
                kind=PersonKind.HUMAN,
                now=system_now(),
            )
        )
        return added.person_id, self.client(added.api_key)

    def owner(self) -> httpx.Client:
        """Return a client that acts as the installation's owner."""
        key = self.home.db.write(
            lambda tx: accounts.add_key(
                tx, person_id=accounts.ensure_owner(tx, now=system_now()), now=system_now()
            )
        )
        return self.client(key)

    def client(self, key: str | None = None) -> httpx.Client:
        """Return a client with an API key, or with none."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60.0)


def add_project(home: Home, yaml: str = PROJECT_YAML) -> str:
    """Store a project as `loopwright apply` would; return its id."""
    spec = parse_project(yaml)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=yaml, now=system_now()))
    return spec.id


class _QuickServer(uvicorn.Server):
    """Stops when it is asked to: a tenth of a second here and there is minutes in all tests."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            await asyncio.sleep(_PAUSE)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(_PAUSE)
        await self.lifespan.shutdown()


@contextmanager
def running_server(home: Home, *, background: bool = False) -> Iterator[RunningServer]:
    """Serve a home until the block ends."""
    from loopwright.web.app import create_app  # only here: pure tests need not load the server

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(home, background=background), log_level="warning", access_log=False
        )
        server = _QuickServer(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield RunningServer(url=f"http://127.0.0.1:{port}", home=home)
        finally:
            server.should_exit = True
            thread.join()
