"""The lora preset on a local base model: adapters trained, merged, saved like any policy."""

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.training import service
from loopwright.training.model import Manifest
from support.training_world import (
    PROJECT,
    SMALL,
    demonstration_rows,
    make_home,
    preference_rows,
    prompt_rows,
    rows_artifact,
)

pytestmark = pytest.mark.slow


def test_lora_trains_adapters_over_a_local_base_and_merges_them(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    demonstrations = rows_artifact(home, demonstration_rows(count=120))
    base = service.execute(
        home,
        project_id=PROJECT,
        kind="sft",
        spec={**SMALL, "demonstrations": demonstrations, "steps": 2},
        now_fn=system_now,
    )
    folder = home.artifacts.path(base.outputs["policy"])
    tuned = service.execute(
        home,
        project_id=PROJECT,
        kind="sft",
        spec={
            "preset": "lora",
            "base_model": str(folder),
            "lora_rank": 4,
            "demonstrations": demonstrations,
            "steps": 3,
            "batch": 8,
            "learning_rate": 1e-3,
            "seed": 1,
        },
        now_fn=system_now,
    )
    before = load_file(folder / "model.safetensors")
    after = load_file(home.artifacts.path(tuned.outputs["policy"]) / "model.safetensors")
    assert before.keys() == after.keys()
    assert any((before[name] != after[name]).any() for name in before)
    reward = service.execute(
        home,
        project_id=PROJECT,
        kind="reward",
        spec={
            "preset": "lora",
            "lora_rank": 4,
            "base": tuned.outputs["policy"],
            "preferences": rows_artifact(home, preference_rows(count=40)),
            "steps": 2,
            "batch": 8,
            "seed": 1,
        },
        now_fn=system_now,
    )
    scorer = load_file(home.artifacts.path(reward.outputs["reward_model"]) / "model.safetensors")
    assert not [name for name in scorer if "lora" in name]
    assert "score.weight" in scorer
    _check_steered(home, tuned, reward)


def _check_steered(home: Home, tuned: Manifest, reward: Manifest) -> None:
    """RL changed the policy, and its adapters are merged: it is served like any other."""
    before = load_file(home.artifacts.path(tuned.outputs["policy"]) / "model.safetensors")
    after = load_file(_steered(home, tuned, reward) / "model.safetensors")
    assert after.keys() == before.keys()
    assert any((before[name] != after[name]).any() for name in before)


def _steered(home: Home, tuned: Manifest, reward: Manifest) -> Path:
    """Return the policy's folder after two steps of RL over the tuned one."""
    steered = service.execute(
        home,
        project_id=PROJECT,
        kind="rl",
        spec={
            "preset": "lora",
            "lora_rank": 4,
            "policy": tuned.outputs["policy"],
            "reward_model": reward.outputs["reward_model"],
            "prompts": rows_artifact(home, prompt_rows(count=8)),
            "steps": 2,
            "batch": 4,
            "generations": 2,
            "max_new_tokens": 6,
            "learning_rate": 1e-2,
            "seed": 1,
        },
        now_fn=system_now,
    )
    return home.artifacts.path(steered.outputs["policy"])
