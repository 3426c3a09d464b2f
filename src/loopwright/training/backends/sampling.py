"""Completions from a causal language model, batched by prompt length, seeded per batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from loopwright.base.types import Json


@dataclass(frozen=True)
class Decoding:
    """How a policy draws its tokens; temperature 0 is greedy."""

    temperature: float = 1.0
    top_p: float = 1.0
    max_new_tokens: int = 96


@dataclass(frozen=True)
class Sampled:
    """One drawn completion; `finish` is "stop" (EOS) or "length"."""

    text: str
    tokens: int
    finish: str


class Sampler:
    """A loaded policy."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        tokenizer.padding_side = "left"

    @classmethod
    def load(cls, folder: Path) -> "Sampler":
        """Load a policy written by a training step (safetensors, no remote code)."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, trust_remote_code=False, use_safetensors=True
        )
        if torch.cuda.is_available():
            model = model.to("cuda")
        return cls(model, tokenizer)

    def encode(self, prompts: Sequence[Sequence[Json]]) -> Any:
        """Left-padded token ids and mask, ready to answer."""
        texts = [
            self.tokenizer.apply_chat_template(p, tokenize=False, add_generation_prompt=True)
            for p in prompts
        ]
        batch = self.tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        device = next(self.model.parameters()).device
        return batch["input_ids"].to(device), batch["attention_mask"].to(device)

    def arguments(self, decoding: Decoding) -> Json:
        """Keyword arguments of `generate` for one decoding."""
        draw = decoding.temperature > 0
        arguments: Json = {
            "do_sample": draw,
            "max_new_tokens": decoding.max_new_tokens,
            "pad_token_id": self.tokenizer.pad_token_id,
            "eos_token_id": self.tokenizer.eos_token_id,
        }
        if draw:
            arguments |= {"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": 0}
        return arguments

    def complete(self, prompts: Sequence[Sequence[Json]], decoding: Decoding) -> list[Sampled]:
        """One completion per prompt from torch's global generator (the caller seeds it)."""
        ids, mask = self.encode(prompts)
        with torch.no_grad():
            out = self.model.generate(
                input_ids=ids, attention_mask=mask, **self.arguments(decoding)
            )
        return [self._sampled(row) for row in out[:, ids.shape[1] :].tolist()]

    def _sampled(self, row: list[int]) -> Sampled:
        end = self.tokenizer.eos_token_id
        stopped = end in row
        kept = row[: row.index(end)] if stopped else row
        text = self.tokenizer.decode(kept, skip_special_tokens=True).strip()
        return Sampled(text=text, tokens=len(kept), finish="stop" if stopped else "length")
