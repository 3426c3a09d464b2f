"""What a reference names: found by its prefix in the table of its own stage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.base.errors import NotFound
from loopwright.datasets import store
from loopwright.datasets.model import Node
from loopwright.guidelines import store as guidelines
from loopwright.infra.refs import Ids, ambiguous
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.models import store as models

_TITLE = 60
_RECORDED: Mapping[str, str] = {
    "run": "run",
    "evl": "evaluation",
    "rel": "release",
    "cyc": "cycle",
}


@dataclass(frozen=True)
class Found:
    """A node with the project that it belongs to."""

    node: Node
    project_id: str


def find_node(tx: Connection, ref: str) -> Found | None:
    """Return what `ref` names, or None when nothing does."""
    prefix = "sha256" if ref.startswith("sha256:") else ref.partition("_")[0]
    finder = _FINDERS.get(prefix)
    found = None if finder is None else finder(tx, ref)
    if found is None:
        node, project_id = store.get_node(tx, ref), store.node_project(tx, ref)
        found = None if node is None or project_id is None else Found(node, project_id)
    if found is None and prefix in _RECORDED:
        return _named_by_models(tx, ref, _RECORDED[prefix])
    return found


def find_typed(tx: Connection, typed: str, *, project_id: str) -> Found:
    """Return what people mean by an id or digest, whole or short.

    Raises NotFound when nothing in the project has it, InvalidInput when several things do.
    """
    whole = find_node(tx, typed)
    if whole is not None and whole.project_id == project_id:
        return whole
    places = [place for kind, place in _PLACES if _may_be(typed, kind)]
    refs = sorted(
        {ref for place in places for ref in place.matching(tx, typed, project_id=project_id)}
    )
    if len(refs) > 1:
        raise ambiguous(typed, refs, noun="thing")
    found = find_node(tx, refs[0]) if refs else None
    if found is None:
        raise NotFound(
            f"There is nothing with the id {typed} to trace in project {project_id}.",
            remedy="Use the id of a judgment, item, guideline version, dataset, run, reward model, "
            "policy version or release of this project, whole or as its page shows it.",
        )
    return found


def _may_be(typed: str, kind: str | None) -> bool:
    """Whether something typed could be of a kind; it names its own, or could be of any."""
    named = next((one for one in _KINDS if re.match(rf"{one}(_|:|…|\.\.\.)", typed)), None)
    return named is None or kind in (None, named)


def _judgment(tx: Connection, ref: str) -> Found | None:
    judgment = labeling.get_judgment(tx, ref)
    if judgment is None:
        return None
    title = f"judged {judgment.outcome}"
    return Found(Node(ref, "judgment", title, judgment.created_at), judgment.project_id)


def _item(tx: Connection, ref: str) -> Found | None:
    item = intake.get_item(tx, ref)
    if item is None:
        return None
    prompt = intake.prompts_of(tx, [item.prompt_id])[item.prompt_id]
    title = _short(prompt.messages[-1]["content"])
    return Found(Node(ref, "item", title, item.created_at), item.project_id)


def _prompt(tx: Connection, ref: str) -> Found | None:
    prompt = intake.prompts_of(tx, [ref]).get(ref)
    if prompt is None:
        return None
    title = _short(prompt.messages[-1]["content"])
    return Found(Node(ref, "prompt", title, prompt.created_at), prompt.project_id)


def _guideline(tx: Connection, ref: str) -> Found | None:
    version = guidelines.get(tx, ref)
    if version is None:
        return None
    title = f"guideline version {version.number}"
    return Found(Node(ref, "guideline", title, version.published_at), version.project_id)


def _dataset(tx: Connection, ref: str) -> Found | None:
    version = store.get(tx, ref)
    if version is None:
        return None
    title = f"{version.counts['rows']} {version.kind.value}"
    return Found(Node(ref, "dataset", title, version.created_at), version.project_id)


def _policy(tx: Connection, ref: str) -> Found | None:
    policy = models.policy(tx, ref)
    if policy is None:
        return None
    return Found(Node(ref, "policy", policy.name, policy.created_at), policy.project_id)


def _reward_model(tx: Connection, ref: str) -> Found | None:
    model = models.reward_model(tx, ref)
    if model is None:
        return None
    return Found(Node(ref, "reward_model", model.name, model.created_at), model.project_id)


def _named_by_models(tx: Connection, ref: str, kind: str) -> Found | None:
    """A run that made a policy is known by that, even where nobody recorded a node for it."""
    named = models.made_by(tx, ref)
    return (
        None if named is None else Found(Node(ref, kind, ref, named.created_at), named.project_id)
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


_PLACES: Sequence[tuple[str | None, Ids]] = (
    ("sha256", store.DATASETS),
    ("pol", models.POLICIES),
    ("rwm", models.REWARD_MODELS),
    ("gdl", guidelines.VERSIONS),
    (None, store.RECORDED),
    *(("run", makers) for makers in models.MAKERS),
    ("itm", intake.ITEMS),
    ("prm", intake.PROMPTS),
    ("jdg", store.JUDGMENTS),
)
_KINDS = frozenset(kind for kind, _ in _PLACES if kind is not None)

_FINDERS: Mapping[str, Callable[[Connection, str], Found | None]] = {
    "jdg": _judgment,
    "itm": _item,
    "prm": _prompt,
    "gdl": _guideline,
    "sha256": _dataset,
    "pol": _policy,
    "rwm": _reward_model,
}
