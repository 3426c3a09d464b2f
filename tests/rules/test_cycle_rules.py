"""Which prompts a round takes and which answers it pairs: by text alone, the same everywhere."""

from loopwright.loop import rules


def prompts(count: int, *, held_out: int = 0) -> list[rules.Candidate]:
    return [
        rules.Candidate(f"prm_{number}", f"sha256:{number:064d}", held_out=number < held_out)
        for number in range(count)
    ]


def test_a_draw_depends_on_its_key_and_not_on_the_order() -> None:
    pool = prompts(50)
    drawn = rules.draw(pool, count=10, key=["collect", 0, 1])
    assert drawn == rules.draw(pool[::-1], count=10, key=["collect", 0, 1])
    assert drawn != rules.draw(pool, count=10, key=["collect", 0, 2])
    assert len(set(drawn)) == 10


def test_the_same_text_is_drawn_once() -> None:
    twice = [rules.Candidate(name, "sha256:1", held_out=False) for name in ("a", "b")]
    assert len(rules.draw(twice, count=5, key=[])) == 1


def test_a_round_holds_out_some_prompts_to_test_reward_models() -> None:
    pool = prompts(300, held_out=60)
    held_out = {prompt.id for prompt in pool if prompt.held_out}
    drawn = rules.draw_round(pool, count=100, key=["collect", 0, 1])
    assert len(drawn) == 100
    assert len(held_out & set(drawn)) == 15


def test_as_many_answers_as_the_pairs_need() -> None:
    assert [rules.answers_for(pairs) for pairs in range(1, 7)] == [2, 3, 3, 4, 4, 4]
    assert rules.pairs_of(["a", "b", "a"], count=3) == [("a", "b")]
    assert rules.pairs_of(["a", "a"], count=1) == []


def test_mismatched_answers_are_of_similar_length_and_to_another_prompt() -> None:
    answers = [
        rules.Answer(f"p{number}", " ".join([f"w{number}"] * (3 + number))) for number in range(60)
    ]
    made = rules.mismatched(answers, count=60, seed=1)
    own = {one.prompt_id: one.text for one in answers}
    assert len(made) == 60
    for prompt_id, answer, other in made:
        assert answer == own[prompt_id]
        assert other != answer
        assert abs(len(other.split()) - len(answer.split())) <= 12
    assert made == rules.mismatched(answers, count=60, seed=1)


def test_a_policy_that_says_one_thing_yields_no_mismatch() -> None:
    answers = [rules.Answer(f"p{number}", "Same.") for number in range(5)]
    assert rules.mismatched(answers, count=5, seed=1) == []
