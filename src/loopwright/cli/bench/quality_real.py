"""Consensus on real votes with gold answers, beside the majority's."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from loopwright.base.types import Json
from loopwright.stats.truth import Vote
from loopwright.stats.truth_batch import infer_truth

KEYS = ("real.mean_accuracy", "real.mean_majority", "real.worst_gap")
_FOLDER = "active_crowd"


def real(data: Path | None, *, say: Callable[[str], None]) -> tuple[Json, Json]:
    """Return accuracies over every set in the folder, none left out and all with the defaults.

    `worst_gap` is how far the answers fall below the majority's on the worst set; negative where
    they are better on every one.
    """
    files = [] if data is None else sorted((data / _FOLDER).glob("*.csv"))
    if not files:
        reason = f"no data sets: pass --data FOLDER, holding {_FOLDER}/*.csv"
        return dict.fromkeys(KEYS, "not run"), {"reason": reason}
    sets: Json = {}
    for file in files:
        votes, gold = read_set(file)
        answers = sorted({vote.answer for vote in votes} | set(gold.values()))
        found = infer_truth(votes, answers).posteriors
        accuracy = sum(found[item].answer == answer for item, answer in gold.items()) / len(gold)
        sets[file.stem] = {
            "votes": len(votes),
            "gold": len(gold),
            "accuracy": round(accuracy, 5),
            "majority": round(majority(votes, gold), 5),
        }
        say(f"real: {file.stem}: {accuracy:.4f}, majority {sets[file.stem]['majority']:.4f}")
    gaps = [one["majority"] - one["accuracy"] for one in sets.values()]
    figures = {
        "real.mean_accuracy": round(float(np.mean([one["accuracy"] for one in sets.values()])), 5),
        "real.mean_majority": round(float(np.mean([one["majority"] for one in sets.values()])), 5),
        "real.worst_gap": round(max(gaps), 5),
    }
    return figures, {"sets": sets}


def read_set(path: Path) -> tuple[list[Vote], dict[str, str]]:
    """Return votes and gold answers of rows worker, item, label, gold; a worker's last vote on an
    item counts."""
    last: dict[tuple[str, str], str] = {}
    gold: dict[str, str] = {}
    with path.open(newline="", encoding="utf-8") as stream:
        for worker, item, label, right, *_ in csv.reader(stream):
            last[item, worker] = label
            gold[item] = right
    return [Vote(item, worker, label) for (item, worker), label in last.items()], gold


def majority(votes: list[Vote], gold: dict[str, str]) -> float:
    """Return the majority's accuracy; of equals each counts its share."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for vote in votes:
        counts[vote.item][vote.answer] += 1
    right = 0.0
    for item, answer in gold.items():
        most = max(counts[item].values())
        top = [name for name, n in counts[item].items() if n == most]
        right += (answer in top) / len(top)
    return right / len(gold)
