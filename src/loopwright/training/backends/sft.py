"""Supervised fine-tuning: `python -m loopwright.training.backends.sft SPEC.json`.

Spec: demonstrations (rows {prompt, completion}), preset tiny|lora, base_model (lora), steps,
learning_rate, batch, seed; tiny: vocabulary, hidden, layers.
"""

from typing import Any

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    answer_text,
    finish,
    messages,
    read_job,
    read_rows,
)


def run(job: Job) -> None:
    """Train and write outputs/policy."""
    import torch
    from datasets import Dataset
    from transformers import set_seed
    from trl import SFTConfig, SFTTrainer

    from loopwright.training.backends.trainer_parts import (
        Keeper,
        common_arguments,
        lora_config,
        save_model,
        train,
    )

    torch.set_num_threads(job.count("threads", 1))
    set_seed(job.seed)
    rows = [_row(r, job.spec.get("system_prompt", "")) for r in _demonstrations(job)]
    model, tokenizer = _start(job, rows)
    steps = job.count("steps", 300)
    lora = lora_config(job, task="CAUSAL_LM")
    arguments = SFTConfig(
        **common_arguments(job, steps=steps, learning_rate=job.number("learning_rate", 3e-3)),
        per_device_train_batch_size=job.count("batch", 32),
        max_length=job.count("max_length", 256),
        warmup_steps=max(1, steps // 20),
        lr_scheduler_type="cosine",
        completion_only_loss=True,
    )
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[Keeper(job)],
        peft_config=lora,
    )
    resumed = train(trainer, job, steps=steps)
    policy = save_model(trainer.model, tokenizer, job.outputs / "policy")
    losses = [h["loss"] for h in trainer.state.log_history if "loss" in h]
    metrics: Json = {
        "steps": trainer.state.global_step,
        "loss": losses[-1] if losses else None,
        "rows": len(rows),
        "parameters": sum(p.numel() for p in trainer.model.parameters()),
        "resumed": resumed is not None,
    }
    finish(job, outputs={"policy": policy}, metrics=metrics)


def _demonstrations(job: Job) -> list[Json]:
    return read_rows(job.input("demonstrations"))


def _row(row: Json, system_prompt: str) -> Json:
    text = answer_text(row["completion"])
    return {
        "prompt": messages(row["prompt"], system_prompt=system_prompt),
        "completion": [{"role": "assistant", "content": text}],
    }


def _start(job: Job, rows: list[Json]) -> tuple[Any, Any]:
    """Model and tokenizer before training: new ones for `tiny`, a loaded base for `lora`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from loopwright.training.backends.tiny import new_model, train_tokenizer

    if job.spec.get("preset", "tiny") == "tiny":
        texts = (m["content"] for r in rows for m in (*r["prompt"], *r["completion"]))
        tokenizer = train_tokenizer(texts, vocabulary=job.count("vocabulary", 700))
        model = new_model(tokenizer, hidden=job.count("hidden", 96), layers=job.count("layers", 2))
        return model, tokenizer
    base = job.spec["base_model"]
    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    dtype = torch.bfloat16 if torch.cuda.is_available() else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype=dtype, trust_remote_code=False, use_safetensors=True
    )
    return model, tokenizer


if __name__ == "__main__":
    run(read_job())
