"""The first half of a turn: policy, answers, judgments, consensus, dataset."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.datasets import service as datasets
from loopwright.datasets.model import DatasetSpec, DatasetVersion
from loopwright.guidelines import service as guidelines
from loopwright.intake import service as intake
from loopwright.intake import store as intake_store
from loopwright.intake.model import ItemPurpose, NewCompletion, NewItem
from loopwright.labeling import queue
from loopwright.loop import rules, serve, store
from loopwright.loop.prompts import prompt_pool, prompts_artifact
from loopwright.loop.turn import Turn
from loopwright.models import service as models
from loopwright.models.model import PolicyKind, PolicyVersion
from loopwright.quality.reconcile import reconcile
from loopwright.release import service as release
from loopwright.release import store as releases
from loopwright.release.jobs import publish
from loopwright.sampling.model import Band

BATCH = 200
"""Rows per transaction: annotators' answers must not wait behind a whole round."""
SFT_NAME = "sft"


def pin_guideline(turn: Turn) -> Json:
    """Name the guideline version that this round's judgments are made under."""
    found = turn.home.db.read(lambda tx: guidelines.current(tx, turn.project_id))
    return {"id": found.id, "number": found.number, "digest": found.digest}


def sft(turn: Turn) -> Json:
    """Return the SFT policy, trained when there is none yet, and the policy in use."""
    base = _sft_policy(turn)
    made = base is None
    if base is None:
        base = _train_sft(turn)
    policy_id = base.id
    turn.home.db.write(
        lambda tx: release.set_stable(
            tx, project_id=turn.project_id, policy_id=policy_id, now=turn.now()
        )
    )
    current = turn.home.db.read(lambda tx: _current(tx, turn.project_id, base))
    serve.register(turn.home, [base, current])
    publish(turn.home, project_id=turn.project_id, now=turn.now())
    return {"sft": base.id, "current": current.id, "made": made}


def collect(turn: Turn, *, policy: str) -> Json:
    """Sample answers of the policy in use and open pairs of them for judging."""
    own = f"round-{turn.round}"
    earlier = [f"targeted-{number}" for number in range(1, turn.round)]
    wanted = turn.recipe.collect
    if wanted.prompts == 0:
        return {"sets": earlier, "items": 0, "skipped": "the recipe uses existing judgments"}
    pool = turn.home.db.read(lambda tx: prompt_pool(tx, turn.project_id))
    prompt_ids = rules.draw_round(
        pool, count=wanted.prompts, key=["collect", turn.recipe.seed, turn.round]
    )
    if not prompt_ids:
        raise InvalidInput(
            f"Project {turn.project_id} has no prompts to collect answers for.",
            remedy="Import prompts (kind: prompts), or set recipe.collect.prompts to 0.",
            code="no_prompts",
        )
    answers = sample_answers(
        turn,
        policy=policy,
        prompt_ids=prompt_ids,
        each=rules.answers_for(wanted.pairs_per_prompt),
        temperature=wanted.temperature,
        seed=turn.seed,
    )
    overlap = wanted.overlap or turn.spec.overlap
    items = 0
    for start in range(0, len(prompt_ids), BATCH):
        part = prompt_ids[start : start + BATCH]
        pairs = {
            prompt_id: rules.pairs_of(answers[prompt_id], count=wanted.pairs_per_prompt)
            for prompt_id in part
        }
        items += open_pairs(
            turn,
            [(prompt_id, pair) for prompt_id in part for pair in pairs[prompt_id]],
            purpose=ItemPurpose.CORE,
            set_name=own,
            band=Band.CORE,
            overlap=overlap,
        )
    return {"sets": [own, *earlier], "items": items, "prompts": len(prompt_ids)}


def wait_for_judgments(turn: Turn, *, sets: list[str]) -> Json:
    """Wait until every opened item of these sets has its judgments."""

    def ready() -> bool:
        return turn.read(store.waiting, project_id=turn.project_id, set_names=sets).judgments == 0

    turn.wait_until(ready)
    return {"sets": sets}


def consensus(turn: Turn, *, guideline: str) -> Json:
    """Reconcile the consensus of every judged item."""
    reconcile(turn.home, project_id=turn.project_id, now=turn.now())
    last = turn.home.db.read(lambda tx: store.last_judgment(tx, turn.project_id))
    return {"guideline": guideline, "judgments": last}


def freeze_dataset(turn: Turn, *, after: int) -> Json:
    """Freeze the union of the preferences so far; `after` is the last judgment reconciled."""
    version = datasets.freeze_preferences(
        turn.home, project_id=turn.project_id, spec=DatasetSpec(), now=turn.now()
    )
    return {"digest": version.digest, "counts": version.counts, "after": after}


def sample_answers(
    turn: Turn,
    *,
    policy: str,
    prompt_ids: Sequence[str],
    each: int,
    temperature: float,
    seed: int,
) -> dict[str, list[str]]:
    """Sample `each` answers per prompt and store them; return completion ids by prompt."""
    texts = generate(
        turn,
        policy=policy,
        prompt_ids=prompt_ids,
        each=each,
        temperature=temperature,
        seed=seed,
    )
    stored: dict[str, list[str]] = {prompt_id: [] for prompt_id in prompt_ids}
    rows = [
        NewCompletion(prompt_id, policy, text)
        for prompt_id in prompt_ids
        for text in texts.get(prompt_id, ())
        if text.strip()
    ]
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        ids = turn.write(intake.add_completions, rows=part, now=turn.now())
        for row, completion_id in zip(part, ids, strict=True):
            stored[row.prompt_id].append(completion_id)
    return stored


def generate(
    turn: Turn,
    *,
    policy: str,
    prompt_ids: Sequence[str],
    each: int,
    temperature: float,
    seed: int,
) -> dict[str, list[str]]:
    """Sample texts, by prompt; nothing is stored but the run."""
    found = turn.home.db.read(lambda tx: models.get_policy(tx, policy))
    manifest = turn.train(
        "generate",
        {
            "policy": found.artifact,
            "prompts": prompts_artifact(turn, prompt_ids),
            "completions_per_prompt": each,
            "temperature": temperature,
            "system_prompt": found.system_prompt or None,
            "seed": seed,
        },
    )
    texts: dict[str, list[str]] = {}
    for row in turn.get_rows(manifest.outputs["completions"]):
        texts.setdefault(row["prompt_id"], []).append(row["text"])
    return texts


def open_pairs(
    turn: Turn,
    pairs: Sequence[tuple[str, tuple[str, str]]],
    *,
    purpose: ItemPurpose,
    set_name: str,
    band: Band,
    overlap: int,
) -> int:
    """Open (prompt id, two completion ids) for judging; the same pairs again add nothing."""
    rows = [
        NewItem(
            question_id=turn.question_id,
            prompt_id=prompt_id,
            completion_ids=pair,
            purpose=purpose,
            origin_key=f"{set_name}:{prompt_id}:{pair[0]}:{pair[1]}",
            set_name=set_name,
            origin={"cycle": turn.cycle.id},
        )
        for prompt_id, pair in pairs
    ]

    def write(tx: Connection) -> None:
        item_ids = intake.add_items(tx, project_id=turn.project_id, rows=rows, now=turn.now())
        queue.open_items(
            tx,
            project_id=turn.project_id,
            item_ids=item_ids,
            overlap=overlap,
            band=band,
            propensity=1.0,
            now=turn.now(),
        )

    if rows:
        turn.home.db.write(write)
    return len(rows)


def _sft_policy(turn: Turn) -> PolicyVersion | None:
    found = turn.home.db.read(lambda tx: models.list_policies(tx, project_id=turn.project_id))
    trained = [p for p in found if p.kind is PolicyKind.SFT and p.artifact is not None]
    return trained[-1] if trained else None


def _current(tx: Connection, project_id: str, base: PolicyVersion) -> PolicyVersion:
    """The stable version when it is one of ours; what others serve cannot be sampled here."""
    routing = releases.read_routing(tx, project_id)
    if routing is None:
        return base
    stable = models.get_policy(tx, routing.stable_policy_id)
    return stable if stable.artifact is not None else base


def _train_sft(turn: Turn) -> PolicyVersion:
    recipe = turn.recipe
    rows, digest = _sft_rows(turn)
    manifest = turn.train(
        "sft",
        {
            "demonstrations": rows,
            "preset": recipe.preset,
            "base_model": recipe.base_model,
            "seed": recipe.seed,
            "steps": recipe.sft.steps,
            "learning_rate": recipe.sft.learning_rate,
            "batch": recipe.sft.batch,
        },
    )
    return turn.home.db.write(
        lambda tx: models.register_policy(
            tx,
            project_id=turn.project_id,
            name=SFT_NAME,
            kind=PolicyKind.SFT,
            artifact=manifest.outputs["policy"],
            run_id=manifest.run_id,
            dataset_digest=digest,
            decoding=serve.decoding_of(recipe),
            now=turn.now(),
        )
    )


def _sft_rows(turn: Turn) -> tuple[str, str]:
    """Return the rows to imitate and their dataset: demonstrations, else preferred answers."""
    counts = turn.home.db.read(lambda tx: intake_store.count_items(tx, turn.project_id))
    if counts.get(ItemPurpose.DEMONSTRATION.value):
        shown = datasets.freeze_demonstrations(
            turn.home, project_id=turn.project_id, spec=DatasetSpec(), now=turn.now()
        )
        return train_split(turn, shown), shown.digest
    reconcile(turn.home, project_id=turn.project_id, now=turn.now())
    preferred = datasets.freeze_preferences(
        turn.home, project_id=turn.project_id, spec=DatasetSpec(), now=turn.now()
    )
    pairs = turn.get_rows(train_split(turn, preferred))
    rows = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in pairs]
    return turn.put_rows(rows), preferred.digest


def train_split(turn: Turn, version: DatasetVersion) -> str:
    """Return the artifact with a dataset's training rows. Raises InvalidInput when none."""
    if not version.counts.get("by_split", {}).get("train"):
        raise InvalidInput(
            f"Dataset {version.digest} of project {turn.project_id} has no training rows.",
            remedy="Import or collect more: four of five prompts fall into the training split.",
            code="no_training_rows",
        )
    return datasets.split_artifact(turn.home, version, split="train")
