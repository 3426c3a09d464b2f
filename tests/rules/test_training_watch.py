"""The hacking watch decides from the log history alone."""

from loopwright.training.watch import Limits, text_signals, verdict


def line(step: int, **signals: float) -> dict[str, float]:
    return {"step": step, "words": 20.0, "distinct": 0.5, "same_share": 0.1} | signals


def test_signals_of_a_batch_that_says_one_thing() -> None:
    signals = text_signals(["a b a b"] * 3 + ["Thank you for asking"], canned_phrases=["THANK you"])
    assert signals["words"] == 4.0
    assert signals["same_share"] == 0.75
    assert signals["canned_share"] == 0.25
    assert signals["distinct"] == 5 / 12  # 3 x (ab, ba, ab) and three more pairs


def test_no_texts_give_no_signals_and_no_history_no_verdict() -> None:
    assert text_signals([]) == {}
    assert verdict([], Limits()) is None
    assert verdict([{"step": 1, "loss": 2.0}], Limits()) is None


def test_a_limit_crossed_once_does_not_stop_and_twice_in_a_row_does() -> None:
    once = [line(5), line(10, words=50.0), line(15), line(20, words=50.0)]
    assert verdict(once, Limits()) is None
    stop = verdict([*once, line(25, words=55.0)], Limits())
    assert stop is not None
    assert (stop.limit, stop.step, stop.last_good_step) == ("max_length_ratio", 25, 15)
    assert "55" not in stop.sentence
    assert "2.75" in stop.sentence


def test_each_limit_can_stop_and_can_be_switched_off() -> None:
    collapse = [line(5), line(10, same_share=0.9), line(15, same_share=0.9)]
    assert verdict(collapse, Limits()) is not None
    assert verdict(collapse, Limits(max_same_share=None)) is None
    poor = [line(5), line(10, distinct=0.01), line(15, distinct=0.01)]
    found = verdict(poor, Limits())
    assert found is not None
    assert found.limit == "min_distinct"
    far = [line(5, kl=0.1), line(10, kl=9.0)]
    assert verdict(far, Limits(max_kl=5.0, patience=1)) is not None
    assert verdict(far, Limits()) is None
