"""The report of a replay: figures with interval, n and method, and what the file left out."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.replay_read import VoteFile, read_votes
from loopwright.stats.estimate import Estimate
from loopwright.stats.replay import FOLDS, MIN_SEARCH, PastVotes, Replay, replay
from loopwright.stats.replay_figures import figures
from loopwright.stats.replay_pairs import pair_figures, pair_ratings
from loopwright.stats.truth_em import CodedVotes

STEPS = 20
"""About how many steps there are, for the progress bar."""
MAX_CELLS = 60_000_000
"""Probabilities held at once: (items + annotators x labels) x labels; about 2 GiB of memory."""
OTHER = "(another answer)"
_CROSS_FIT = (
    f"Gold items are cut into {FOLDS} folds. What gold sets for a fold (form of the engine, gate, "
    "calibration) is set on the other folds, so gold used for calibration is disjoint from gold "
    "used for the figures, and every gold item counts once."
)
_NO_SEARCH = (
    "Fewer than {least} gold items: the gate is the default one (posterior 0.95, from 3 votes) and "
    "is not calibrated on gold."
)
_PAIRS = (
    "A file of pairs has no gold: accuracy is how many decided votes are foretold from the other "
    "votes. The gate is the default one (posterior 0.95, from 3 votes), not calibrated on gold."
)
_ORDER = "Votes are replayed in the order of the {}."


def report_of(
    path: Path,
    *,
    seed: int,
    read: Callable[[int], None] = lambda _: None,
    step: Callable[[str], None] = lambda _: None,
) -> Json:
    """Return the report of one file. Raises InvalidInput for what has no defined meaning."""
    file = read_votes(path, progress=read)
    past = _coded(file)
    done = replay(past, seed=seed, step=step)
    found = figures(past, done, min_search=MIN_SEARCH, seed=seed, step=step)
    ratings: list[Json] | None = None
    if file.pairs is not None:
        step("ratings")
        found |= pair_figures(file.pairs, file.annotator, len(file.annotators), seed=seed)
        ratings = pair_ratings(file.pairs, file.annotator, file.annotators)
    report: Json = {
        "replay": path.name,
        "kind": file.kind,
        "seed": seed,
        "figures": _figures(found, done, len(file.item)),
        "file": _file(file, past, done),
        "gates": [asdict(gate) for gate in done.gates],
        "notes": _notes(file, done),
    }
    if ratings is not None:
        report["ratings"] = ratings
    return report


def _coded(file: VoteFile) -> PastVotes:
    labels = max(2, len(file.labels))
    size = (len(file.items) + len(file.annotators) * labels) * labels
    if size > MAX_CELLS:
        raise InvalidInput(
            f"{len(file.labels):,} different labels by {len(file.annotators):,} annotators on "
            f"{len(file.items):,} items are too many to hold.",
            remedy="Replay takes categories; if label is a free text, code it first.",
        )
    votes = CodedVotes(
        file.item, file.annotator, file.label, len(file.items), len(file.annotators), labels
    )
    return PastVotes(votes, file.gold)


def _figures(found: dict[str, Estimate], done: Replay, total: int) -> Json:
    first = ("accuracy", "accuracy_majority", "accuracy_em")
    ordered: Json = {key: found[key].as_dict() for key in first}
    ordered["votes_used"] = int(done.used.sum())
    ordered["votes_total"] = total
    ordered["saved_at_equal_accuracy"] = found["saved_at_equal_accuracy"].as_dict()
    rest = {key: one.as_dict() for key, one in found.items() if key not in ordered}
    return {**ordered, **rest}


def _file(file: VoteFile, past: PastVotes, done: Replay) -> Json:
    given = np.bincount(file.item, minlength=len(file.items))
    counts: Json = {
        **file.counts,
        "votes": len(file.item),
        "items": int((given > 0).sum()),
        "annotators": len(file.annotators),
        "answers": len(file.labels),
        "gold_items": len(past.gold_item),
        "most_votes_on_an_item": int(given.max(initial=0)),
    }
    if file.seconds is not None:
        known = np.nan_to_num(file.seconds)
        counts["hours"] = round(float(known.sum()) / 3600, 3)
        counts["hours_used"] = round(float(known[done.used].sum()) / 3600, 3)
    return counts


def _notes(file: VoteFile, done: Replay) -> list[str]:
    notes = [_ORDER.format("column time" if file.timed else "file")]
    if file.pairs is not None:
        notes.append(_PAIRS)
    elif done.at_majority is not None:
        notes.append(_CROSS_FIT)
    else:
        notes.append(_NO_SEARCH.format(least=MIN_SEARCH))
    if not len(file.item):
        notes.append("The file has no votes.")
    counts = file.counts
    told = {
        "replaced_votes": "votes were replaced by a later one of the same annotator on the item.",
        "blank_labels": "rows have no label and were left out.",
        "contradictory_gold": "items have contradictory gold answers, which were left out.",
        "gold_without_votes": "gold items have no votes and were left out.",
        "same_sides": "rows compare a side with itself and were left out.",
    }
    return notes + [f"{counts[key]:,} {text}" for key, text in told.items() if counts.get(key)]
