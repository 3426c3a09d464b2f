"""The second half of a turn: blind comparisons, and what they and the reward model say."""

from loopwright.base.types import Json
from loopwright.evaluation import service as evaluation
from loopwright.evaluation.model import ComparedPair, Evaluation
from loopwright.intake import store as intake
from loopwright.loop import rules, store
from loopwright.loop.collect_steps import sample_answers
from loopwright.loop.prompts import prompt_pool
from loopwright.loop.turn import Turn
from loopwright.models import service as models

VS_CURRENT, VS_SFT = "vs_current", "vs_sft"


def compare(turn: Turn, *, candidate: str, current: str, sft: str) -> Json:
    """Open blind comparisons of the candidate with the policy in use, and with SFT if another."""
    wanted = turn.recipe.evaluation
    pool = turn.home.db.read(lambda tx: prompt_pool(tx, turn.project_id))
    held_out = [prompt for prompt in pool if prompt.held_out]
    # The same prompts, and per policy the same answers, in every round: rates can be compared.
    prompt_ids = rules.draw(held_out, count=wanted.prompts, key=["compare", turn.recipe.seed])
    answers = {
        policy: sample_answers(
            turn,
            policy=policy,
            prompt_ids=prompt_ids,
            each=1,
            temperature=wanted.temperature,
            seed=turn.recipe.seed,
        )
        for policy in dict.fromkeys([candidate, current, sft])
        if prompt_ids
    }
    baselines = {VS_CURRENT: current} | ({VS_SFT: sft} if sft != current else {})
    opened = {}
    for name, baseline in baselines.items():
        pairs = [
            ComparedPair(one, answers[candidate][one][0], answers[baseline][one][0])
            for one in prompt_ids
            if answers[candidate][one] and answers[baseline][one]
        ]
        opened[name] = _open(turn, name, candidate=candidate, baseline=baseline, pairs=pairs).id
    return {"evaluations": {VS_SFT: opened[VS_CURRENT], **opened}}


def wait_for_comparisons(turn: Turn, *, evaluations: dict[str, str]) -> Json:
    """Wait until people have judged every pair."""
    sets = [found.set_name for found in _found(turn, evaluations)]

    def ready() -> bool:
        return turn.read(store.waiting, project_id=turn.project_id, set_names=sets).judgments == 0

    turn.wait_until(ready)
    return {"sets": sets}


def score(turn: Turn, *, reward_model: str, evaluations: dict[str, str]) -> Json:
    """Let the reward model score both answers of every judged pair."""
    reward = turn.home.db.read(lambda tx: models.get_reward_model(tx, reward_model))
    rows = []
    for found in _found(turn, evaluations):
        ids = [pair.prompt_id for pair in found.pairs]
        prompts = turn.read(intake.prompts_of, ids)
        texts = turn.read(evaluation.texts_of, found)
        rows += [
            {
                "id": pair.item_id,
                "prompt": [dict(message) for message in prompts[pair.prompt_id].messages],
                "completions": list(both),
            }
            for pair, both in zip(found.pairs, texts, strict=True)
            if pair.item_id is not None
        ]
    if not rows:
        return {"scores": None}
    manifest = turn.train("score", {"reward_model": reward.artifact, "pairs": turn.put_rows(rows)})
    return {"scores": manifest.outputs["scores"], "run": manifest.run_id}


def measure(turn: Turn, *, evaluations: dict[str, str], scores: str | None) -> Json:
    """Measure win rates, the reward model on fresh judgments, and the answers' style."""
    lines = turn.get_rows(scores) if scores is not None else []
    margins = {str(line["id"]): float(line["margin"]) for line in lines}
    rates: Json = {}
    for name, evaluation_id in evaluations.items():
        found = turn.read(evaluation.get, project_id=turn.project_id, evaluation_id=evaluation_id)
        measured = turn.write(evaluation.measure, found, margins=margins, now=turn.now())
        rates[name] = measured.verdict.win_rate.as_dict()
    last = turn.home.db.read(lambda tx: store.last_judgment(tx, turn.project_id))
    return {"evaluations": evaluations, "win_rates": rates, "judgments": last}


def _found(turn: Turn, evaluations: dict[str, str]) -> list[Evaluation]:
    return [
        turn.read(evaluation.get, project_id=turn.project_id, evaluation_id=one)
        for one in dict.fromkeys(evaluations.values())
    ]


def _open(
    turn: Turn, name: str, *, candidate: str, baseline: str, pairs: list[ComparedPair]
) -> Evaluation:
    return turn.home.db.write(
        lambda tx: evaluation.open_comparison(
            tx,
            project_id=turn.project_id,
            cycle_id=turn.cycle.id,
            set_name=f"round-{turn.round}:{name}",
            question_id=turn.question_id,
            candidate_id=candidate,
            baseline_id=baseline,
            pairs=pairs,
            overlap=turn.recipe.evaluation.overlap,
            now=turn.now(),
        )
    )
