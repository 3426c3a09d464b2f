"""Policy update by RLOO: `python -m loopwright.training.backends.rl SPEC.json`.

Spec: policy, reward_model, prompts, algorithm rloo, preset, steps, beta, learning_rate,
generations, batch, target_words, word_penalty, penalty_cap, canned_phrases, limits, save_every.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    answer_text,
    checkpoint_step,
    finish,
    messages,
    read_job,
    read_rows,
    whole_checkpoints,
)
from loopwright.training.watch import Limits, Stop, text_signals, verdict


def run(job: Job) -> None:
    """Update the policy; write outputs/policy and the policies along the path."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import RLOOTrainer

    from loopwright.training.backends.scoring import Scorer
    from loopwright.training.backends.trainer_parts import Keeper, lora_config, save_model, train

    torch.set_num_threads(job.count("threads", 1))
    set_seed(job.seed)
    job.spec["keep_path"] = True
    base = job.input("policy")
    tokenizer = AutoTokenizer.from_pretrained(base, padding_side="left", trust_remote_code=False)
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype=torch.float32, trust_remote_code=False, use_safetensors=True
    )
    system_prompt = job.spec.get("system_prompt") or ""
    rows = [
        {"prompt": messages(r.get("messages") or r["prompt"], system_prompt=system_prompt)}
        for r in read_rows(job.input("prompts"))
    ]
    steps = job.count("steps", 50)
    per_step = max(1, job.count("batch", 64) // job.count("generations", 8))
    trainer = RLOOTrainer(
        model=model,
        reward_funcs=reward_function(job, Scorer.load(job.input("reward_model"))),
        args=_arguments(job, steps),
        train_dataset=Dataset.from_list(one_pass(rows, count=steps * per_step, seed=job.seed)),
        processing_class=tokenizer,
        callbacks=[Keeper(job), _watch(job)],
        peft_config=lora_config(job, task="CAUSAL_LM"),
    )
    limits = _limits(job)
    resumed = train(
        trainer, job, steps=steps, stopped=lambda history: verdict(history, limits) is not None
    )
    stop = verdict(trainer.state.log_history, limits)
    policy = save_model(trainer.model, tokenizer, job.outputs / "policy")
    outputs = {"policy": policy} | _path(job, tokenizer)
    metrics = _metrics(trainer.state, stop) | {"resumed": resumed is not None}
    finish(job, outputs=outputs, metrics=metrics)


def one_pass(rows: Sequence[Json], *, count: int, seed: int) -> list[Json]:
    """Shuffled copies of the rows, end to end, enough for a whole run.

    The trainer shuffles anew for each pass but forgets where it was when it resumes: with one
    pass in a fixed order, a resumed run sees the very prompts that an undisturbed one does.
    """
    rng = np.random.default_rng(seed)
    drawn: list[Json] = []
    while len(drawn) < count:
        drawn += [rows[i] for i in rng.permutation(len(rows))]
    return drawn


def reward_function(job: Job, scorer: Any) -> Callable[..., list[float]]:
    """Reward-model score minus a verbosity penalty that starts above a length and is capped.

    An uncapped or linear penalty is itself hacked (fragments), hence both bounds.
    """
    target = job.number("target_words", 40)
    slope = job.number("word_penalty", 0.05)
    cap = job.number("penalty_cap", 1.0)
    canned = job.spec.get("canned_phrases") or ()

    def reward(prompts: Any, completions: Any, log_metric: Any = None, **_: Any) -> list[float]:
        texts = [answer_text(c).strip() for c in completions]
        scores = scorer.score(prompts, texts)
        penalties = [min(cap, slope * max(0.0, len(t.split()) - target)) for t in texts]
        if log_metric is not None:
            signals = text_signals(texts, canned_phrases=canned)
            signals["reward_model"] = sum(scores) / len(scores)
            signals["penalty"] = sum(penalties) / len(penalties)
            for name, value in signals.items():
                log_metric(name, value)
        return [s - p for s, p in zip(scores, penalties, strict=True)]

    return reward


def _arguments(job: Job, steps: int) -> Any:
    from trl import RLOOConfig

    from loopwright.training.backends.trainer_parts import common_arguments

    return RLOOConfig(
        **common_arguments(job, steps=steps, learning_rate=job.number("learning_rate", 4e-4)),
        per_device_train_batch_size=job.count("batch", 64),
        num_generations=job.count("generations", 8),
        max_completion_length=job.count("max_new_tokens", 96),
        beta=job.number("beta", 0.1),
        temperature=job.number("temperature", 1.0),
        normalize_advantages=False,  # group scaling feeds reward-model noise once answers agree
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=min(5, steps // 4),
        max_grad_norm=1.0,
        disable_dropout=True,
        remove_unused_columns=False,
        shuffle_dataset=False,
    )


def _limits(job: Job) -> Limits:
    return Limits(**(job.spec.get("limits") or {}))


def _watch(job: Job) -> Any:
    from transformers import TrainerCallback

    limits = _limits(job)

    class Watch(TrainerCallback):  # type: ignore[misc]
        """Stops training once the signals have crossed a limit long enough."""

        def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if verdict(state.log_history, limits) is not None:
                control.should_training_stop = True
                control.should_save = True

    return Watch()


def _path(job: Job, tokenizer: Any) -> dict[str, Path]:
    """The policies along the path, `step_<n>`, so that people can choose on evidence."""
    from loopwright.training.backends.trainer_parts import copy_model

    if job.spec.get("preset") == "lora":
        return {}  # adapters stay in the run folder; merging each would store the base again
    found = {}
    for checkpoint in whole_checkpoints(job.checkpoints):
        step = checkpoint_step(checkpoint)
        folder = copy_model(checkpoint, job.outputs / f"step_{step:05d}")
        tokenizer.save_pretrained(folder)
        found[f"step_{step:05d}"] = folder
    return found


def _metrics(state: Any, stop: Stop | None) -> Json:
    lines = [h for h in state.log_history if "words" in h]
    names = ("reward", "reward_model", "kl", "words", "distinct", "same_share", "canned_share")
    metrics: Json = {"steps": state.global_step, "stopped": None}
    for name in names:
        if lines and name in lines[-1]:
            metrics[name] = lines[-1][name]
            metrics[f"{name}_first"] = lines[0].get(name)
    if stop is not None:
        metrics["stopped"] = {
            "sentence": stop.sentence,
            "limit": stop.limit,
            "value": stop.value,
            "bound": stop.bound,
            "step": stop.step,
            "last_good_step": stop.last_good_step,
        }
    return metrics


if __name__ == "__main__":
    run(read_job())
