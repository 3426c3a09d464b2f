"""Datasets: same judgments, same digest; soft ties; exports whole, or held back with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from import_world import PROJECT, VOTE_ROWS, VOTES, crowd_home, import_text

from loopwright.base.errors import InvalidInput, NotFound
from loopwright.base.types import Json
from loopwright.datasets import service, store
from loopwright.datasets.export import Exported, ExportFormat, export_dataset
from loopwright.datasets.model import DatasetSpec, DatasetVersion, Ties
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.intake.model import ItemPurpose
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from support.databases import sqlite_home

__all__ = ["crowd_home"]


def freeze(home: Home, spec: DatasetSpec | None = None, now: float = 500.0) -> DatasetVersion:
    return service.freeze_preferences(home, project_id="crowd", spec=spec or DatasetSpec(), now=now)


def rows(home: Home, version: DatasetVersion) -> dict[str, Json]:
    return {row["prompt"][0]["content"]: row for row in service.read_rows(home, version)}


def export(
    home: Home, version: DatasetVersion, format_: ExportFormat, residency: str | None = None
) -> tuple[Exported, Path]:
    path = home.folder("out") / format_.value
    done = export_dataset(
        home, version=version, format_=format_, path=path, residency=residency, actor="me", now=9.0
    )
    return done, path


def test_pairs_point_to_the_consensus(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    found = rows(home, freeze(home))
    asked = found["How do I reset it?"]
    assert asked["chosen"] == "Press the button"
    assert asked["rejected"] == "Write to [EMAIL_1]"
    assert 0.5 < asked["probability"] <= 1.0
    assert 0.0 < asked["weight"] <= 1.0
    assert len(asked["judgments"]) == 3
    assert asked["purpose"] == "core"


def test_the_same_judgments_give_the_same_digest(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    first = freeze(home)
    assert freeze(home, now=900.0) == first
    assert len(home.db.read(lambda tx: store.versions(tx, "crowd"))) == 1
    import_text(home, VOTE_ROWS.replace("old,new,u3,left\n2", "old,new,u3,right\n2"))
    assert freeze(home).digest == first.digest
    import_text(home, VOTE_ROWS.replace("u3", "u4"))
    assert freeze(home).digest != first.digest
    home.artifacts.verify(first.artifact)


def test_the_same_file_in_another_order_elsewhere_gives_the_same_digest(
    home: Home, tmp_path: Path
) -> None:
    import_text(home, VOTE_ROWS)
    header, *lines = VOTE_ROWS.splitlines()
    elsewhere = sqlite_home(Settings(home=tmp_path / "elsewhere", database_url=None))
    spec = parse_project(PROJECT)
    elsewhere.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=7.0))
    import_text(elsewhere, "\n".join([header, *reversed(lines)]), now=8.0)
    assert freeze(elsewhere).digest == freeze(home).digest
    elsewhere.close()


def test_ties_are_kept_soft_or_dropped(home: Home) -> None:
    import_text(home, VOTE_ROWS.replace("u2,left", "u2,same"))
    soft = rows(home, freeze(home))["Is it safe?"]
    assert soft["probability"] == pytest.approx(0.5, abs=0.1)
    assert "Is it safe?" not in rows(home, freeze(home, DatasetSpec(ties=Ties.DROP)))


def test_purposes_splits_and_judgment_counts_narrow_the_rows(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    assert len(rows(home, freeze(home, DatasetSpec(min_judgments=3)))) == 1
    version = freeze(home)
    by_split = version.counts["by_split"]
    for split, count in by_split.items():
        assert freeze(home, DatasetSpec(splits=(split,))).counts["rows"] == count
        part = service.split_artifact(home, version, split=split)
        assert len(home.artifacts.path(part).read_bytes().splitlines()) == count
    with pytest.raises(InvalidInput, match="no preferences that fit targeted"):
        freeze(home, DatasetSpec(purposes=(ItemPurpose.TARGETED,)))


def test_evaluation_items_are_never_trained_on(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    with pytest.raises(InvalidInput):
        freeze(home, DatasetSpec(purposes=(ItemPurpose.EVALUATION, ItemPurpose.CONTRAST)))


def test_demonstrations_are_frozen(home: Home) -> None:
    mapping = "kind: demonstrations\nsource: d\nfields: {prompt: p, completion: c}\n"
    import_text(home, "p,c\nHi,Hello\nBye,See you\n", mapping=mapping)
    version = service.freeze_demonstrations(home, project_id="crowd", spec=DatasetSpec(), now=5.0)
    found = rows(home, version)
    assert found["Hi"]["completion"] == "Hello"
    with pytest.raises(InvalidInput, match="holds demonstrations"):
        export(home, version, ExportFormat.TRL_PREFERENCE)
    assert export(home, version, ExportFormat.PARQUET)[0].rows == 2


def test_exports_keep_every_row(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    version = freeze(home)
    for format_ in ExportFormat:
        if "completion" in format_:
            with pytest.raises(InvalidInput, match="holds preferences"):
                export(home, version, format_)
        else:
            assert export(home, version, format_)[0] == Exported(3, 0, {})
    plain = export(home, version, ExportFormat.TRL_PREFERENCE)[1].read_text().splitlines()
    assert {json.loads(line)["prompt"] for line in plain} == set(rows(home, version))
    talk = export(home, version, ExportFormat.TRL_CONVERSATIONAL)[1].read_text().splitlines()
    first = json.loads(talk[0])
    assert set(first) == {"prompt", "chosen", "rejected"}
    assert first["chosen"][0]["role"] == "assistant"
    table = pq.read_table(export(home, version, ExportFormat.PARQUET)[1])
    assert table.num_rows == 3
    assert table.column("judgments").to_pylist()[0]


def test_rows_bound_to_a_place_stay_there_and_the_export_says_so(home: Home) -> None:
    import_text(home, VOTE_ROWS, mapping=VOTES + "residency: eu\n")
    version = freeze(home)
    done, path = export(home, version, ExportFormat.JSONL)
    assert (done.rows, done.refused) == (0, 3)
    assert done.refused_reasons == {"residency eu: the row may not leave it": 3}
    assert path.read_bytes() == b""
    assert export(home, version, ExportFormat.JSONL, residency="eu")[0].rows == 3
    logged = [
        event.payload
        for event in home.db.read(lambda tx: events.after(tx, seq=0))
        if event.kind == "dataset.exported"
    ]
    assert [entry["refused"] for entry in logged] == [3, 0]
    assert logged[0]["by"] == "me"


def test_another_projects_dataset_is_not_found(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    version = freeze(home)
    with pytest.raises(NotFound):
        home.db.read(lambda tx: service.get(tx, version.digest, project_id="other"))
