"""The bench of consensus on small numbers: every figure has a value or says why it has none."""

from pathlib import Path

import numpy as np
import pytest

from loopwright.base.errors import InvalidInput
from loopwright.cli.bench import quality_exit, quality_pairs, quality_pairs_turn, quality_truth
from loopwright.cli.bench.quality import Options, data_folder, measure, parts_of
from loopwright.cli.bench.quality_live import live
from loopwright.cli.bench.quality_people import coverage, drift, held_out
from loopwright.cli.bench.quality_real import KEYS, majority, read_set

SET = """\
ann,one,a,a,3
ann,one,b,a,4
bob,one,a,a,1
cal,one,a,a,2
ann,two,b,b,3
bob,two,a,b,1
"""


def quiet(_text: str) -> None:
    """Say nothing."""


def test_made_up_votes_have_what_they_promise() -> None:
    votes = quality_truth.made_up(5000)
    assert len(votes.item) == 5000
    pairs = set(zip(votes.item.tolist(), votes.rater.tolist(), strict=True))
    assert len(pairs) == 5000
    right = votes.answer == votes.truth[votes.item]
    assert 0.5 < right.mean() < 0.8
    assert (quality_truth.made_up(5000).answer == votes.answer).all()


def test_both_sides_solve_the_same_problem() -> None:
    runs = quality_truth.race(4000, rounds=1, say=quiet)
    [peer], [ours], [double] = runs["crowd-kit"], runs["ours"], runs["ours_double"]
    assert ours["accuracy"] == pytest.approx(peer["accuracy"], abs=0.03)
    assert ours["accuracy"] == pytest.approx(double["accuracy"], abs=0.002)
    assert ours["cpu_seconds"] > 0


def test_votes_one_by_one_come_near_the_batch() -> None:
    figures, notes = live(votes=4000, say=quiet)
    assert figures["live.update_us"] > 0
    assert abs(figures["live.accuracy_gap"]) < 0.03
    assert notes["accuracy"]["batch"] > 0.8


def test_real_sets_are_read_and_summed_up(tmp_path: Path) -> None:
    folder = tmp_path / "active_crowd"
    folder.mkdir()
    (folder / "small.csv").write_text(SET)
    votes, gold = read_set(folder / "small.csv")
    assert len(votes) == 5
    assert gold == {"one": "a", "two": "b"}
    # On the first two of three say a; on the second both answers have one vote.
    assert majority(votes, gold) == pytest.approx(0.75)
    found = measure(Options(data=tmp_path, parts=("real",)), say=quiet)
    assert found["figures"]["real.mean_majority"] == 0.75
    assert np.isfinite(found["figures"]["real.worst_gap"])
    assert found["context"]["real"]["sets"]["small"]["votes"] == 5


def test_what_cannot_run_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = measure(Options(data=tmp_path, parts=("real", "exit")), say=quiet)
    assert found["figures"] == dict.fromkeys((*KEYS, *quality_exit.KEYS), "not run")
    assert "active_crowd" in found["context"]["real"]["reason"]
    assert "active_crowd" in found["context"]["exit"]["reason"]
    assert held_out(tmp_path, say=quiet)[0] == {"llmfao.logloss_wins_of_20": "not run"}
    with pytest.raises(InvalidInput, match="no weather to measure"):
        parts_of("real,weather")
    assert parts_of("live,ds") == ("ds", "live")
    with pytest.raises(InvalidInput, match="is no folder"):
        data_folder(tmp_path / "absent")
    monkeypatch.setenv("LOOPWRIGHT_SHARED_DATA", str(tmp_path))
    assert data_folder(None) == tmp_path


def test_every_side_of_a_race_finds_the_truth() -> None:
    votes, truth = quality_pairs.made_up(6000)
    for make in (
        quality_pairs_turn._our_ratings,
        quality_pairs_turn._crowd_kit,
        quality_pairs_turn._our_intervals,
        quality_pairs_turn._evalica,
    ):
        found = quality_pairs_turn.take(make(votes), truth, repeats=1)
        assert found["correlation"] > 0.85, make
        assert found["cpu_seconds"] > 0


def test_early_exit_on_a_made_up_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = quality_truth.made_up(3000)
    rows = [
        f"r{rater},i{item},{answer},{made.truth[item]}"
        for item, rater, answer in zip(made.item, made.rater, made.answer, strict=True)
    ]
    folder = tmp_path / "active_crowd"
    folder.mkdir()
    (folder / "made.csv").write_text("\n".join(rows))
    monkeypatch.setattr(quality_exit, "ORDERS", 1)
    figures, notes = quality_exit.early_exit(tmp_path, say=quiet)
    assert 0.1 < figures["exit.saved_vs_majority5"] < 0.8
    assert -0.5 < figures["exit.saved_vs_em5"] < 0.7
    assert 0.0 <= figures["gate.ece_median"] < 0.2
    one = notes["sets"]["made"]
    assert one["gold"] == 600
    assert one["majority"]["votes_an_item"] < one["majority"]["votes_fixed"] == 5.0
    assert one["ece"]["calibrated_on"] == 100


def test_intervals_alarms_and_held_out_votes(tmp_path: Path) -> None:
    covered, told = coverage(say=quiet, replicates=20)
    assert 0.85 < covered["ratings.coverage95"] <= 1.0
    assert told["low"] < covered["ratings.coverage95"] < told["high"]
    noticed, _ = drift(say=quiet, runs=60)
    assert 50 < noticed["drift.median_delay"] < 150
    assert noticed["drift.false_alarm_2000"] < 0.15
    folder = tmp_path / "llmfao"
    folder.mkdir()
    rows = [
        f"m{n % 4},m{(n + 1 + n // 4 % 3) % 4},w{n % 5},{'left' if n % 3 else 'right'}"
        for n in range(200)
    ]
    text = "\n".join(["model_x,model_y,worker,winner", *rows, "m0,m1,w0,tie"])
    (folder / "crowd-comparisons.csv").write_text(text)
    wins, notes = held_out(tmp_path, say=quiet, splits=2)
    assert 0 <= wins["llmfao.logloss_wins_of_20"] <= 2
    assert notes["votes"] == 200
    assert notes["log_loss"] > 0.0
