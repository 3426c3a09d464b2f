"""The end of a turn: the gate's decision, what follows from it, and the record of it all."""

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.datasets import service as datasets
from loopwright.evaluation import service as evaluation
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose, NewCompletion
from loopwright.loop import rules, store
from loopwright.loop.collect_steps import BATCH, generate, open_pairs
from loopwright.loop.compare_steps import VS_CURRENT, VS_SFT
from loopwright.loop.model import CycleState
from loopwright.loop.prompts import prompt_pool
from loopwright.loop.turn import Turn
from loopwright.models import service as models
from loopwright.release import jobs
from loopwright.release import service as releases
from loopwright.release import store as release_store
from loopwright.release.model import (
    CLOSED,
    Decision,
    GateEvidence,
    Release,
    ReleaseState,
)
from loopwright.release.plan import gates_of, stages_of
from loopwright.release.transitions import close
from loopwright.sampling.model import Band
from loopwright.serving.service import traffic_of
from loopwright.stats.estimate import Estimate

TICK_SECONDS = 1.0
MISMATCHED = "mismatched answers"


def gate(turn: Turn, *, candidate: str, reward_model: str, evaluations: dict[str, str]) -> Json:
    """Decide whether the candidate may meet traffic; the reasons are kept with the release."""

    def decide(tx: Connection) -> Release:
        evidence = _evidence(tx, turn, reward_model, evaluations)
        _replace_earlier(tx, turn)
        gates, now = gates_of(turn.spec), turn.now()
        opened = releases.open_release(
            tx,
            project_id=turn.project_id,
            candidate_policy_id=candidate,
            evidence=evidence,
            gates=gates,
            stages=stages_of(turn.spec),
            by="loop",
            now=now,
            cycle_id=turn.cycle.id,
        )
        # One that was held and is looked at again gets the evidence that there is now.
        return releases.record_evidence(
            tx, release_id=opened.id, evidence=evidence, gates=gates, by="loop", now=now
        )

    found = turn.home.db.write(decide)
    jobs.publish(turn.home, project_id=turn.project_id, now=turn.now())
    verdict = found.verdict or {}
    return {
        "release": found.id,
        "decision": verdict.get("decision"),
        "reasons": verdict.get("reasons", []),
    }


def targeted(turn: Turn, *, policy: str, decision: str) -> Json:
    """After anything but a release, ask people for what the reward model did not learn.

    An answer of the policy in use stands against its answer to another prompt of about the same
    length: alike in style, so that only fitting the question can decide. A refused candidate
    would not do: where its own answers do not fit either, there is nothing to prefer.
    """
    wanted = turn.recipe.targeted
    if decision == Decision.SHIP.value or wanted.pairs == 0:
        return {"items": 0}
    pool = turn.home.db.read(lambda tx: prompt_pool(tx, turn.project_id))
    trained = [prompt for prompt in pool if not prompt.held_out]
    prompt_ids = rules.draw(
        trained, count=wanted.pairs, key=["targeted", turn.recipe.seed, turn.round]
    )
    texts = generate(
        turn,
        policy=policy,
        prompt_ids=prompt_ids,
        each=1,
        temperature=turn.recipe.collect.temperature,
        seed=turn.seed,
    )
    answers = [rules.Answer(one, text) for one in prompt_ids for text in texts.get(one, ())]
    pairs = rules.mismatched(answers, count=wanted.pairs, seed=turn.seed)
    items = sum(
        _open_mismatched(turn, pairs[start : start + BATCH], policy)
        for start in range(0, len(pairs), BATCH)
    )
    return {"items": items, "set": f"targeted-{turn.round}"}


def release(turn: Turn, *, release: str) -> Json:
    """Ride the ramp: look at the traffic until the candidate is live, back, or held."""
    began = turn.now()
    while True:
        found = turn.home.db.read(lambda tx: release_store.read_release(tx, release))
        if found is None or found.state in CLOSED or found.state is ReleaseState.LIVE:
            break
        if found.stage is None or _waited_enough(found, seconds=turn.now() - began):
            break
        traffic = turn.read(traffic_of, found)
        jobs.tick(turn.home, release_id=release, traffic=traffic, now=turn.now())
        turn.pause(TICK_SECONDS)
    return _outcome(found)


def record(
    turn: Turn,
    *,
    dataset: str,
    candidate: str,
    current: str,
    reward_model: str,
    evaluations: dict[str, str],
    release: str,
    outcome: str,
    targeted: int,
) -> Json:
    """Write down what this turn found and decided."""

    named = {"policy": candidate, "parent_policy": current, "reward_model_id": reward_model}

    def write(tx: Connection) -> None:
        result = _result(tx, turn, dataset=dataset, evaluations=evaluations, release=release)
        result |= {**named, "targeted_tasks_opened": targeted}
        store.update_cycle(tx, turn.cycle.id, result=result)

    turn.home.db.write(write)
    held = outcome == ReleaseState.HELD.value
    return {"state": (CycleState.HELD if held else CycleState.FINISHED).value}


def _result(
    tx: Connection, turn: Turn, *, dataset: str, evaluations: dict[str, str], release: str
) -> Json:
    version = datasets.get(tx, dataset, project_id=turn.project_id)
    found, _ = releases.get(tx, project_id=turn.project_id, release_id=release)
    evidence, verdict = found.evidence or {}, found.verdict or {}
    measured = {
        name: evaluation.get(tx, project_id=turn.project_id, evaluation_id=one).result or {}
        for name, one in evaluations.items()
    }
    steps = store.steps(tx, turn.cycle.id)
    return {
        "round": turn.round,
        "judgments": version.counts["judgments"],
        "comparison_judgments": measured[VS_CURRENT].get("judgments"),
        "dataset": dataset,
        "reward_model": evidence.get("accuracies", {}),
        "win_rate_vs_current": measured[VS_CURRENT].get("win_rate"),
        "win_rate_vs_sft": measured[VS_SFT].get("win_rate"),
        "style": measured[VS_CURRENT].get("style"),
        "evaluations": evaluations,
        "gate": {"decision": verdict.get("decision"), "reasons": verdict.get("reasons", [])},
        "release": {"id": release, **_outcome(found), "sentence": found.sentence},
        "seconds": {step.name: step.seconds for step in steps if step.seconds is not None},
    }


def _evidence(
    tx: Connection, turn: Turn, reward_model: str, evaluations: dict[str, str]
) -> GateEvidence:
    reward = models.get_reward_model(tx, reward_model)
    compared = evaluation.get(tx, project_id=turn.project_id, evaluation_id=evaluations[VS_CURRENT])
    result = compared.result or {}
    style = result["style"]
    measured = {**reward.metrics["accuracy"], "on_policy": result["on_policy_accuracy"]}
    return GateEvidence(
        win_rate=Estimate(**result["win_rate"]),
        raters=result["raters"],
        judgments=result["judgments"],
        accuracies={name: Estimate(**found) for name, found in measured.items()},
        length_ratio=Estimate(**style["length_ratio"]),
        canned_share={
            "candidate": Estimate(**style["canned_share"]["candidate"]),
            "stable": Estimate(**style["canned_share"]["baseline"]),
        },
        distinct_share=Estimate(**style["distinct_share"]["candidate"]),
        refs={
            "evaluations": evaluations,
            "reward_model": reward_model,
            "dataset": reward.dataset_digest,
            "run": reward.run_id,
            "cycle": turn.cycle.id,
        },
    )


def _replace_earlier(tx: Connection, turn: Turn) -> None:
    """A release of an earlier turn that never went live makes room for this turn's."""
    for other in release_store.under_way(tx, turn.project_id):
        if other.cycle_id != turn.cycle.id:
            close(
                tx,
                other,
                state=ReleaseState.ABORTED,
                sentence=f"Given up: round {turn.round} has a newer candidate.",
                evidence={},
                by="loop",
                now=turn.now(),
            )


def _open_mismatched(turn: Turn, pairs: list[tuple[str, str, str]], policy: str) -> int:
    def write(tx: Connection) -> list[str]:
        # Under a name of its own: what was said to another prompt is no answer of the policy.
        names = models.ensure_external(
            tx, project_id=turn.project_id, names=[MISMATCHED], now=turn.now()
        )
        rows = [
            row
            for prompt_id, own, other in pairs
            for row in (
                NewCompletion(prompt_id, policy, own),
                NewCompletion(prompt_id, names[MISMATCHED], other),
            )
        ]
        return intake.add_completions(tx, rows=rows, now=turn.now())

    ids = turn.home.db.write(write)
    both = [(ids[at], ids[at + 1]) for at in range(0, len(ids), 2)]
    return open_pairs(
        turn,
        [(prompt_id, pair) for (prompt_id, _, _), pair in zip(pairs, both, strict=True)],
        purpose=ItemPurpose.TARGETED,
        set_name=f"targeted-{turn.round}",
        band=Band.TARGETED,
        overlap=turn.recipe.targeted.overlap,
    )


def _waited_enough(found: Release, *, seconds: float) -> bool:
    """A held release is looked at for as long as its stage may wait, then the turn ends."""
    if found.state is not ReleaseState.HELD or found.stage is None:
        return False
    return seconds >= found.stage.wait_seconds


def _outcome(found: Release | None) -> Json:
    if found is None:
        return {"outcome": ReleaseState.ABORTED.value, "stages": []}
    entered = found.stages[: found.stage_index + 1]
    return {"outcome": found.state.value, "stages": [stage.name for stage in entered]}
