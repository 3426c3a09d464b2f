"""A public preference set read as the tool import reads it, without a mapping file."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopwright.cli.bench.real_votes import add_project
from loopwright.feedback.tool_import import ToolExport, import_export, source_of
from loopwright.feedback.tools.model import Tool
from loopwright.feedback.tools.reading import Part
from loopwright.infra.home import Home


def test_hh_comes_in_whole_without_a_mapping(home: Home, shared_data: Path) -> None:
    path = shared_data / "hh_rlhf/harmless-base-test.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    add_project(home, "hh")
    parts = [Part(path, path.name)]
    export = ToolExport(
        tool=Tool.HUGGINGFACE, files=parts, source=source_of(Tool.HUGGINGFACE, parts)
    )

    def take() -> dict[str, int]:
        return import_export(home, export, project_id="hh", person_id=None, now=5.0).counts

    counts = take()
    assert counts["items_added"] == counts["judgments_added"] == 2312
    assert not any(value for name, value in take().items() if name.endswith("_added"))
