"""Real votes with gold answers, and what the majority makes of them."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

from loopwright.stats.truth import Vote

SETS = ("CF", "CF_amt", "MS", "SP", "SP_amt", "ZenCrowd_in", "ZenCrowd_us", "ZenCrowd_all")


def majority(rows: list[Vote], gold: dict[str, str]) -> float:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for vote in rows:
        counts[vote.item][vote.answer] += 1
    right = 0.0
    for item, answer in gold.items():
        top = [name for name, n in counts[item].items() if n == max(counts[item].values())]
        right += (answer in top) / len(top)
    return right / len(gold)


def read_set(path: Path) -> tuple[list[Vote], dict[str, str]]:
    last: dict[tuple[str, str], str] = {}
    gold: dict[str, str] = {}
    with path.open() as stream:
        for row in csv.reader(stream):
            last[row[1], row[0]] = row[2]
            gold[row[1]] = row[3]
    return [Vote(item, rater, answer) for (item, rater), answer in last.items()], gold
