"""The client of a Loopwright server."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loopwright.client.transport import Transport

Json = dict[str, Any]


class Client(Transport):
    """Everything that a program does with a project; errors are ApiError.

    Methods return the server's JSON. Sending a judgment is repeated with the same id after a cut
    connection, so that it is neither lost nor counted twice.
    """

    def apply(self, yaml: str, *, source: str = "project.yaml") -> Json:
        """Create or update a project from the text of its file."""
        return dict(self.post("/api/projects", {"yaml": yaml, "source": source}))

    def projects(self) -> list[Json]:
        """Return the projects that the key's owner may see."""
        return list(self.get("/api/projects")["projects"])

    def project(self, project: str) -> Json:
        """Return a project with everything that its file says."""
        return dict(self.get(f"/api/projects/{project}"))

    def add_person(self, project: str, name: str, *, role: str, kind: str = "human") -> Json:
        """Add a person; the answer holds their API key, this once."""
        body = {"name": name, "role": role, "kind": kind}
        return dict(self.post(f"/api/projects/{project}/people", body))

    def add_prompts(self, project: str, prompts: Sequence[Json]) -> list[Json]:
        """Add prompts, at most 1,000; returns their ids and splits in the order sent."""
        body = {"prompts": list(prompts)}
        return list(self.post(f"/api/projects/{project}/prompts", body)["prompts"])

    def add_items(self, project: str, items: Sequence[Json], **options: Any) -> Json:
        """Add pairs to judge, demonstrations or contrasts, at most 1,000."""
        body = {"items": list(items), **options}
        return dict(self.post(f"/api/projects/{project}/items", body))

    def import_file(
        self,
        project: str,
        file: Path,
        mapping: str,
        *,
        joined: Path | None = None,
        skip_bad: bool = False,
    ) -> Json:
        """Import a whole file, or nothing of it; the same file again adds nothing."""
        files = [("file", file), *([("joined", joined)] if joined else [])]
        fields = {"mapping": mapping, "skip_bad": str(skip_bad).lower()}
        return dict(self.upload(f"/api/projects/{project}/imports", fields=fields, files=files))

    def reserve(self, project: str, *, count: int = 2, held: Sequence[str] = ()) -> Json:
        """Return up to `count` leased assignments beside those already held, and progress."""
        body = {"count": count, "held": list(held)}
        return dict(self.post(f"/api/projects/{project}/assignments", body))

    def submit(
        self,
        project: str,
        assignment: Json,
        answer: Json,
        *,
        active_ms: int | None = None,
        count: int = 0,
        held: Sequence[str] = (),
    ) -> Json:
        """Send a judgment and return the next leased assignments."""
        body = {
            "client_id": str(uuid.uuid4()),
            "assignment_id": assignment["id"],
            "token": assignment["token"],
            "answer": answer,
            "active_ms": active_ms,
            "count": count,
            "held": list(held),
        }
        return dict(self.post(f"/api/projects/{project}/judgments", body, repeat=True))

    def skip(self, project: str, assignment: Json, *, reason: str) -> Json:
        """Give an assignment back with the reason."""
        path = f"/api/projects/{project}/assignments/{assignment['id']}/skip"
        return dict(self.post(path, {"token": assignment["token"], "reason": reason}))

    def undo(self, project: str, judgment_id: str) -> Json:
        """Take an own judgment back while its item is open."""
        return dict(self.post(f"/api/projects/{project}/judgments/{judgment_id}/undo"))

    def start_cycle(self, project: str) -> str:
        """Start a turn of the loop; return its id."""
        return str(self.post(f"/api/projects/{project}/cycles")["cycle_id"])

    def cycle(self, project: str, cycle_id: str) -> Json:
        """Return a cycle with its steps and result."""
        return dict(self.get(f"/api/projects/{project}/cycles/{cycle_id}"))

    def loop(self, project: str) -> Json:
        """Return the Loop page's figures."""
        return dict(self.get(f"/api/projects/{project}/loop"))

    def evaluation(self, project: str, evaluation_id: str) -> Json:
        """Return a comparison with its answers side by side."""
        return dict(self.get(f"/api/projects/{project}/evaluations/{evaluation_id}"))
