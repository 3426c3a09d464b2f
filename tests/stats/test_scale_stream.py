"""Scores one by one end where all scores at once do; boxes are matched one to one."""

import numpy as np
import pytest

from loopwright.stats.box_consensus import Box, match_boxes, overlaps
from loopwright.stats.scale_consensus import Score, agree_on_scale
from loopwright.stats.scale_stream import ScaleStream


def made_up(seed: int = 0) -> list[Score]:
    draw = np.random.default_rng(seed)
    truth, bias = draw.normal(3.0, 1.0, 60), draw.normal(0.0, 0.5, 8)
    return [
        Score(f"i{item}", f"r{rater}", float(np.clip(round(value), 1, 5)))
        for item in range(60)
        for rater in draw.choice(8, 4, replace=False)
        for value in [truth[item] + bias[rater] + draw.normal(0.0, 0.4)]
    ]


def test_the_stream_stands_where_the_batch_does() -> None:
    scores = made_up()
    stream, batch = ScaleStream(1, 5), agree_on_scale(scores, low=1, high=5)
    for score in scores:
        stream.add(score)
    stream.refit()
    for item, expected in batch.scores.items():
        found = stream.consensus(item)
        assert found is not None
        assert found[0].value == pytest.approx(expected.value, abs=0.02)
        assert found[0].low == pytest.approx(expected.low, abs=0.05)


def test_a_score_changes_its_item_and_can_be_taken_back() -> None:
    stream = ScaleStream(1, 5)
    for score in made_up():
        stream.add(score)
    stream.refit()
    before = stream.consensus("i0")
    stream.add(Score("i0", "a stranger", 5.0))
    assert stream.consensus("i0") != before
    stream.remove("i0", "a stranger")
    assert stream.consensus("i0") == before
    assert stream.consensus("nothing") is None
    with pytest.raises(ValueError, match="outside 1 to 5"):
        stream.add(Score("i0", "r0", 6.0))


def test_overlap_is_intersection_over_union() -> None:
    found = overlaps(np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]]))
    assert found[0].tolist() == pytest.approx([1.0, 2 / 6, 0.0])


def test_two_things_side_by_side_stay_two() -> None:
    boxes = [Box(rater, x, 0, 10, 10) for rater in "ab" for x in (0.0, 12.0)]
    found = match_boxes(boxes)
    assert [one.raters for one in found] == [("a", "b"), ("a", "b")]
    assert [one.x for one in found] == [0.0, 12.0]
    # One person who frames the same thing twice does not agree with themselves.
    twice = match_boxes([Box("a", 0, 0, 10, 10), Box("a", 1, 0, 10, 10)])
    assert [one.raters for one in twice] == [("a",), ("a",)]
    assert match_boxes([]) == []
