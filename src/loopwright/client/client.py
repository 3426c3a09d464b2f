"""The Python client: every use of the product, over HTTP.

    with Client("http://127.0.0.1:8321", api_key) as client:
        for assignment in client.reserve("support", count=3)["assignments"]:
            client.submit("support", assignment, {"choice": "left", "reason": None})

Answers are dictionaries in the shapes that the server's /docs page lists. Failures are
`ApiError`s with a code, a message and a remedy.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loopwright.client.cases import CaseCalls
from loopwright.client.errors import ApiError, Unavailable, json_of
from loopwright.client.events import read_events
from loopwright.client.feedback import FeedbackCalls
from loopwright.client.gold import GoldCalls
from loopwright.client.queue import QueueCalls
from loopwright.client.results import ResultCalls, at
from loopwright.client.threads import ThreadCalls
from loopwright.client.transport import Json, Transport
from loopwright.client.webhooks import WebhookCalls


class Client(
    ResultCalls, QueueCalls, CaseCalls, FeedbackCalls, WebhookCalls, ThreadCalls, GoldCalls
):
    """One server, one API key. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        attempts: int = 5,
    ) -> None:
        self._transport = Transport(base_url, api_key, timeout=timeout, attempts=attempts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def base_url(self) -> str:
        """Return the server's address."""
        return self._transport.base_url

    def is_up(self) -> bool:
        """Return whether the server answers and is healthy."""
        probe = Transport(self.base_url, None, timeout=5.0, attempts=1)
        try:
            probe.call("GET", "/api/health", repeatable=False)
        except ApiError:
            return False
        finally:
            probe.close()
        return True

    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""
        answer: Json = json_of(self._transport.call("GET", path, params=params, repeatable=True))
        return answer

    def text(self, path: str, **params: Any) -> str:
        """GET any path of the API that answers with plain text."""
        response = self._transport.call("GET", path, params=params, repeatable=True)
        return str(response.text)

    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API; say `repeatable` when sending it twice is harmless."""
        response = self._transport.call(
            "POST", path, json={} if body is None else body, repeatable=repeatable
        )
        answer: Json = json_of(response) if response.content else {}
        return answer

    def put(self, path: str, body: Any) -> Json:
        """PUT to any path of the API; sending it twice is harmless."""
        answer: Json = json_of(self._transport.call("PUT", path, json=body, repeatable=True))
        return answer

    def delete(self, path: str) -> Json:
        """DELETE any path of the API; sending it twice is harmless."""
        answer: Json = json_of(self._transport.call("DELETE", path, repeatable=True))
        return answer

    def download(self, path: str, target: Path, **params: Any) -> None:
        """Write what GET returns to a file."""
        self._transport.download(path, target, params=params)

    # Projects and people

    def me(self) -> Json:
        """Return who the key belongs to: person_id, name, kind, roles."""
        return self.get("/api/me")

    def projects(self) -> list[Json]:
        """Return the projects that the key may see, newest first."""
        return list(self.get("/api/projects")["projects"])

    def project(self, project: str) -> Json:
        """Return one project with all that its file says."""
        return self.get(at(project))

    def apply(self, yaml: str, *, source: str = "project.yaml") -> Json:
        """Create a project or bring it to what the file's text says."""
        body = {"yaml": yaml, "source": source}
        return self.post("/api/projects", body, repeatable=True)

    def project_yaml(self, project: str) -> str:
        """Return the project's file as it was applied."""
        return self._transport.call("GET", at(project, "yaml"), repeatable=True).text

    def people(self, project: str) -> list[Json]:
        """Return the people of a project."""
        return list(self.get(at(project, "people"))["people"])

    def add_person(
        self, project: str, name: str, *, role: str = "annotator", kind: str = "human"
    ) -> Json:
        """Add a person; return person_id and, this once, api_key and signin_link."""
        return self.post(at(project, "people"), {"name": name, "role": role, "kind": kind})

    def set_tags(self, project: str, person_id: str, tags: Sequence[str]) -> Json:
        """Say which skills and languages a person has; return the person."""
        return self.put(at(project, "people", person_id, "tags"), {"tags": list(tags)})

    def set_role(self, project: str, person_id: str, role: str) -> Json:
        """Give a person another role in the project; return the person."""
        return self.put(at(project, "people", person_id, "role"), {"role": role})

    def remove_person(self, project: str, person_id: str) -> Json:
        """Take a person's role in the project away; return who that was."""
        return self.delete(at(project, "people", person_id))

    def keys(self, project: str) -> list[Json]:
        """Return the API keys of the project's people, without their secrets."""
        return list(self.get(at(project, "keys"))["keys"])

    def revoke_key(self, project: str, key_id: str) -> Json:
        """Revoke an API key of somebody in the project; return what is left of it."""
        return self.delete(at(project, "keys", key_id))

    def guidelines(self, project: str) -> list[Json]:
        """Return the guideline versions, newest first."""
        return list(self.get(at(project, "guidelines"))["versions"])

    # Labeling

    def reserve(self, project: str, *, count: int = 1, held: Sequence[str] = ()) -> Json:
        """Lease up to `count` items besides those in `held`; return assignments, progress."""
        body = {"count": count, "held": list(held)}
        return self.post(at(project, "assignments"), body, repeatable=True)

    def submit(
        self,
        project: str,
        assignment: Json,
        answer: Json,
        *,
        active_ms: int | None = None,
        revisions: int | None = None,
        count: int = 0,
        held: Sequence[str] = (),
        client_id: str | None = None,
        note: str | None = None,
        signals: Json | None = None,
    ) -> Json:
        """Send an answer and lease up to `count` further items.

        It is sent again with the same client id after a cut connection, and counted once.
        Raises Conflict when it was not counted (a lost lease): keep the answer.
        """
        body = {
            "client_id": client_id or str(uuid.uuid4()),
            "assignment_id": assignment["id"],
            "token": assignment["token"],
            "answer": answer,
            "active_ms": active_ms,
            "revisions": revisions,
            "count": count,
            "held": list(held),
            "note": note,
            "signals": signals,
        }
        return self.post(at(project, "judgments"), body, repeatable=True)

    def skip(self, project: str, assignment: Json, reason: str = "cannot_judge") -> Json:
        """Give an item back: cannot_judge, not_my_language, upsetting or broken."""
        path = at(project, "assignments", assignment["id"], "skip")
        return self.post(path, {"token": assignment["token"], "reason": reason}, repeatable=True)

    def my_judgments(self, project: str, *, limit: int = 50, before: str | None = None) -> Json:
        """Return the key's own judgments, newest first, and `next`, the `before` of more."""
        return self.get(at(project, "my", "judgments"), limit=limit, before=before)

    def my_days(self, project: str) -> list[Json]:
        """Return what the key's own person did on each day (UTC), newest first."""
        return list(self.get(at(project, "my", "days"))["days"])

    def undo(self, project: str, judgment_id: str) -> Json:
        """Take a judgment back; return its item, offered anew, as `assignment`."""
        return self.post(at(project, "judgments", judgment_id, "undo"))

    # Intake

    def add_prompts(self, project: str, prompts: Sequence[Json]) -> list[Json]:
        """Store up to 1,000 prompts, masked; return id, split and mask_counts of each."""
        body = {"prompts": list(prompts)}
        return list(self.post(at(project, "prompts"), body, repeatable=True)["prompts"])

    def add_items(
        self,
        project: str,
        items: Sequence[Json],
        *,
        question: str | None = None,
        overlap: int | None = None,
        open: bool = True,  # noqa: A002 - the word of the API
    ) -> Json:
        """Store up to 1,000 items: {prompt | prompt_id, completions, image, purpose, key, ..}.

        Give each a key: the same key again is the same item, so a repeat adds nothing.
        """
        body = {"items": list(items), "question": question, "overlap": overlap, "open": open}
        keyed = all(item.get("key") for item in items)
        return self.post(at(project, "items"), body, repeatable=keyed)

    def add_image(self, project: str, file: Path) -> Json:
        """Store an image for items to show; return digest, media_type, width, height, bytes.

        Name it in an item as `image: {digest, alt, sensitive}`. The same image again is harmless.
        """
        response = self._transport.call(
            "POST",
            at(project, "images"),
            repeatable=True,
            files=[("file", (file.name, file.read_bytes()))],
        )
        answer: Json = json_of(response)
        return answer

    def add_demonstrations(self, project: str, rows: Sequence[Json]) -> Json:
        """Store prompts with the answer to learn from: {prompt, completion, policy?, key}."""
        items = [
            {
                "prompt": row["prompt"],
                "completions": [
                    {"text": row["completion"], "policy": row.get("policy", "demonstrations")}
                ],
                "purpose": "demonstration",
                "key": row.get("key"),
            }
            for row in rows
        ]
        return self.add_items(project, items, open=False)

    def add_contrasts(self, project: str, rows: Sequence[Json], *, set_name: str) -> Json:
        """Store pairs whose better answer is known: {prompt, right, wrong, key}."""
        items = [
            {
                "prompt": row["prompt"],
                "completions": [
                    {"text": row["right"], "policy": "contrast right"},
                    {"text": row["wrong"], "policy": "contrast wrong"},
                ],
                "purpose": "contrast",
                "set_name": set_name,
                "key": row.get("key"),
            }
            for row in rows
        ]
        return self.add_items(project, items, open=False)

    def import_file(
        self,
        project: str,
        file: Path,
        mapping: str,
        *,
        mapping_name: str = "mapping.yaml",
        joined: Path | Sequence[Path] | None = None,
        images: Sequence[Path] = (),
        skip_bad: bool = False,
    ) -> Json:
        """Import a whole file by a mapping (its text), or nothing of it; return the report.

        Errors in the mapping name `mapping_name` and the line; rows name `images` by file name.
        """
        parts = [joined] if isinstance(joined, Path) else list(joined or ())
        with ExitStack() as stack:
            files = [("file", (file.name, stack.enter_context(file.open("rb"))))]
            files += [
                ("joined", (part.name, stack.enter_context(part.open("rb")))) for part in parts
            ]
            files += [
                ("images", (part.name, stack.enter_context(part.open("rb")))) for part in images
            ]
            response = self._transport.call(
                "POST",
                at(project, "imports"),
                repeatable=False,
                files=files,
                data={
                    "mapping": mapping,
                    "mapping_name": mapping_name,
                    "skip_bad": "true" if skip_bad else "false",
                },
                timeout=None,
            )
        answer: Json = response.json()
        return answer

    def import_export(
        self,
        project: str,
        files: Sequence[Path],
        tool: str,
        *,
        source: str | None = None,
        question: str | None = None,
        fields: Mapping[str, str] | None = None,
        skip_bad: bool = False,
    ) -> Json:
        """Import an export of label-studio, argilla or huggingface; return the report.

        `fields` names what cannot be guessed: {"prompt": ..., "first": ..., "second": ...}.
        """
        given = {"tool": tool, "source": source, "question": question}
        data: Json = {name: value for name, value in given.items() if value is not None}
        data["skip_bad"] = "true" if skip_bad else "false"
        data["field"] = [f"{ours}={theirs}" for ours, theirs in (fields or {}).items()]
        with ExitStack() as stack:
            opened = [(part.name, stack.enter_context(part.open("rb"))) for part in files]
            response = self._transport.call(
                "POST",
                at(project, "imports", "tool"),
                repeatable=False,
                files=[("files", part) for part in opened],
                data=data,
                timeout=None,
            )
        answer: Json = response.json()
        return answer

    def imports(self, project: str) -> list[Json]:
        """Return the imports, newest first."""
        return list(self.get(at(project, "imports"))["imports"])

    # The live stream

    def events(self, project: str, *, after: int | None = None) -> Iterator[Json]:
        """Return the project's events as they happen, for ever; a cut stream is taken up again."""
        last = "" if after is None else str(after)
        while True:
            headers = {"Last-Event-ID": last} if last else {}
            try:
                with self._transport.stream(
                    at(project, "events"), headers=headers, timeout=60.0
                ) as response:
                    for last, event in read_events(response.iter_lines()):
                        yield {"seq": int(last), **event}
            except Unavailable:
                time.sleep(1.0)
