"""The reward loss against a formula written by hand, and the reward function's penalty."""

import math
from typing import Any

import pytest
import torch

from loopwright.training.backends.files import Job
from loopwright.training.backends.pair_loss import PairCollator, pair_loss
from loopwright.training.backends.rl import reward_function


def by_hand(margins: list[float], probabilities: list[float], weights: list[float]) -> float:
    total = 0.0
    for m, p, w in zip(margins, probabilities, weights, strict=True):
        s = 1.0 / (1.0 + math.exp(-m))
        total -= w * (p * math.log(s) + (1 - p) * math.log(1 - s))
    return total / len(margins)


def test_soft_labels_and_weights_enter_as_written() -> None:
    margins, probabilities, weights = [0.7, -1.2, 2.0], [1.0, 0.5, 0.8], [1.0, 0.25, 1.75]
    loss = pair_loss(torch.tensor(margins), torch.tensor(probabilities), torch.tensor(weights))
    assert float(loss) == pytest.approx(by_hand(margins, probabilities, weights), abs=1e-6)


def test_certain_equal_pairs_give_the_plain_bradley_terry_loss() -> None:
    margins = torch.tensor([0.3, -0.4])
    plain = -torch.nn.functional.logsigmoid(margins).mean()
    assert float(pair_loss(margins, torch.ones(2), torch.ones(2))) == pytest.approx(float(plain))


def test_a_tie_pulls_the_margin_to_zero_and_no_weight_means_no_pull() -> None:
    margins = torch.tensor([2.0, 2.0], requires_grad=True)
    pair_loss(margins, torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0])).backward()
    assert margins.grad is not None
    assert float(margins.grad[0]) > 0
    assert float(margins.grad[1]) == 0.0


def test_the_collator_carries_both_columns() -> None:
    pair = {"chosen_ids": [1, 2], "rejected_ids": [3], "probability": 0.75, "weight": 2.0}
    batch = PairCollator(pad_token_id=0)([pair, pair])
    assert batch["input_ids"].tolist() == [[1, 2], [1, 2], [3, 0], [3, 0]]
    assert batch["probability"].tolist() == [0.75, 0.75]
    assert batch["weight"].tolist() == [2.0, 2.0]


class Constant:
    """A reward model that likes everything alike."""

    def score(self, prompts: Any, answers: Any) -> list[float]:
        return [1.0] * len(answers)


def test_the_verbosity_penalty_starts_above_the_target_and_is_capped(tmp_path: Any) -> None:
    spec = {
        "paths": {"folder": str(tmp_path)},
        "target_words": 10,
        "word_penalty": 0.1,
        "penalty_cap": 0.5,
    }
    logged: dict[str, float] = {}
    reward = reward_function(Job(spec), Constant())
    texts = ["w " * n for n in (3, 10, 12, 400)]
    completions = [[{"role": "assistant", "content": t}] for t in texts]
    values = reward([[]] * 4, completions, log_metric=logged.__setitem__)
    assert values == pytest.approx([1.0, 1.0, 0.8, 0.5])
    assert logged["reward_model"] == 1.0
    assert logged["words"] == pytest.approx((3 + 10 + 12 + 400) / 4)
