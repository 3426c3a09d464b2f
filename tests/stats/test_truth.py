"""Consensus against crowd-kit, invariants, simulated truth, and real sets with gold answers."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.cli.bench.quality_real import majority, read_set
from loopwright.stats.truth import TruthSettings, TruthStream, Vote
from loopwright.stats.truth_batch import TruthResult, fitted_stream, infer_truth

PAIR = ("first", "second", "tie", "both_bad")

votes = st.lists(
    st.builds(
        Vote,
        st.sampled_from([f"i{n}" for n in range(8)]),
        st.sampled_from([f"r{n}" for n in range(5)]),
        st.sampled_from(PAIR),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda vote: (vote.item, vote.rater),
)


def simulated(
    seed: int, *, items: int, raters: int, per_item: int
) -> tuple[list[Vote], dict[str, str], dict[str, float]]:
    generator = np.random.default_rng(seed)
    skill = np.clip(generator.beta(8, 3, raters), 0.3, 0.98)
    truth = generator.integers(0, 4, items)
    rows = []
    for item in range(items):
        for rater in generator.choice(raters, per_item, replace=False):
            right = generator.random() < skill[rater]
            answer = truth[item] if right else (truth[item] + generator.integers(1, 4)) % 4
            rows.append(Vote(f"i{item}", f"r{rater}", PAIR[answer]))
    gold = {f"i{item}": PAIR[truth[item]] for item in range(items)}
    return rows, gold, {f"r{rater}": float(skill[rater]) for rater in range(raters)}


def accuracy(found: TruthResult, gold: dict[str, str]) -> float:
    return sum(found.posteriors[item].answer == answer for item, answer in gold.items()) / len(gold)


def streamed(rows: list[Vote]) -> TruthStream:
    stream = TruthStream(PAIR)
    for vote in rows:
        stream.add(vote)
    return stream


def test_one_vote_is_believed_a_little() -> None:
    found = streamed([Vote("i", "r", "first")]).posterior("i")
    assert found is not None
    assert found.answer == "first"
    assert 0.5 < found.probability < 0.8
    assert found.n == 1


def test_free_matrices_agree_with_crowd_kit() -> None:
    rows, gold, _ = simulated(4, items=600, raters=25, per_item=7)
    frame = pd.DataFrame([(v.item, v.rater, v.answer) for v in rows])
    frame.columns = pd.Index(["task", "worker", "label"])
    peer = DawidSkene(n_iter=50).fit_predict(frame)
    found = infer_truth(rows, PAIR, settings=TruthSettings(shrink=4.0))
    same = sum(found.posteriors[item].answer == peer[item] for item in gold) / len(gold)
    right = sum(peer[item] == answer for item, answer in gold.items()) / len(gold)
    assert same > 0.97
    assert accuracy(found, gold) >= right - 0.01


def test_the_stream_settles_where_the_batch_ends() -> None:
    rows, _, _ = simulated(5, items=300, raters=15, per_item=4)
    stream = streamed(rows)
    for _ in range(100):
        if stream.sweep() < 1e-9:
            break
    batch = infer_truth(rows, PAIR, tolerance=1e-10, iterations=400)
    for item, found in batch.posteriors.items():
        other = stream.posterior(item)
        assert other is not None
        assert other.probabilities == pytest.approx(found.probabilities, abs=1e-5)
    ours, theirs = stream.reliabilities(), batch.reliabilities
    for rater, estimate in ours.items():
        assert estimate.value == pytest.approx(theirs[rater].value, abs=1e-5)


def test_a_fitted_stream_goes_on_from_the_batch() -> None:
    rows, _, _ = simulated(6, items=200, raters=12, per_item=4)
    stream = fitted_stream(rows, PAIR)
    assert stream.sweep() < 1e-4
    stream.add(Vote("i0", "somebody new", "tie"))
    found = stream.posterior("i0")
    assert found is not None
    assert found.n == 5


def test_streaming_is_about_as_accurate_as_the_batch_and_beats_majority() -> None:
    rows, gold, _ = simulated(7, items=4000, raters=60, per_item=5)
    stream = streamed(rows)
    live = 0
    for item, answer in gold.items():
        found = stream.posterior(item)
        live += found is not None and found.answer == answer
    batch = accuracy(infer_truth(rows, PAIR), gold)
    assert live / len(gold) > batch - 0.005
    assert batch > majority(rows, gold) + 0.005


@given(votes)
@settings(max_examples=40, deadline=None)
def test_adding_and_taking_back_leaves_nothing(rows: list[Vote]) -> None:
    stream = streamed(rows)
    for vote in rows:
        stream.remove(vote.item, vote.rater)
    assert not list(stream.items())
    stream.add(Vote("i", "r0", "first"))
    fresh = streamed([Vote("i", "r0", "first")])
    ours, theirs = stream.posterior("i"), fresh.posterior("i")
    assert ours is not None
    assert theirs is not None
    assert ours.probabilities == pytest.approx(theirs.probabilities, abs=1e-9)


@given(votes, st.permutations(range(40)))
@settings(max_examples=40, deadline=None)
def test_names_and_order_do_not_matter(rows: list[Vote], order: list[int]) -> None:
    shuffled = [rows[at] for at in order if at < len(rows)]
    renamed = [Vote(vote.item, f"{vote.rater}-renamed", vote.answer) for vote in shuffled]
    one, two = infer_truth(rows, PAIR), infer_truth(renamed, PAIR)
    for item, found in one.posteriors.items():
        assert two.posteriors[item].probabilities == pytest.approx(found.probabilities, abs=1e-9)


@given(votes)
@settings(max_examples=40, deadline=None)
def test_turning_every_pair_round_turns_the_answers_round(rows: list[Vote]) -> None:
    other = {"first": "second", "second": "first"}
    turned = [Vote(v.item, v.rater, other.get(v.answer, v.answer)) for v in rows]
    one, two = infer_truth(rows, PAIR), infer_truth(turned, PAIR)
    for item, found in one.posteriors.items():
        for answer, share in found.probabilities.items():
            mirrored = two.posteriors[item].probabilities[other.get(answer, answer)]
            assert mirrored == pytest.approx(share, abs=1e-9)


def test_answers_that_nobody_checked_are_left_as_given() -> None:
    # Three raters, no item judged twice: their differences are no evidence of who is right.
    rows = [
        Vote(f"i{n}", f"r{n % 3}", "first" if n * 37 % 1000 < 520 else "second")
        for n in range(2000)
    ]
    stream = streamed(rows)
    for _ in range(30):
        stream.sweep()
    batch = infer_truth(rows, PAIR[:2]).posteriors
    for vote in rows:
        live = stream.posterior(vote.item)
        assert live is not None
        assert live.answer == batch[vote.item].answer == vote.answer


def test_a_second_vote_of_the_same_rater_replaces_the_first() -> None:
    rows = [Vote("i", "r", "first"), Vote("i", "q", "tie"), Vote("i", "r", "second")]
    found = streamed(rows).posterior("i")
    assert found is not None
    assert found.n == 2
    assert infer_truth(rows, PAIR).posteriors["i"].n == 2


def test_intervals_of_reliability_cover() -> None:
    hits = total = 0
    for seed in range(20):
        rows, _, skill = simulated(100 + seed, items=300, raters=15, per_item=5)
        for rater, estimate in infer_truth(rows, PAIR).reliabilities.items():
            assert estimate.low is not None
            assert estimate.high is not None
            total += 1
            hits += estimate.low <= skill[rater] <= estimate.high
    assert hits / total >= 0.90


@given(votes, votes)
@settings(max_examples=40, deadline=None)
def test_running_reliability_equals_a_recount(rows: list[Vote], gone: list[Vote]) -> None:
    stream = streamed(rows)
    for vote in gone:
        stream.remove(vote.item, vote.rater)
    right, n = dict.fromkeys((v.rater for v in rows), 0.0), Counter[str]()
    everybody = total = 0.0
    for item in stream.items():
        found, held = stream.posterior(item), stream.votes(item)
        assert found is not None
        for rater, answer in held.items():
            if len(held) > 1:
                everybody, total = everybody + found.probabilities[answer], total + 1
                right[rater] += found.probabilities[answer]
                n[rater] += 1
    known = stream.settings
    pooled = (everybody + known.accuracy * known.accuracy_votes) / (total + known.accuracy_votes)
    pooled = min(max(pooled, 0.3), 0.98)
    for rater, estimate in stream.reliabilities(minimum=1).items():
        assert estimate.n == n[rater]
        if not n[rater]:
            assert estimate.value is None
            continue
        share = (right[rater] + known.rater_votes * pooled) / (n[rater] + known.rater_votes)
        assert estimate.value == pytest.approx(share, abs=1e-6)


def test_reliability_is_unknown_until_others_judged_the_same() -> None:
    alone = infer_truth([Vote(f"i{n}", "r", "first") for n in range(9)], PAIR)
    assert alone.reliabilities["r"].value is None
    assert "5 more judgments" in (alone.reliabilities["r"].reason or "")


def test_real_sets_with_gold_answers(shared_data: Path) -> None:
    folder = shared_data / "active_crowd"
    if not folder.is_dir():
        pytest.skip("active_crowd is not among the shared data sets")
    ours, theirs = [], []
    for path in sorted(folder.glob("*.csv")):
        rows, gold = read_set(path)
        categories = sorted({vote.answer for vote in rows} | set(gold.values()))
        ours.append(accuracy(infer_truth(rows, categories), gold))
        theirs.append(majority(rows, gold))
        assert ours[-1] >= theirs[-1] - 0.005, path.stem
    assert np.mean(ours) >= 0.855
    assert np.mean(ours) >= np.mean(theirs) + 0.02


def test_who_is_good_at_one_kind_of_item_weighs_more_there() -> None:
    """Stream and batch agree, and each rater's weight is that on the item's group."""
    draw = np.random.default_rng(5)
    skill = {"a": {"x": 0.95, "y": 0.6}, "b": {"x": 0.6, "y": 0.95}, "c": {"x": 0.7, "y": 0.7}}
    votes = []
    for number in range(600):
        group, truth = "xy"[number % 2], "01"[int(draw.integers(2))]
        for rater, known in skill.items():
            right = draw.random() < known[group]
            answer = truth if right else "01"[truth == "0"]
            votes.append(Vote(f"i{number}", rater, answer, group))
    torn = [Vote("odd", "a", "0", "x"), Vote("odd", "b", "1", "x")]
    even = [Vote("even", "a", "0", "y"), Vote("even", "b", "1", "y")]
    batch = infer_truth([*votes, *torn, *even], "01").posteriors
    assert batch["odd"].answer == "0"
    assert batch["even"].answer == "1"
    stream = fitted_stream(votes, "01")
    for vote in (*torn, *even):
        stream.add(vote)
    for item in ("odd", "even"):
        found = stream.posterior(item)
        assert found is not None
        assert found.probability == pytest.approx(batch[item].probability, abs=0.02)
    alike = infer_truth(
        [replace(vote, group="") for vote in (*votes, *torn, *even)], "01"
    ).posteriors
    assert batch["odd"].probability > alike["odd"].probability + 0.1
