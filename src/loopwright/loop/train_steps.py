"""The middle of a turn: the reward model, then the candidate policy."""

from collections.abc import Mapping

from loopwright.base.types import Json
from loopwright.datasets import service as datasets
from loopwright.evaluation.rules import margin_accuracy
from loopwright.intake import store as intake
from loopwright.intake.model import ItemPurpose
from loopwright.loop.collect_steps import train_split
from loopwright.loop.prompts import prompt_pool, prompts_artifact
from loopwright.loop.rules import draw
from loopwright.loop.serve import decoding_of, register
from loopwright.loop.turn import Turn
from loopwright.models import service as models
from loopwright.models.model import PolicyKind
from loopwright.stats.estimate import Estimate

OLD, CONTRAST = "old", "contrast"
MAX_RL_PROMPTS = 3000
RL_SAVE_EVERY = 10
"""Steps between the checkpoints that the hacking watch may fall back to."""


def reward_model(turn: Turn, *, base: str, dataset: str) -> Json:
    """Train a reward model on the dataset's training split; audit it on pairs that are not."""
    version = turn.home.db.read(lambda tx: datasets.get(tx, dataset, project_id=turn.project_id))
    policy = turn.home.db.read(lambda tx: models.get_policy(tx, base))
    old = [row for row in datasets.read_rows(turn.home, version) if row["split"] == "held_out"]
    audits = {OLD: old, CONTRAST: _contrast_rows(turn)}
    recipe = turn.recipe
    manifest = turn.train(
        "reward",
        {
            "base": policy.artifact,
            "preferences": train_split(turn, version),
            "eval_sets": {name: turn.put_rows(rows) for name, rows in audits.items() if rows},
            "preset": recipe.preset,
            "seed": turn.seed,
            "epochs": recipe.reward.epochs,
            "learning_rate": recipe.reward.learning_rate,
            "batch": recipe.reward.batch,
        },
    )
    margins = turn.get_rows(manifest.outputs["margins"])
    accuracies = {name: _accuracy(turn, margins, name).as_dict() for name in audits}
    made = turn.home.db.write(
        lambda tx: models.register_reward_model(
            tx,
            project_id=turn.project_id,
            name=f"reward-{turn.round}",
            artifact=manifest.outputs["reward_model"],
            run_id=manifest.run_id,
            dataset_digest=dataset,
            parent_policy_id=base,
            metrics={"accuracy": accuracies, "training": manifest.metrics},
            now=turn.now(),
        )
    )
    return {"id": made.id, "run": manifest.run_id, "accuracy": accuracies}


def rl(turn: Turn, *, base: str, reward_model: str) -> Json:
    """Update the SFT policy against the reward model; the result is the candidate.

    Every round starts from the SFT base: going on from the last policy overoptimizes.
    """
    policy = turn.home.db.read(lambda tx: models.get_policy(tx, base))
    reward = turn.home.db.read(lambda tx: models.get_reward_model(tx, reward_model))
    recipe = turn.recipe
    pool = turn.home.db.read(lambda tx: prompt_pool(tx, turn.project_id))
    trained = [prompt for prompt in pool if not prompt.held_out]
    prompt_ids = draw(trained, count=MAX_RL_PROMPTS, key=["rl", recipe.seed])
    manifest = turn.train(
        "rl",
        {
            "algorithm": recipe.rl.algorithm,
            "policy": policy.artifact,
            "reward_model": reward.artifact,
            "prompts": prompts_artifact(turn, prompt_ids),
            "preset": recipe.preset,
            "seed": turn.seed,
            "steps": recipe.rl.steps,
            "save_every": RL_SAVE_EVERY,
            "beta": recipe.rl.beta,
            "learning_rate": recipe.rl.learning_rate,
            "generations": recipe.rl.generations,
            "batch": recipe.rl.batch,
            "target_words": recipe.rl.target_words,
        },
    )
    artifact, stopped = _chosen(manifest.outputs, manifest.metrics)
    made = turn.home.db.write(
        lambda tx: models.register_policy(
            tx,
            project_id=turn.project_id,
            name=f"rl-{turn.round}",
            kind=PolicyKind.RL,
            artifact=artifact,
            parent_id=base,
            run_id=manifest.run_id,
            dataset_digest=reward.dataset_digest,
            reward_model_id=reward_model,
            decoding=decoding_of(recipe),
            now=turn.now(),
        )
    )
    register(turn.home, [made])
    return {"policy": made.id, "run": manifest.run_id, "stopped": stopped}


def _chosen(outputs: Mapping[str, str], metrics: Json) -> tuple[str, str | None]:
    """The last policy; when the hacking watch stopped the run, the last one before its signs."""
    stop = metrics.get("stopped")
    if stop is None:
        return outputs["policy"], None
    good = [
        name
        for name in outputs
        if name.startswith("step_") and int(name[5:]) <= int(stop["last_good_step"])
    ]
    return outputs[max(good)] if good else outputs["policy"], str(stop["sentence"])


def _contrast_rows(turn: Turn) -> list[Json]:
    """The named contrast set as pairs: the first answer is right, the second wrong."""
    name = turn.recipe.evaluation.contrast_set
    items = turn.home.db.read(
        lambda tx: intake.items(tx, turn.project_id, purposes=[ItemPurpose.CONTRAST], set_name=name)
    )
    prompts = turn.home.db.read(lambda tx: intake.prompts_of(tx, (i.prompt_id for i in items)))
    texts = turn.home.db.read(
        lambda tx: intake.completions_of(tx, [c for i in items for c in i.completion_ids])
    )
    return [
        {
            "item_id": item.id,
            "prompt": [dict(message) for message in prompts[item.prompt_id].messages],
            "chosen": texts[item.completion_ids[0]].text,
            "rejected": texts[item.completion_ids[1]].text,
            "probability": 1.0,
        }
        for item in sorted(items, key=lambda one: one.id)
    ]


def _accuracy(turn: Turn, margins: list[Json], name: str) -> Estimate:
    lines = [line for line in margins if line["set"] == name]
    items = turn.home.db.read(lambda tx: intake.items_of(tx, [line["item_id"] for line in lines]))
    return margin_accuracy(
        [
            (items[line["item_id"]].prompt_id, float(line["margin"]), line["probability"])
            for line in lines
        ]
    )
