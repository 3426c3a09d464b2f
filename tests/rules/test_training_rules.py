"""What a training spec may hold, what a run's end means, what a torn folder says."""

import json
from pathlib import Path

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.training.backends.files import is_whole, seal_checkpoint, whole_checkpoints
from loopwright.training.folder import curves, log_tail, read_progress
from loopwright.training.model import RunKind
from loopwright.training.rules import inputs, may_restart, spec_digest

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64


def test_inputs_are_the_digests_of_a_spec() -> None:
    spec: Json = {"base": A, "preferences": B, "seed": 3, "eval_sets": {"old": A}}
    found = inputs(RunKind.REWARD, spec)
    assert found == {"base": A, "preferences": B, "eval_sets.old": A}


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        (RunKind.SFT, {}, "demonstrations"),
        (RunKind.RL, {"policy": A, "reward_model": A}, "prompts"),
        (RunKind.SFT, {"demonstrations": A, "paths": {}}, "paths"),
        (RunKind.SFT, {"demonstrations": A, "preset": "huge"}, "huge"),
        (RunKind.SFT, {"demonstrations": A, "preset": "lora"}, "base_model"),
        (
            RunKind.RL,
            {"policy": A, "reward_model": A, "prompts": A, "algorithm": "ppo"},
            "ppo",
        ),
    ],
)
def test_a_spec_that_cannot_run_is_refused_by_name(kind: RunKind, spec: Json, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        inputs(kind, spec)
    assert caught.value.remedy


def test_the_digest_names_the_work_whatever_the_order_of_fields() -> None:
    assert spec_digest(RunKind.RL, {"a": 1, "b": 2}) == spec_digest(RunKind.RL, {"b": 2, "a": 1})
    assert spec_digest(RunKind.RL, {"a": 1}) != spec_digest(RunKind.SFT, {"a": 1})


def test_only_a_program_killed_from_outside_is_restarted() -> None:
    assert may_restart(exit_code=-9, attempts=1)
    assert may_restart(exit_code=None, attempts=2)
    assert not may_restart(exit_code=1, attempts=1)
    assert not may_restart(exit_code=-9, attempts=3)


def test_a_checkpoint_counts_only_while_every_file_is_as_sealed(tmp_path: Path) -> None:
    for step in (5, 10, 15):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"weights" * step)
        if step != 15:  # 15 was cut off before its seal
            seal_checkpoint(folder)
    assert [p.name for p in whole_checkpoints(tmp_path)] == ["checkpoint-5", "checkpoint-10"]
    (tmp_path / "checkpoint-10" / "model.safetensors").write_bytes(b"wei")
    assert not is_whole(tmp_path / "checkpoint-10")
    (tmp_path / "checkpoint-5" / "WHOLE.json").write_text("{")
    assert whole_checkpoints(tmp_path) == []


def test_progress_skips_torn_lines_and_the_last_line_of_a_step_counts(tmp_path: Path) -> None:
    lines = [
        json.dumps({"step": 10, "total": 20, "at": 1.0, "metrics": {"loss": 2.0}}),
        json.dumps({"step": 5, "total": 20, "at": 0.5, "metrics": {"loss": 3.0}}),
        json.dumps({"step": 10, "total": 20, "at": 2.0, "metrics": {"loss": 1.5, "kl": 0.1}}),
        '{"step": 15, "tot',
    ]
    (tmp_path / "progress.jsonl").write_text("\n".join(lines))
    progress = read_progress(tmp_path)
    assert [(p.step, p.metrics) for p in progress] == [
        (5, {"loss": 3.0}),
        (10, {"loss": 1.5, "kl": 0.1}),
    ]
    assert curves(progress)[0] == {"step": 10, "name": "kl", "value": 0.1}
    assert read_progress(tmp_path / "nowhere") == []


def test_log_tail_gives_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("\n".join(f"line {i}" for i in range(5000)))
    assert log_tail(tmp_path, lines=2) == "line 4998\nline 4999"
    assert log_tail(tmp_path / "nowhere") == ""
