"""The reward loss: Bradley-Terry with soft labels and weights, inside TRL's RewardTrainer."""

from typing import Any

import torch
from torch.nn import functional
from trl import RewardTrainer
from trl.trainer.reward_trainer import DataCollatorForPreference


def pair_loss(margins: Any, probabilities: Any, weights: Any) -> Any:
    """Mean of w * -(p log s(m) + (1 - p) log s(-m)), s the logistic function.

    `margins`: reward of chosen minus rejected; `probabilities`: consensus probability that
    chosen is better (a tie is 0.5); `weights`: mean one over the data set. Shapes (pairs,).
    With p = w = 1 this is RewardTrainer's own loss (Bradley and Terry 1952).
    """
    likelihood = probabilities * functional.logsigmoid(margins)
    likelihood = likelihood + (1.0 - probabilities) * functional.logsigmoid(-margins)
    return -(weights * likelihood).mean()


class PairCollator(DataCollatorForPreference):  # type: ignore[misc]
    """Adds each pair's probability and weight to the batch."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        """Pad as TRL does, then stack the two columns."""
        batch: dict[str, Any] = super().torch_call(examples)
        for name in ("probability", "weight"):
            batch[name] = torch.tensor([e[name] for e in examples], dtype=torch.float)
        return batch


class WeightedRewardTrainer(RewardTrainer):  # type: ignore[misc]
    """RewardTrainer whose loss knows annotator reliability and consensus probability."""

    def _set_signature_columns_if_needed(self) -> None:
        if self._signature_columns is None:  # type: ignore[has-type]
            self._signature_columns = ["chosen_ids", "rejected_ids", "probability", "weight"]

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The parent runs the model and keeps its metrics; its unweighted loss is dropped."""
        probabilities = inputs.pop("probability")
        weights = inputs.pop("weight")
        _, outputs = super().compute_loss(model, inputs, return_outputs=True)
        chosen, rejected = torch.chunk(outputs.logits.squeeze(-1), chunks=2)
        loss = pair_loss(chosen - rejected, probabilities, weights)
        coefficient = self.args.center_rewards_coefficient
        if coefficient is not None:
            loss = loss + coefficient * torch.mean((chosen + rejected) ** 2)
        return (loss, outputs) if return_outputs else loss
