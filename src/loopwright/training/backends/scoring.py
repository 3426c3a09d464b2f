"""Scores of completions by a reward model, in batches sorted by length."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from loopwright.base.types import Json


class Scorer:
    """A loaded reward model; `score` gives one number per (prompt messages, answer)."""

    def __init__(self, model: Any, tokenizer: Any, *, batch: int = 128) -> None:
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._batch = batch

    @classmethod
    def load(cls, folder: Path, *, batch: int = 128) -> "Scorer":
        """Load a reward model written by the reward step (safetensors, no remote code)."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            num_labels=1,
            dtype=torch.float32,
            trust_remote_code=False,
            use_safetensors=True,
        )
        if torch.cuda.is_available():
            model = model.to("cuda")
        return cls(model, tokenizer, batch=batch)

    def score(self, prompts: Sequence[Sequence[Json]], answers: Sequence[str]) -> list[float]:
        """Rewards in the order given; unit: logits of the Bradley-Terry model."""
        ids = [
            conversation_ids(self._tokenizer, prompt, answer)
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        rewards = [0.0] * len(ids)
        for start in range(0, len(order), self._batch):
            part = order[start : start + self._batch]
            for i, value in zip(part, self._forward([ids[i] for i in part]), strict=True):
                rewards[i] = value
        return rewards

    def _forward(self, ids: list[list[int]]) -> list[float]:
        width = max(len(x) for x in ids)
        pad = self._tokenizer.pad_token_id
        tokens = torch.tensor([x + [pad] * (width - len(x)) for x in ids])
        mask = torch.tensor([[1] * len(x) + [0] * (width - len(x)) for x in ids])
        device = next(self._model.parameters()).device
        with torch.no_grad():
            out = self._model(
                input_ids=tokens.to(device), attention_mask=mask.to(device), use_cache=False
            )
        values: list[float] = out.logits.squeeze(-1).float().tolist()
        return values


def conversation_ids(tokenizer: Any, prompt: Sequence[Json], answer: str) -> list[int]:
    """Token ids of the whole conversation through the chat template, closing EOS included."""
    turns = [*prompt, {"role": "assistant", "content": answer}]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
