"""Every query of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, select

from loopwright.base.types import Json
from loopwright.datasets.model import DatasetKind, DatasetVersion, Edge, Node
from loopwright.datasets.tables import (
    dataset_item,
    dataset_judgment,
    dataset_version,
    lineage_edge,
    lineage_node,
)
from loopwright.infra.refs import Ids
from loopwright.infra.upsert import insert_into
from loopwright.labeling.tables import judgment

_CHUNK = 5000


DATASETS = Ids(
    noun="dataset version",
    id=dataset_version.c.digest,
    project=dataset_version.c.project_id,
    remedy="List the project's datasets and use one of their digests.",
)


JUDGMENTS = Ids(
    noun="judgment",
    id=judgment.c.id,
    project=judgment.c.project_id,
    remedy="The page Data walks from a dataset to its judgments.",
)
RECORDED = Ids(
    noun="run, evaluation, release or cycle",
    id=lineage_node.c.ref,
    project=lineage_node.c.project_id,
    remedy="List the project's runs, evaluations, releases or cycles and use one of their ids.",
)


def insert_version(
    tx: Connection,
    version: DatasetVersion,
    *,
    item_ids: Sequence[str],
    judgment_ids: Sequence[str],
) -> None:
    """Write down a dataset version with the items and judgments in it."""
    tx.execute(dataset_version.insert().values(**asdict(version)))
    _insert(tx, dataset_item, "item_id", version.digest, item_ids)
    _insert(tx, dataset_judgment, "judgment_id", version.digest, judgment_ids)


def get(tx: Connection, digest: str) -> DatasetVersion | None:
    """Return one dataset version, or None."""
    row = tx.execute(select(dataset_version).where(dataset_version.c.digest == digest)).mappings()
    found = row.first()
    return None if found is None else _version(dict(found))


def versions(tx: Connection, project_id: str) -> list[DatasetVersion]:
    """Return a project's dataset versions, newest first."""
    query = (
        select(dataset_version)
        .where(dataset_version.c.project_id == project_id)
        .order_by(dataset_version.c.created_at.desc(), dataset_version.c.digest)
    )
    return [_version(dict(row)) for row in tx.execute(query).mappings()]


def judgments_in(tx: Connection, digest: str, *, limit: int | None = None) -> list[str]:
    """Return the judgments of a dataset version, by id."""
    query = select(dataset_judgment.c.judgment_id).where(
        dataset_judgment.c.dataset_digest == digest
    )
    return list(tx.scalars(query.order_by(dataset_judgment.c.judgment_id).limit(limit)))


def unjudged_items_in(tx: Connection, digest: str, *, limit: int | None = None) -> list[str]:
    """Return the items of a dataset version that it holds without a judgment, by id."""
    held = (
        select(dataset_judgment.c.judgment_id)
        .join(judgment, judgment.c.id == dataset_judgment.c.judgment_id)
        .where(
            dataset_judgment.c.dataset_digest == digest,
            judgment.c.item_id == dataset_item.c.item_id,
        )
    )
    query = select(dataset_item.c.item_id).where(
        dataset_item.c.dataset_digest == digest, ~held.exists()
    )
    return list(tx.scalars(query.order_by(dataset_item.c.item_id).limit(limit)))


def datasets_of_judgment(tx: Connection, judgment_id: str) -> list[str]:
    """Return the dataset versions that hold a judgment."""
    query = select(dataset_judgment.c.dataset_digest)
    query = query.where(dataset_judgment.c.judgment_id == judgment_id)
    return list(tx.scalars(query.order_by(dataset_judgment.c.dataset_digest)))


def datasets_of_item(tx: Connection, item_id: str) -> list[str]:
    """Return the dataset versions that hold an item."""
    query = select(dataset_item.c.dataset_digest).where(dataset_item.c.item_id == item_id)
    return list(tx.scalars(query.order_by(dataset_item.c.dataset_digest)))


def judgments_on_item(tx: Connection, item_id: str) -> list[str]:
    """Return the judgments on an item, superseded ones too, in the order they came."""
    query = select(judgment.c.id).where(judgment.c.item_id == item_id)
    return list(tx.scalars(query.order_by(judgment.c.seq)))


def judgments_under(tx: Connection, project_id: str, version_id: str, *, limit: int) -> list[str]:
    """Return judgments made under a guideline version, oldest first."""
    query = select(judgment.c.id).where(
        judgment.c.project_id == project_id, judgment.c.guideline_version_id == version_id
    )
    return list(tx.scalars(query.order_by(judgment.c.seq).limit(limit)))


def upsert_nodes(tx: Connection, project_id: str, nodes: Sequence[Node], *, at: float) -> None:
    """Write down things of later stages; a later title replaces an earlier one."""
    insert = insert_into(tx, lineage_node)
    statement = insert.on_conflict_do_update(
        index_elements=["ref"], set_={"title": insert.excluded.title}
    )
    for node in nodes:
        when = at if node.at is None else node.at
        tx.execute(
            statement,
            {"ref": node.ref, "project_id": project_id, "kind": node.kind,
             "title": node.title, "at": when},
        )  # fmt: skip


def insert_edges(tx: Connection, edges: Sequence[Edge], *, at: float) -> None:
    """Write down edges that are not there yet."""
    if not edges:
        return
    rows = [{**asdict(edge), "at": at} for edge in edges]
    tx.execute(insert_into(tx, lineage_edge).on_conflict_do_nothing(), rows)


def parents_of(tx: Connection, ref: str) -> list[Edge]:
    """Return the recorded edges from `ref` to what it descends from."""
    return _edges(tx, lineage_edge.c.child == ref)


def children_of(tx: Connection, ref: str) -> list[Edge]:
    """Return the recorded edges from what descends from `ref`."""
    return _edges(tx, lineage_edge.c.parent == ref)


def get_node(tx: Connection, ref: str) -> Node | None:
    """Return a recorded thing of a later stage, or None."""
    query = select(
        lineage_node.c.ref, lineage_node.c.kind, lineage_node.c.title, lineage_node.c.at
    ).where(lineage_node.c.ref == ref)
    row = tx.execute(query).mappings().first()
    return None if row is None else Node(**row)


def node_project(tx: Connection, ref: str) -> str | None:
    """Return the project of a recorded thing, or None."""
    return tx.scalar(select(lineage_node.c.project_id).where(lineage_node.c.ref == ref))


def _edges(tx: Connection, condition: Any) -> list[Edge]:
    query = select(lineage_edge.c.child, lineage_edge.c.parent, lineage_edge.c.kind)
    query = query.where(condition).order_by(lineage_edge.c.child, lineage_edge.c.parent)
    return [Edge(**row) for row in tx.execute(query).mappings()]


def _insert(tx: Connection, table: Table, name: str, digest: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        rows: list[Json] = [{"dataset_digest": digest, name: value} for value in part]
        tx.execute(table.insert(), rows)


def _version(row: Json) -> DatasetVersion:
    return DatasetVersion(**{**row, "kind": DatasetKind(row["kind"])})
