"""Calls of discussion: threads on items and guideline sections."""

import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from loopwright.client.results import at
from loopwright.client.transport import Json


class ThreadCalls(ABC):
    """Read threads, write in them, end them, and take what they taught."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    @abstractmethod
    def download(self, path: str, target: Path, **params: Any) -> None:
        """Write what a path of the API answers with to a file."""

    def threads(
        self,
        project: str,
        *,
        state: str | None = None,
        subject: str | None = None,
        subject_id: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> Json:
        """Return `threads` that the caller may see, the latest activity first, and `next`.

        States: open, resolved, irresolvable. Subjects: item, criterion, checklist.
        """
        return self.get(
            at(project, "threads"),
            state=state,
            subject=subject,
            subject_id=subject_id,
            limit=limit,
            before=before,
        )

    def my_threads(self, project: str) -> Json:
        """Return the threads that wait for the caller, and how much is unread in them."""
        return self.get(at(project, "my", "threads"))

    def thread(self, project: str, thread_id: str) -> Json:
        """Return a thread: what was said, how the votes fell, how it ended."""
        return self.get(at(project, "threads", thread_id))

    def open_thread(
        self, project: str, kind: str, subject_id: str, text: str, *, client_id: str | None = None
    ) -> Json:
        """Open a thread on an item, a criterion or a checklist line; return it.

        Where one is open there, the message joins it.
        """
        subject = {"kind": kind, "id": subject_id}
        return self._send(at(project, "threads"), {"subject": subject, "text": text}, client_id)

    def say(self, project: str, thread_id: str, text: str, *, client_id: str | None = None) -> Json:
        """Post a message, Markdown; return the thread. `@annotator-2` and `@lead` call people."""
        return self._send(at(project, "threads", thread_id, "messages"), {"text": text}, client_id)

    def take_stance(
        self, project: str, thread_id: str, answer: Json, *, client_id: str | None = None
    ) -> Json:
        """Answer the item's question anew, in the order in which the thread shows it."""
        path = at(project, "threads", thread_id, "stance")
        return self._send(path, {"answer": answer}, client_id)

    def end_thread(
        self,
        project: str,
        thread_id: str,
        rationale: str,
        *,
        answer: Json | None = None,
        lesson: str | None = None,
        irresolvable: bool = False,
        replaces: str | None = None,
        client_id: str | None = None,
    ) -> Json:
        """End a thread with an answer (on an item) and why, or as irresolvable; return it."""
        body = {
            "outcome": "irresolvable" if irresolvable else "resolved",
            "answer": answer,
            "rationale": rationale,
            "lesson": lesson,
            "replaces": replaces,
        }
        return self._send(at(project, "threads", thread_id, "resolve"), body, client_id)

    def export_threads(self, project: str, target: Path, *, residency: str | None = None) -> None:
        """Write what ended threads taught to a file, one JSON object a line."""
        self.download(at(project, "threads", "export"), target, residency=residency)

    def _send(self, path: str, body: Json, client_id: str | None) -> Json:
        named = {**body, "client_id": client_id or str(uuid.uuid4())}
        return self.post(path, named, repeatable=True)
