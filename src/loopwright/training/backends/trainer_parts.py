"""What the three trainers share: common arguments, checkpoint sealing, progress, resuming."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from loopwright.base.types import Json
from loopwright.training.backends.files import (
    Job,
    checkpoint_step,
    report,
    seal_checkpoint,
    whole_checkpoints,
)

MODEL_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
)


def common_arguments(job: Job, *, steps: int, learning_rate: float) -> dict[str, Any]:
    """Arguments every trainer gets; TRL's own defaults (bf16, recomputation) are for GPUs."""
    gpu = torch.cuda.is_available()
    return {
        "output_dir": str(job.checkpoints),
        "max_steps": steps,
        "learning_rate": learning_rate,
        "seed": job.seed,
        "use_cpu": not gpu,
        "bf16": gpu and job.spec.get("preset") == "lora",
        "gradient_checkpointing": gpu and job.spec.get("preset") == "lora",
        "dataloader_pin_memory": gpu,
        "report_to": "none",
        "disable_tqdm": True,
        "logging_strategy": "steps",
        "logging_steps": max(1, job.count("log_every", 5)),
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": max(1, job.count("save_every", 25)),
        "save_total_limit": None if job.spec.get("keep_path") else 2,
    }


class Keeper(TrainerCallback):  # type: ignore[misc]
    """Seals each saved checkpoint and writes each log line to progress.jsonl."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Seal what the trainer has just saved."""
        seal_checkpoint(Path(args.output_dir) / f"checkpoint-{state.global_step}")

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Report the numbers of this log line."""
        numbers = {k: float(v) for k, v in (logs or {}).items() if isinstance(v, int | float)}
        report(self._job, step=state.global_step, total=state.max_steps, metrics=numbers)


def train(
    trainer: Any,
    job: Job,
    *,
    steps: int,
    stopped: Callable[[list[Json]], bool] = lambda history: False,
) -> Path | None:
    """Train to `steps`, resuming from the last whole checkpoint; never takes a further step.

    Torn checkpoints are removed first: the trainer's rotation counts them otherwise. `stopped`
    reads the log history and says whether a stop rule had already ended the run. Returns
    the checkpoint resumed from, None for a fresh start.
    """
    whole = whole_checkpoints(job.checkpoints)
    for folder in job.checkpoints.glob("checkpoint-*"):
        if folder not in whole:
            shutil.rmtree(folder)
    if not whole:
        trainer.train()
        return None
    last = whole[-1]
    state = json.loads((last / "trainer_state.json").read_text())
    if checkpoint_step(last) >= steps or stopped(state["log_history"]):
        # The trainer would take one step more from a finished checkpoint: load and stop.
        trainer._load_from_checkpoint(str(last))
        trainer.state = type(trainer.state).load_from_json(str(last / "trainer_state.json"))
        return last
    trainer.train(resume_from_checkpoint=str(last))
    return last


def lora_config(job: Job, *, task: str) -> Any:
    """PEFT settings of the `lora` preset; None for `tiny`. The reward head is trained in full."""
    if job.spec.get("preset", "tiny") != "lora":
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=job.count("lora_rank", 16),
        lora_alpha=job.count("lora_alpha", 32),
        lora_dropout=0.0,
        target_modules="all-linear",
        modules_to_save=["score"] if task == "SEQ_CLS" else None,
        task_type=task,
    )


def save_model(model: Any, tokenizer: Any, folder: Path) -> Path:
    """Save weights (adapters merged in) and tokenizer as safetensors and JSON only."""
    merged = model.merge_and_unload() if hasattr(model, "merge_and_unload") else model
    folder.mkdir(parents=True, exist_ok=True)
    merged.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    (folder / "training_args.bin").unlink(missing_ok=True)  # a pickle; nobody should load one
    config = folder / "config.json"
    settings = json.loads(config.read_text())
    settings.pop("_name_or_path", None)  # a machine's path would change the digest
    config.write_text(json.dumps(settings, indent=1, sort_keys=True))
    return folder


def copy_model(checkpoint: Path, folder: Path) -> Path:
    """Copy only the model and tokenizer files of a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODEL_FILES:
        if (checkpoint / name).is_file():
            shutil.copyfile(checkpoint / name, folder / name)
    return folder
