"""Where a thing comes from and what came of it: from a judgment to a release and back.

Judgments, items, guideline versions, datasets, policies and reward models are linked by what
their own tables say. Later stages (runs, evaluations, releases, cycles) record their edges here
with `record_edges`, in the transaction that makes the thing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection

from loopwright.datasets import store
from loopwright.datasets.lineage_nodes import Found, find_node, find_typed
from loopwright.datasets.model import DatasetKind, Edge, Node, Trace
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.models import store as models
from loopwright.models.model import PolicyVersion

Direction = Literal["back", "forward"]

MAX_NODES = 2000
MAX_FAN = 200
"""Edges followed out of one thing; a dataset of a million judgments is cut, and says so."""


def record_edges(
    tx: Connection,
    edges: Sequence[Edge],
    *,
    project_id: str,
    nodes: Sequence[Node] = (),
    now: float,
) -> None:
    """Write down what a later stage made of what; writing it again changes nothing."""
    store.upsert_nodes(tx, project_id, nodes, at=now)
    store.insert_edges(tx, edges, at=now)


def walk(tx: Connection, typed: str, direction: Direction, *, project_id: str) -> Trace:
    """Return everything that a thing descends from (back) or that descends from it (forward).

    `typed` is its id or digest, whole or short. Breadth first, at most MAX_NODES things, the one
    asked about first. Raises NotFound for what is unknown or another project's, InvalidInput when
    several things could be meant.
    """
    start = find_typed(tx, typed, project_id=project_id)
    ref = start.node.ref
    step = _parents if direction == "back" else _children
    found: dict[str, Found] = {ref: start}
    edges: dict[Edge, None] = {}
    cut, waiting = False, deque([ref])
    while waiting:
        here = found[waiting.popleft()]
        steps = step(tx, here)
        cut = cut or len(steps) > MAX_FAN
        for edge in steps[:MAX_FAN]:
            other = edge.parent if direction == "back" else edge.child
            if other not in found:
                next_ = find_node(tx, other) if len(found) < MAX_NODES else None
                if next_ is None:
                    cut = cut or len(found) >= MAX_NODES
                    continue
                found[other] = next_
                waiting.append(other)
            edges[edge] = None
    return Trace([entry.node for entry in found.values()], list(edges), cut)


def _parents(tx: Connection, here: Found) -> list[Edge]:
    ref = here.node.ref
    edges = store.parents_of(tx, ref)
    match here.node.kind:
        case "judgment":
            edges += _judgment_parents(tx, ref)
        case "item":
            edges += _item_parents(tx, ref)
        case "dataset":
            edges += _dataset_parents(tx, ref)
        case "run":
            edges += _run_parents(tx, ref)
        case "reward_model":
            model = models.reward_model(tx, ref)
            if model is not None:
                edges += _present(ref, (model.run_id, "made_by"))
                edges += _present(ref, (model.dataset_digest, "trained_on"))
                edges += _present(ref, (model.parent_policy_id, "started_from"))
        case "policy":
            policy = models.policy(tx, ref)
            if policy is not None:
                edges += _present(ref, (policy.run_id, "made_by"))
                edges += _present(ref, (policy.dataset_digest, "trained_on"))
                edges += _present(ref, (policy.reward_model_id, "steered_by"))
                edges += _present(ref, (policy.parent_id, "started_from"))
    return edges


def _children(tx: Connection, here: Found) -> list[Edge]:
    ref, project_id = here.node.ref, here.project_id
    edges = store.children_of(tx, ref)
    match here.node.kind:
        case "judgment":
            edges += [
                Edge(dataset, ref, "holds") for dataset in store.datasets_of_judgment(tx, ref)
            ]
        case "item":
            judged = store.judgments_on_item(tx, ref)
            edges += [Edge(judgment, ref, "judges") for judgment in judged]
            edges += [
                Edge(dataset, ref, "holds")
                for dataset in store.datasets_of_item(tx, ref)
                if not judged
            ]
        case "guideline":
            judged = store.judgments_under(tx, project_id, ref, limit=MAX_FAN + 1)
            edges += [Edge(judgment, ref, "judged_under") for judgment in judged]
        case "prompt":
            edges += [Edge(item, ref, "asks") for item in intake.items_of_prompt(tx, ref)]
        case "dataset" | "run" | "policy" | "reward_model":
            edges += _model_children(tx, ref, project_id)
    return edges


def _judgment_parents(tx: Connection, ref: str) -> list[Edge]:
    judgment = labeling.get_judgment(tx, ref)
    if judgment is None:
        return []
    return [
        Edge(ref, judgment.item_id, "judges"),
        *_present(ref, (judgment.guideline_version_id, "judged_under")),
    ]


def _item_parents(tx: Connection, ref: str) -> list[Edge]:
    item = intake.get_item(tx, ref)
    if item is None:
        return []
    written = intake.completions_of(tx, item.completion_ids).values()
    policies = sorted({completion.policy_version_id for completion in written})
    edges = [Edge(ref, policy, "written_by") for policy in policies]
    return [Edge(ref, item.prompt_id, "asks"), *edges]


def _dataset_parents(tx: Connection, ref: str) -> list[Edge]:
    version = store.get(tx, ref)
    if version is None:
        return []
    edges = [Edge(ref, guideline, "judged_under") for guideline in version.guideline_versions]
    held = store.judgments_in(tx, ref, limit=MAX_FAN + 1)
    if version.kind is DatasetKind.DEMONSTRATIONS:
        # Corrected texts lead to the judgments that hold them; what arrived as one has none.
        held += store.unjudged_items_in(tx, ref, limit=MAX_FAN + 1)
    return [*edges, *(Edge(ref, one, "holds") for one in held)]


def _run_parents(tx: Connection, ref: str) -> list[Edge]:
    """What a run was given, as far as the version that it made says so."""
    made = models.made_by(tx, ref)
    if made is None:
        return []
    base = made.parent_id if isinstance(made, PolicyVersion) else made.parent_policy_id
    steered = made.reward_model_id if isinstance(made, PolicyVersion) else None
    return [
        *_present(ref, (made.dataset_digest, "trained_on")),
        *_present(ref, (base, "started_from")),
        *_present(ref, (steered, "steered_by")),
    ]


def _model_children(tx: Connection, ref: str, project_id: str) -> list[Edge]:
    """Policies and reward models that name `ref`; a project has few enough to look at each."""
    edges = []
    for policy in models.policies(tx, project_id):
        links = {
            policy.run_id: "made_by",
            policy.dataset_digest: "trained_on",
            policy.reward_model_id: "steered_by",
            policy.parent_id: "started_from",
        }
        edges += [Edge(policy.id, ref, links[ref])] if ref in links else []
    for model in models.reward_models(tx, project_id):
        named = {
            model.run_id: "made_by",
            model.dataset_digest: "trained_on",
            model.parent_policy_id: "started_from",
        }
        edges += [Edge(model.id, ref, named[ref])] if ref in named else []
    return edges


def _present(child: str, link: tuple[str | None, str]) -> list[Edge]:
    parent, kind = link
    return [] if parent is None else [Edge(child, parent, kind)]
