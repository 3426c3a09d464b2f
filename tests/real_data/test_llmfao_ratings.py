"""Figures of a public set of human comparisons: 59 policies, 124 annotators, ties."""

import csv
from pathlib import Path

import evalica
import krippendorff
import numpy as np
import pytest
from scipy.stats import spearmanr

from loopwright.stats.agreement import alpha_of, count_table
from loopwright.stats.bradley_terry import Comparison, rate

OUTCOME = {"left": 1.0, "right": 0.0, "tie": 0.5}


@pytest.fixture
def rows(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data / "llmfao" / "crowd-comparisons.csv"
    if not path.is_file():
        pytest.skip("llmfao is not among the shared data sets")
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_ratings_order_the_policies_as_newman_does(rows: list[dict[str, str]]) -> None:
    found = rate(
        [
            Comparison(row["model_x"], row["model_y"], OUTCOME[row["winner"]], row["worker"], 1)
            for row in rows
        ]
    )
    winners = {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    peer = evalica.newman(
        [row["model_x"] for row in rows],
        [row["model_y"] for row in rows],
        [winners[row["winner"]] for row in rows],
    )
    ours = {one.source: one.rating.value for one in found.ratings}
    names = sorted(ours)
    rank = spearmanr([ours[name] for name in names], [peer.scores[name] for name in names])
    assert found.groups == 1
    assert len(names) == 59
    assert rank.statistic > 0.99
    assert all(one.rating.low is not None for one in found.ratings)
    # The set is known for a left bias: 0.18 logits on its decided votes.
    assert found.left.low is not None
    assert found.left.low > 0.5


def test_agreement_equals_the_reference_package(rows: list[dict[str, str]]) -> None:
    items: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = items.setdefault(row["id"], {})
        counts[row["winner"]] = counts.get(row["winner"], 0) + 1
    table = count_table(items)
    reference = krippendorff.alpha(
        value_counts=table[table.sum(axis=1) > 0], level_of_measurement="nominal"
    )
    assert alpha_of(table) == pytest.approx(float(np.asarray(reference)), abs=1e-9)
