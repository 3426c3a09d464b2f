"""Who may call which route, written down once more: the tests hold the product to this table.

A route that is missing here fails the tests, so nobody adds one without deciding who may use it.
"""

from dataclasses import dataclass, field
from typing import Any

from loopwright.accounts.model import Role

EVERYBODY = frozenset(Role) - {Role.APPLICATION}
"""An application sends feedback and reads nothing."""
RESULTS = EVERYBODY - {Role.ANNOTATOR}
RECORDS = RESULTS - {Role.SPECIALIST}
"""Item by item: a specialist judges, and stays blind."""
JUDGES = frozenset({Role.OWNER, Role.LEAD, Role.SPECIALIST, Role.ANNOTATOR})
DECIDERS = JUDGES - {Role.ANNOTATOR}
"""Annotators with the tag `senior` decide cases too; that has a test of its own."""
BUILDERS = frozenset({Role.OWNER, Role.LEAD, Role.ENGINEER})
LEADS = frozenset({Role.OWNER, Role.LEAD})
SENDERS = BUILDERS | {Role.APPLICATION}
RELEASERS = frozenset({Role.OWNER, Role.ENGINEER})

OPEN = {
    ("GET", "/api/health"),
    ("GET", "/metrics"),
    ("POST", "/api/signin"),
}
"""Routes without a sign-in: liveness, counters without content, and signing in itself."""

SIGNED_IN = {
    ("DELETE", "/api/me/keys/{key_id}"),
    ("GET", "/api/me"),
    ("GET", "/api/me/keys"),
    ("GET", "/api/projects"),
    ("POST", "/api/me/keys"),
    ("POST", "/api/signin-links"),
    ("POST", "/api/signout"),
    ("POST", "/api/signout-everywhere"),
}
"""Routes for whoever is signed in; they answer only about the asker."""


@dataclass(frozen=True)
class Rule:
    """Which roles may, and a request that is well-formed so that only the role decides."""

    roles: frozenset[Role]
    request: dict[str, Any] = field(default_factory=dict)


def _project_yaml() -> str:
    from support.server import PROJECT_YAML

    return PROJECT_YAML


_P = "/api/projects/{project_id}"
_JUDGMENT = {"client_id": "c", "assignment_id": "asg_none", "token": 1, "answer": {}}
_PROMPT = {"messages": [{"role": "user", "content": "Hello"}], "source": "matrix"}
_ITEM = {"prompt": _PROMPT, "completions": [{"text": "a"}, {"text": "b"}]}
_FEEDBACK = {"client_id": "c", "kind": "thumb", "value": "up", "prompt": "Hi", "completion": "Ho"}
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
_IMPORT: dict[str, Any] = {
    "files": {"file": ("votes.jsonl", b"{}\n")},
    "data": {"mapping": "kind: prompts\nsource: matrix\nfields: {prompt: text}\n"},
}

MATRIX: dict[tuple[str, str], Rule] = {
    ("POST", "/api/projects"): Rule(BUILDERS, {"json": {"yaml": _project_yaml()}}),
    ("GET", _P): Rule(EVERYBODY),
    ("GET", f"{_P}/yaml"): Rule(RESULTS),
    ("GET", f"{_P}/events"): Rule(EVERYBODY),
    ("GET", f"{_P}/guidelines"): Rule(EVERYBODY),
    ("GET", f"{_P}/guidelines/{{number}}"): Rule(EVERYBODY),
    ("GET", f"{_P}/people"): Rule(LEADS),
    ("POST", f"{_P}/people"): Rule(LEADS, {"json": {"name": "New", "role": "annotator"}}),
    ("PUT", f"{_P}/people/{{person_id}}/role"): Rule(LEADS, {"json": {"role": "viewer"}}),
    ("DELETE", f"{_P}/people/{{person_id}}"): Rule(LEADS),
    ("GET", f"{_P}/keys"): Rule(LEADS),
    ("DELETE", f"{_P}/keys/{{key_id}}"): Rule(LEADS),
    ("PUT", f"{_P}/people/{{person_id}}/tags"): Rule(LEADS, {"json": {"tags": ["de"]}}),
    ("POST", f"{_P}/assignments"): Rule(JUDGES, {"json": {"count": 1}}),
    ("POST", f"{_P}/assignments/release"): Rule(JUDGES, {"json": {"assignments": ["asg_none"]}}),
    ("POST", f"{_P}/judgments"): Rule(JUDGES, {"json": _JUDGMENT}),
    ("POST", f"{_P}/assignments/{{assignment_id}}/skip"): Rule(
        JUDGES, {"json": {"token": 1, "reason": "broken"}}
    ),
    ("POST", f"{_P}/judgments/{{judgment_id}}/undo"): Rule(JUDGES),
    ("GET", f"{_P}/my/judgments"): Rule(JUDGES),
    ("GET", f"{_P}/my/days"): Rule(JUDGES),
    ("POST", f"{_P}/queue/pause"): Rule(BUILDERS, {"json": {"reason": "New guideline"}}),
    ("POST", f"{_P}/queue/resume"): Rule(BUILDERS),
    ("POST", f"{_P}/queue/move"): Rule(BUILDERS, {"json": {"band": "core", "items": ["itm"]}}),
    ("POST", f"{_P}/queue/overlap"): Rule(BUILDERS, {"json": {"overlap": 2, "items": ["itm"]}}),
    ("POST", f"{_P}/queue/reopen"): Rule(BUILDERS, {"json": {"items": ["itm"]}}),
    ("POST", f"{_P}/items"): Rule(BUILDERS, {"json": {"items": [_ITEM]}}),
    ("POST", f"{_P}/images"): Rule(BUILDERS, {"files": {"file": ("dot.png", _PIXEL)}}),
    ("GET", f"{_P}/images/{{digest}}"): Rule(EVERYBODY),
    ("POST", f"{_P}/prompts"): Rule(BUILDERS, {"json": {"prompts": [_PROMPT]}}),
    ("POST", f"{_P}/imports"): Rule(BUILDERS, _IMPORT),
    ("GET", f"{_P}/imports/examples"): Rule(BUILDERS),
    ("POST", f"{_P}/imports/tool"): Rule(
        BUILDERS,
        {"files": {"files": ("x.jsonl", b'{"prompt": "Hi"}\n')}, "data": {"tool": "huggingface"}},
    ),
    ("POST", f"{_P}/feedback"): Rule(SENDERS, {"json": _FEEDBACK}),
    ("POST", f"{_P}/feedback/batch"): Rule(SENDERS, {"json": {"feedback": [_FEEDBACK]}}),
    ("GET", f"{_P}/webhooks"): Rule(BUILDERS),
    ("POST", f"{_P}/webhooks"): Rule(BUILDERS, {"json": {"url": "https://example.com/hook"}}),
    ("POST", f"{_P}/webhooks/{{webhook_id}}"): Rule(BUILDERS, {"json": {"kinds": []}}),
    ("POST", f"{_P}/datasets"): Rule(BUILDERS, {"json": {}}),
    ("POST", f"{_P}/releases/{{release_id}}/rollback"): Rule(RELEASERS, {"json": {}}),
    ("POST", f"{_P}/cycles"): Rule(BUILDERS, {"json": {}}),
    ("POST", f"{_P}/cycles/{{cycle_id}}/resume"): Rule(BUILDERS),
    ("POST", f"{_P}/cycles/{{cycle_id}}/cancel"): Rule(BUILDERS),
}
MATRIX |= {
    ("POST", f"{_P}/webhooks/{{webhook_id}}/{path}"): Rule(BUILDERS)
    for path in (
        "deliveries/{delivery_id}/redeliver",
        "pause",
        "ping",
        "remove",
        "resume",
        "rotate",
    )
}
_THREAD = {"subject": {"kind": "criterion", "id": "helpful"}, "text": "Hi", "client_id": "c"}
_SAID = {"json": {"client_id": "c", "text": "Hi"}}
_ENDED = {"client_id": "c", "outcome": "resolved", "rationale": "So"}
MATRIX |= {
    ("GET", f"{_P}/my/threads"): Rule(EVERYBODY),
    ("GET", f"{_P}/threads"): Rule(EVERYBODY),
    ("GET", f"{_P}/threads/export"): Rule(RESULTS),
    ("GET", f"{_P}/threads/stream"): Rule(EVERYBODY, {"params": {"thread": "thr_none"}}),
    ("GET", f"{_P}/threads/{{thread_id}}"): Rule(EVERYBODY),
    ("POST", f"{_P}/threads"): Rule(JUDGES, {"json": _THREAD}),
    ("POST", f"{_P}/threads/{{thread_id}}/messages"): Rule(JUDGES, _SAID),
    ("POST", f"{_P}/threads/{{thread_id}}/messages/{{message_id}}/edit"): Rule(JUDGES, _SAID),
    ("DELETE", f"{_P}/threads/{{thread_id}}/messages/{{message_id}}"): Rule(JUDGES),
    ("POST", f"{_P}/threads/{{thread_id}}/stance"): Rule(
        JUDGES, {"json": {"client_id": "c", "answer": {}}}
    ),
    ("POST", f"{_P}/threads/{{thread_id}}/resolve"): Rule(DECIDERS, {"json": _ENDED}),
    ("POST", f"{_P}/threads/{{thread_id}}/presence"): Rule(EVERYBODY, {"json": {"read": 0}}),
}
_CASE = f"{_P}/cases/{{case_id}}"
_STUDY = f"{_P}/case-studies/{{study_id}}"
_DECIDE = {"answer": None, "rationale": "Both readings are fair."}
MATRIX |= {
    ("GET", f"{_P}/cases"): Rule(RESULTS),
    ("GET", f"{_P}/cases/figures"): Rule(RESULTS),
    ("GET", _CASE): Rule(RESULTS),
    ("POST", f"{_P}/cases/claim"): Rule(DECIDERS, {"json": {}}),
    ("POST", f"{_CASE}/release"): Rule(DECIDERS),
    ("POST", f"{_CASE}/blind"): Rule(DECIDERS, {"json": {"answer": {}}}),
    ("POST", f"{_CASE}/ask"): Rule(DECIDERS, {"json": {"question": "Why?"}}),
    ("POST", f"{_CASE}/pass-on"): Rule(DECIDERS, {"json": {"note": "Beyond me"}}),
    ("POST", f"{_CASE}/decide"): Rule(DECIDERS, {"json": _DECIDE}),
    ("POST", f"{_CASE}/reopen"): Rule(DECIDERS),
    ("POST", f"{_CASE}/study"): Rule(DECIDERS, {"json": {"title": "T", "why": "W"}}),
    ("POST", f"{_P}/items/{{item_id}}/escalate"): Rule(JUDGES, {"json": {"question": "Why?"}}),
    ("GET", f"{_P}/my/cases"): Rule(JUDGES),
    ("POST", f"{_P}/my/cases/questions/{{asked_id}}"): Rule(JUDGES, {"json": {"text": "So"}}),
    ("GET", f"{_P}/case-studies"): Rule(EVERYBODY),
    ("GET", _STUDY): Rule(EVERYBODY),
    ("POST", f"{_STUDY}/read"): Rule(JUDGES, {"json": {}}),
    ("POST", f"{_STUDY}/retire"): Rule(DECIDERS),
}
_QUESTION = {"params": {"question": "preference"}}
MATRIX |= {
    ("GET", f"{_P}/judgments/export{path}"): Rule(RECORDS, _QUESTION) for path in ("", "/mapping")
}
MATRIX |= {("GET", f"{_P}/webhooks/{{webhook_id}}/deliveries"): Rule(BUILDERS)}
MATRIX |= {
    ("GET", f"{_P}/{path}"): Rule(RESULTS)
    for path in (
        "agreement",
        "agreement/pairs",
        "consensus",
        "cycles",
        "cycles/{cycle_id}",
        "datasets",
        "disagreement",
        "datasets/{digest}",
        "datasets/{digest}/export",
        "early-exit",
        "evaluations",
        "imports",
        "items",
        "items/{item_id}",
        "items/{item_id}/votes",
        "loop",
        "policies",
        "prompts",
        "queue",
        "queue/stuck",
        "quality",
        "releases",
        "releases/{release_id}",
        "releases/{release_id}/traffic",
        "reward-models",
        "runs",
        "runs/{run_id}",
    )
}
MATRIX |= {
    ("GET", f"{_P}/{path}"): Rule(RECORDS)
    for path in (
        "datasets/{digest}",
        "datasets/{digest}/export",
        "evaluations/{evaluation_id}",
        "feedback",
        "feedback/counts",
        "imports/{import_id}/rejects",
        "items/{item_id}/policies",
        "lineage/{ref}",
        "traffic",
    )
}
# Whoever judges must not learn which items are gold: results alone do not open it.
MATRIX |= {
    ("GET", f"{_P}/gold"): Rule(BUILDERS),
    ("GET", f"{_P}/gold/candidates"): Rule(BUILDERS),
    ("GET", f"{_P}/gold/people"): Rule(LEADS),
    ("POST", f"{_P}/gold"): Rule(BUILDERS, {"json": {"item_id": "itm_none"}}),
    ("POST", f"{_P}/gold/{{gold_id}}/retire"): Rule(BUILDERS, {"json": {"why": "worn"}}),
    ("GET", f"{_P}/my/gold"): Rule(JUDGES),
}
MATRIX |= {
    ("GET", f"{_P}/coaching"): Rule(LEADS),
    ("GET", f"{_P}/coaching/{{rater_id}}"): Rule(LEADS),
    ("GET", f"{_P}/my/coaching"): Rule(JUDGES),
    ("GET", f"{_P}/my/plan"): Rule(JUDGES),
    ("POST", f"{_P}/my/plan"): Rule(JUDGES),
    ("POST", f"{_P}/my/plan/items/{{item_id}}"): Rule(JUDGES, {"json": {"answer": {}}}),
}
MATRIX |= {
    ("GET", f"{_P}/sessions"): Rule(JUDGES),
    ("POST", f"{_P}/sessions"): Rule(LEADS, {"json": {"name": "Monday"}}),
    ("GET", f"{_P}/sessions/{{session_id}}"): Rule(JUDGES),
    ("GET", f"{_P}/sessions/{{session_id}}/items/{{item_id}}"): Rule(JUDGES),
    ("POST", f"{_P}/sessions/{{session_id}}/items/{{item_id}}"): Rule(
        JUDGES, {"json": {"answer": {}}}
    ),
    ("POST", f"{_P}/sessions/{{session_id}}/reveal"): Rule(LEADS),
    ("POST", f"{_P}/sessions/{{session_id}}/close"): Rule(LEADS, {"json": {}}),
}
