"""The support-chat world: seeded, covering its styles, and scored as the rubric says."""

import itertools

import numpy as np
import pytest

from loopwright.simulate.world.annotators import agreement, sample_annotators
from loopwright.simulate.world.grammar import Style, sample_prompts, write_answer
from loopwright.simulate.world.rubric import features, score, style_of, topic_of
from loopwright.simulate.world.sets import contrasts, demonstrations


def test_prompts_are_distinct_seeded_and_their_topic_is_readable() -> None:
    prompts = sample_prompts(np.random.default_rng(1), count=10_000)
    assert len({p.text for p in prompts}) == 10_000
    assert len({p.key for p in prompts}) == 10_000
    assert all(topic_of(p.text) == p.topic for p in prompts)
    again = sample_prompts(np.random.default_rng(1), count=10_000)
    assert again == prompts


def test_more_prompts_than_the_grammar_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="10000 distinct prompts"):
        sample_prompts(np.random.default_rng(1), count=10_001)


@pytest.mark.parametrize("style", list(Style))
def test_every_style_is_recognized_and_well_formed(style: Style) -> None:
    rng = np.random.default_rng(2)
    for prompt in sample_prompts(rng, count=300):
        answer = write_answer(rng, prompt=prompt, style=style)
        assert style_of(prompt_text=prompt.text, answer=answer) is style, (prompt, answer)
        assert not features(prompt_text=prompt.text, answer=answer).broken


def test_rubric_orders_the_styles() -> None:
    rng = np.random.default_rng(3)
    prompts = sample_prompts(rng, count=200)
    means = {
        style: np.mean(
            [
                score(prompt_text=p.text, answer=write_answer(rng, prompt=p, style=style))
                for p in prompts
            ]
        )
        for style in Style
    }
    best = (Style.ENGAGING, Style.DRY, Style.VERBOSE, Style.WRONG)
    assert all(means[a] > means[b] for a, b in itertools.pairwise(best)), means
    assert means[Style.CANNED] < 0
    assert means[Style.EVASIVE] < 0


def test_contrast_pairs_differ_in_the_fix_only() -> None:
    rng = np.random.default_rng(4)
    for pair in contrasts(rng, prompts=sample_prompts(rng, count=200)):
        right = features(prompt_text=pair.prompt.text, answer=pair.right)
        wrong = features(prompt_text=pair.prompt.text, answer=pair.wrong)
        assert (right.right_fix, right.wrong_fix) == (True, False)
        assert (wrong.right_fix, wrong.wrong_fix) == (False, True)
        assert (right.apology, right.offer) == (wrong.apology, wrong.offer)


def test_annotators_agree_with_the_rubric_about_as_people_do() -> None:
    rng = np.random.default_rng(5)
    team = sample_annotators(rng, count=12)
    prompts = sample_prompts(rng, count=3000)
    left = demonstrations(rng, prompts=prompts)
    right = demonstrations(rng, prompts=prompts)
    choices = []
    scores = []
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        text = a.prompt.text
        choices.append(
            team[i % len(team)].choose(rng, prompt_text=text, left=a.completion, right=b.completion)
        )
        scores.append(
            (
                score(prompt_text=text, answer=a.completion),
                score(prompt_text=text, answer=b.completion),
            )
        )
    assert 0.79 < agreement(choices, scores) < 0.86
    assert {"left", "right", "tie", "both_bad"} == set(choices)


def test_the_same_seed_gives_the_same_team() -> None:
    assert sample_annotators(np.random.default_rng(6), count=5) == sample_annotators(
        np.random.default_rng(6), count=5
    )
