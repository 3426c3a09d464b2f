"""Reward-model training: `python -m loopwright.training.backends.reward SPEC.json`.

Spec: base (policy artifact), preferences (rows {prompt, chosen, rejected, weight, probability}),
eval_sets {name: rows}, preset, seed, epochs, learning_rate, batch, center_coefficient.
"""

from pathlib import Path
from typing import Any

import numpy as np

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    answer_text,
    finish,
    messages,
    read_job,
    read_rows,
    write_rows,
)


def run(job: Job) -> None:
    """Train, then measure on every named set; write outputs/reward_model and the margins."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, set_seed
    from trl import RewardConfig

    from loopwright.training.backends.pair_loss import PairCollator, WeightedRewardTrainer
    from loopwright.training.backends.trainer_parts import (
        Keeper,
        common_arguments,
        lora_config,
        save_model,
        train,
    )

    torch.set_num_threads(job.count("threads", 1))
    base = job.input("base")
    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    set_seed(job.seed)  # the score head is drawn at load
    model = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=1, dtype=torch.float32, trust_remote_code=False, use_safetensors=True
    )
    rows = read_rows(job.input("preferences"))
    data = Dataset.from_list(_pairs(job, rows, tokenizer))
    batch = job.count("batch", 32)
    steps = job.count("steps", 0) or max(1, round(len(data) * job.number("epochs", 2) / batch))
    arguments = RewardConfig(
        **common_arguments(job, steps=steps, learning_rate=job.number("learning_rate", 1e-3)),
        per_device_train_batch_size=batch,
        max_length=None,
        warmup_steps=max(1, steps // 20),
        lr_scheduler_type="cosine",
        weight_decay=job.number("weight_decay", 0.01),
        center_rewards_coefficient=job.number("center_coefficient", 0.01),
        disable_dropout=True,
    )
    trainer = WeightedRewardTrainer(
        model=model,
        args=arguments,
        data_collator=PairCollator(pad_token_id=tokenizer.pad_token_id),
        train_dataset=data,
        processing_class=tokenizer,
        callbacks=[Keeper(job)],
        peft_config=lora_config(job, task="SEQ_CLS"),
    )
    resumed = train(trainer, job, steps=steps)
    folder = save_model(trainer.model, tokenizer, job.outputs / "reward_model")
    metrics: Json = {"steps": trainer.state.global_step, "pairs": len(data)}
    metrics["resumed"] = resumed is not None
    _measure(job, folder, rows=rows, metrics=metrics)


def _measure(job: Job, folder: Path, *, rows: list[Json], metrics: Json) -> None:
    from loopwright.training.backends.scoring import Scorer

    margins, metrics["sets"] = _evaluate(job, Scorer.load(folder), rows)
    out = job.outputs / "margins.jsonl"
    write_rows(out, margins)
    finish(job, outputs={"reward_model": folder, "margins": out}, metrics=metrics)


def _pairs(job: Job, rows: list[Json], tokenizer: Any) -> list[Json]:
    from loopwright.training.backends.scoring import conversation_ids

    limit = job.count("max_length", 512)
    weights = np.array([float(r.get("weight", 1.0)) for r in rows])
    scale = 1.0 / weights.mean() if weights.mean() > 0 else 1.0
    pairs = []
    for row, weight in zip(rows, weights, strict=True):
        prompt = messages(row["prompt"], system_prompt=job.spec.get("system_prompt", ""))
        chosen = conversation_ids(tokenizer, prompt, answer_text(row["chosen"]))
        rejected = conversation_ids(tokenizer, prompt, answer_text(row["rejected"]))
        if max(len(chosen), len(rejected)) > limit:
            continue
        probability = row.get("probability")
        pairs.append(
            {
                "chosen_ids": chosen,
                "rejected_ids": rejected,
                "weight": float(weight * scale),
                "probability": 1.0 if probability is None else float(probability),
            }
        )
    return pairs


def _evaluate(job: Job, scorer: Any, train_rows: list[Json]) -> tuple[list[Json], Json]:
    """Margins per pair and a summary per set: `train`, and every named evaluation set."""
    sets = {"train": train_rows}
    for name in job.spec.get("eval_sets") or {}:
        sets[name] = read_rows(Path(job.paths[f"eval_sets.{name}"]))
    lines: list[Json] = []
    summary: Json = {}
    for name, rows in sets.items():
        prompts = [messages(r["prompt"]) for r in rows]
        chosen = scorer.score(prompts, [answer_text(r["chosen"]) for r in rows])
        rejected = scorer.score(prompts, [answer_text(r["rejected"]) for r in rows])
        margins = np.array(chosen) - np.array(rejected)
        summary[name] = _summary(rows, margins)
        lines += [
            {
                "set": name,
                "item_id": r.get("item_id"),
                "margin": round(float(m), 6),
                "chosen_reward": round(c, 6),
                "probability": r.get("probability"),
            }
            for r, m, c in zip(rows, margins, chosen, strict=True)
            if name != "train"
        ]
    return lines, summary


def _summary(rows: list[Json], margins: Any) -> Json:
    """Accuracy against the decided labels (an equal margin counts half), and length slope."""
    decided = np.array([(r.get("probability") or 1.0) != 0.5 for r in rows], dtype=bool)
    wins = (margins > 0) + 0.5 * (margins == 0)
    words = np.array(
        [
            len(answer_text(r["chosen"]).split()) - len(answer_text(r["rejected"]).split())
            for r in rows
        ]
    )
    n = int(decided.sum())
    varied = len(rows) > 2 and words.std() > 0 and margins.std() > 0
    return {
        "n": n,
        "correct": float(wins[decided].sum()),
        "accuracy": float(wins[decided].mean()) if n else None,
        "mean_margin": float(margins.mean()) if len(rows) else None,
        "length_correlation": float(np.corrcoef(words, margins)[0, 1]) if varied else None,
    }


if __name__ == "__main__":
    run(read_job())
