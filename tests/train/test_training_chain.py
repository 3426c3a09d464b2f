"""The whole training chain on a tiny model: sft, reward, rl, generate, score, with resuming."""

import os
import signal
from pathlib import Path

import pytest

from loopwright.base.clock import system_now
from loopwright.base.errors import Conflict, Unavailable
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.training import folder, service
from loopwright.training.model import Manifest, Progress, RunState
from support import training_world as support

pytestmark = pytest.mark.slow

Step = dict[str, Manifest]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return support.make_home(tmp_path_factory.mktemp("chain"))


def run(home: Home, kind: str, spec: Json) -> Manifest:
    return service.execute(
        home, project_id=support.PROJECT, kind=kind, spec=spec, now_fn=system_now
    )


@pytest.fixture(scope="module")
def chain(home: Home) -> Step:
    """The five steps in order; each uses what the one before made."""
    demonstrations = support.rows_artifact(home, support.demonstration_rows(count=400))
    preferences = support.rows_artifact(home, support.preference_rows(count=200))
    contrast = support.rows_artifact(home, support.contrast_rows(count=40))
    prompts = support.rows_artifact(home, support.prompt_rows(count=24))
    spec = {**support.SMALL, "demonstrations": demonstrations, "steps": 20, "learning_rate": 6e-3}
    sft = run(home, "sft", spec)
    policy = sft.outputs["policy"]
    sets = {"contrast": contrast, "old": preferences}
    spec = {"base": policy, "preferences": preferences, "eval_sets": sets, "epochs": 1, "seed": 5}
    reward = run(home, "reward", spec)
    rl = run(
        home,
        "rl",
        {
            "policy": policy,
            "reward_model": reward.outputs["reward_model"],
            "prompts": prompts,
            "steps": 3,
            "batch": 8,
            "generations": 4,
            "max_new_tokens": 12,
            "log_every": 1,
            "save_every": 2,
            "seed": 5,
        },
    )
    generate = run(
        home,
        "generate",
        {
            "policy": rl.outputs["policy"],
            "prompts": prompts,
            "completions_per_prompt": 2,
            "max_new_tokens": 12,
            "seed": 5,
            "batch": 20,
        },
    )
    scored = {"reward_model": reward.outputs["reward_model"], "pairs": contrast}
    score = run(home, "score", scored)
    return {"sft": sft, "reward": reward, "rl": rl, "generate": generate, "score": score}


def test_every_step_leaves_a_manifest_that_names_what_it_used(home: Home, chain: Step) -> None:
    assert chain["reward"].inputs["base"] == chain["sft"].outputs["policy"]
    assert chain["rl"].inputs["reward_model"] == chain["reward"].outputs["reward_model"]
    for manifest in chain.values():
        assert manifest.packages["torch"]
        assert manifest.peak_memory_bytes > 50e6
        for digest in manifest.outputs.values():
            home.artifacts.verify(digest)
        stored = home.db.read(lambda tx, m=manifest: service.get_run(tx, run_id=m.run_id))  # type: ignore[misc]
        assert stored.state is RunState.FINISHED
        assert stored.finished() == manifest


def test_models_are_safetensors_and_json_without_machine_paths(home: Home, chain: Step) -> None:
    for digest in (chain["rl"].outputs["policy"], chain["reward"].outputs["reward_model"]):
        files = {p.name for p in home.artifacts.path(digest).iterdir()}
        assert "model.safetensors" in files
        assert not [f for f in files if f.endswith((".bin", ".pkl", ".pt"))]
        config = (home.artifacts.path(digest) / "config.json").read_text()
        assert str(home.path) not in config


def test_the_reward_step_measures_each_named_set(home: Home, chain: Step) -> None:
    sets = chain["reward"].metrics["sets"]
    assert sets["contrast"]["n"] == 40
    assert sets["old"]["n"] == 180  # every tenth of 200 is a tie
    margins = support.read_rows(home, chain["reward"].outputs["margins"])
    ours = [m for m in margins if m["set"] == "contrast"]
    assert len(ours) == 40
    correct = sum(m["margin"] > 0 for m in ours) + 0.5 * sum(m["margin"] == 0 for m in ours)
    assert sets["contrast"]["correct"] == correct
    scores = support.read_rows(home, chain["score"].outputs["scores"])
    for m, s in zip(ours, scores, strict=True):
        assert m["item_id"] == s["id"]
        assert m["margin"] == pytest.approx(s["margin"], abs=2e-4)


def test_the_rl_step_logs_signals_and_keeps_the_path(home: Home, chain: Step) -> None:
    assert {"policy", "step_00002", "step_00003"} <= set(chain["rl"].outputs)
    place = home.path / "runs" / chain["rl"].run_id
    names = {p["name"] for p in folder.curves(folder.read_progress(place))}
    assert {"reward", "kl", "words", "distinct", "same_share", "canned_share"} <= names
    assert chain["rl"].metrics["steps"] == 3


def test_generate_gives_every_prompt_its_completions(home: Home, chain: Step) -> None:
    rows = support.read_rows(home, chain["generate"].outputs["completions"])
    wanted = [p["id"] for p in support.prompt_rows(count=24)]
    assert [(r["prompt_id"], r["index"]) for r in rows] == [(k, i) for k in wanted for i in (0, 1)]


def test_the_same_spec_again_is_the_same_run(home: Home, chain: Step) -> None:
    found = home.db.read(lambda tx: service.get_run(tx, run_id=chain["score"].run_id))
    assert run(home, "score", found.spec) == chain["score"]


def test_a_failing_program_says_why_and_keeps_the_state(home: Home) -> None:
    broken = support.rows_artifact(home, [{"no": "prompt"}])
    with pytest.raises(Unavailable, match="KeyError") as caught:
        run(home, "sft", {**support.SMALL, "demonstrations": broken, "steps": 2})
    assert "log.txt" in caught.value.remedy


def test_a_killed_run_ignores_a_torn_checkpoint_and_ends_at_the_same_digest(
    home: Home, tmp_path: Path
) -> None:
    demonstrations = support.rows_artifact(home, support.demonstration_rows(count=300))
    spec = {
        **support.SMALL,
        "demonstrations": demonstrations,
        "steps": 16,
        "save_every": 2,
        "log_every": 1,
    }
    killed: list[int] = []

    def kill_once(line: Progress) -> None:
        if line.step >= 3 and not killed:
            only = home.db.read(lambda tx: service.list_runs(tx, project_id=support.PROJECT))[0]
            assert only.process is not None
            os.kill(only.process.pid, signal.SIGKILL)
            torn = home.path / "runs" / only.id / "checkpoints" / "checkpoint-14"
            torn.mkdir()
            (torn / "model.safetensors").write_bytes(b"half a mod")
            killed.append(line.step)

    disturbed = service.execute(
        home,
        project_id=support.PROJECT,
        kind="sft",
        spec=spec,
        now_fn=system_now,
        progress=kill_once,
    )
    assert killed
    assert disturbed.metrics["resumed"] is True
    assert disturbed.metrics["steps"] == 16
    other = support.make_home(tmp_path)
    support.rows_artifact(other, support.demonstration_rows(count=300))
    undisturbed = run(other, "sft", spec)
    assert undisturbed.metrics["resumed"] is False
    assert disturbed.outputs == undisturbed.outputs


def test_cancelling_ends_the_program_and_a_new_attempt_finishes(home: Home) -> None:
    demonstrations = support.rows_artifact(home, support.demonstration_rows(count=310))
    spec = {**support.SMALL, "demonstrations": demonstrations, "steps": 15, "log_every": 1}
    seen: list[Progress] = []
    with pytest.raises(Conflict, match="cancelled"):
        service.execute(
            home,
            project_id=support.PROJECT,
            kind="sft",
            spec=spec,
            now_fn=system_now,
            progress=seen.append,
            cancelled=lambda: bool(seen),
        )
    stopped = home.db.read(lambda tx: service.list_runs(tx, project_id=support.PROJECT))[0]
    assert stopped.state is RunState.CANCELLED
    assert stopped.process is not None
    with pytest.raises(ProcessLookupError):
        os.kill(stopped.process.pid, 0)
    assert run(home, "sft", spec).metrics["steps"] == 15
