"""The loop, in order: from the guideline in force to a released (or refused) policy version.

Each line is a durable step: done once, never done again after a crash; people and traffic may
take days. Between steps only ids and digests pass.
"""

from loopwright.infra.durable import OwnershipLost, runner
from loopwright.loop.collect_steps import (
    collect,
    consensus,
    freeze_dataset,
    pin_guideline,
    sft,
    wait_for_judgments,
)
from loopwright.loop.compare_steps import compare, measure, score, wait_for_comparisons
from loopwright.loop.model import CycleState
from loopwright.loop.release_steps import gate, record, release, targeted
from loopwright.loop.train_steps import reward_model, rl
from loopwright.loop.turn import Turn, said

NAME = "full_cycle"


def full_cycle(cycle_id: str, attempt: str) -> str:
    """Turn the loop once; return how it ended."""
    turn = Turn(runner(), cycle_id)
    if turn.cycle.attempt != int(attempt):
        return "superseded"  # it was resumed under a newer workflow
    try:
        state = _turn(turn)
    except OwnershipLost:
        raise
    except Exception as failure:
        turn.finish(state=CycleState.FAILED, error=said(failure))
        raise
    turn.finish(state=state)
    return state.value


def _turn(turn: Turn) -> CycleState:
    guideline = turn.step(pin_guideline)
    policies = turn.step(sft)
    current, base = policies["current"], policies["sft"]

    collected = turn.step(collect, policy=current)
    turn.step(wait_for_judgments, sets=collected["sets"])
    settled = turn.step(consensus, guideline=guideline["id"])
    dataset = turn.step(freeze_dataset, after=settled["judgments"])

    reward = turn.step(reward_model, base=base, dataset=dataset["digest"])
    trained = turn.step(rl, base=base, reward_model=reward["id"])
    candidate = trained["policy"]

    compared = turn.step(compare, candidate=candidate, current=current, sft=base)
    turn.step(wait_for_comparisons, evaluations=compared["evaluations"])
    scores = turn.step(score, reward_model=reward["id"], evaluations=compared["evaluations"])
    measured = turn.step(measure, evaluations=compared["evaluations"], scores=scores["scores"])

    decided = turn.step(
        gate, candidate=candidate, reward_model=reward["id"], evaluations=measured["evaluations"]
    )
    opened = turn.step(targeted, policy=current, decision=decided["decision"])
    released = turn.step(release, release=decided["release"])
    recorded = turn.step(
        record,
        dataset=dataset["digest"],
        candidate=candidate,
        current=current,
        reward_model=reward["id"],
        evaluations=measured["evaluations"],
        release=decided["release"],
        outcome=released["outcome"],
        targeted=opened["items"],
    )
    return CycleState(recorded["state"])
