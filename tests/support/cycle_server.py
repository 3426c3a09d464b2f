"""A server without its pages, for tests that kill it: cycles, and simulated judges in a thread.

`python cycle_server.py HOME [UNTIL_STEP]` fills the project on first use, starts its first cycle,
goes on with one that is there, and stays up until it is killed. With UNTIL_STEP it cancels the
cycle once that step is done and ends.
"""

import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.base.clock import system_now
from loopwright.guidelines.apply import apply_project
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.intake import service as intake
from loopwright.intake import store as intake_store
from loopwright.intake.model import ItemPurpose, NewCompletion, NewItem, NewPrompt
from loopwright.labeling import service as labeling
from loopwright.labeling.model import Assignment, Judge, Submission
from loopwright.loop import service, store
from loopwright.loop.model import Cycle, CycleState, StepState
from loopwright.loop.runner import CycleRunner, launch_cycle
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.questions.model import ShownOrder
from loopwright.simulate.world.grammar import WorldPrompt, sample_prompts
from loopwright.simulate.world.rubric import score
from loopwright.simulate.world.sets import contrasts, demonstrations
from support.databases import sqlite_home

PROJECT = "support"
YAML = """\
id: support
name: Support answers
simulated: true
questions: [{id: preference, kind: pairwise, text: "Which answer is better?"}]
guideline: {text: Prefer the right fix.}
recipe:
  preset: tiny
  collect: {prompts: 40}
  sft: {steps: 20, batch: 16}
  reward: {epochs: 1, batch: 16}
  rl: {steps: 2, batch: 16, generations: 4}
  evaluation: {prompts: 12, overlap: 2, contrast_set: right_fix}
  targeted: {pairs: 10}
gates: {win_rate_low: 0.0, min_raters: 3, min_judgments: 10, max_length_ratio: null}
release:
  wait_seconds: 4
  stages:
    - {name: shadow, share: 0.0, min_requests: 0, seconds: 0}
    - {name: canary, share: 0.1, min_requests: 10, seconds: 0}
    - {name: full, share: 1.0, min_requests: 0, seconds: 0}
"""
RATERS = [f"rater {number}" for number in range(10)]


def open_server_home(folder: Path) -> Home:
    """Open a home with every table."""
    return sqlite_home(Settings(home=folder, database_url=None, cycle_poll_seconds=0.1))


def fill(tx: Connection, *, yaml: str = YAML) -> None:
    """Apply the project; add demonstrations and the contrast set of a small world."""
    now = system_now()
    apply_project(tx, spec=parse_project(yaml), yaml=yaml, now=now)
    rng = np.random.default_rng(3)
    prompts = sample_prompts(rng, count=320)
    shown = demonstrations(rng, prompts=prompts[:300])
    right_wrong = contrasts(rng, prompts=prompts[300:])
    _add(tx, ItemPurpose.DEMONSTRATION, [(row.prompt, [row.completion]) for row in shown])
    _add(tx, ItemPurpose.CONTRAST, [(row.prompt, [row.right, row.wrong]) for row in right_wrong])


def _add(tx: Connection, purpose: ItemPurpose, rows: list[tuple[WorldPrompt, list[str]]]) -> None:
    now = system_now()
    policy = models.ensure_external(tx, project_id=PROJECT, names=["people"], now=now)["people"]
    stored = intake.add_prompts(
        tx,
        project_id=PROJECT,
        rows=[
            NewPrompt([{"role": "user", "content": p.text}], source="world", key=p.key)
            for p, _ in rows
        ],
        now=now,
    )
    items = []
    for prompt, (_, texts) in zip(stored, rows, strict=True):
        new = [NewCompletion(prompt.id, policy, text) for text in texts]
        items.append(
            NewItem(
                question_id="preference",
                prompt_id=prompt.id,
                completion_ids=intake.add_completions(tx, rows=new, now=now),
                purpose=purpose,
                origin_key=f"{purpose.value}:{prompt.key}",
                set_name="right_fix" if purpose is ItemPurpose.CONTRAST else None,
            )
        )
    intake.add_items(tx, project_id=PROJECT, rows=items, now=now)


class Judges:
    """Ten simulated raters who all judge by the hidden rubric."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to judge whatever is offered."""
        self._thread.start()

    def stop(self) -> None:
        """Go home."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        raters = self._home.db.write(
            lambda tx: accounts.ensure_raters(
                tx, project_id=PROJECT, external_keys=RATERS, kind="simulated", now=system_now()
            )
        )
        while not self._stop.is_set():
            done = [self._home.db.write(partial(judge_some, rater_id=r)) for r in raters.values()]
            self._stop.wait(0.02 if any(done) else 0.3)


def judge_some(tx: Connection, *, rater_id: str) -> int:
    """Let a rater judge what is offered now; return how many items that was."""
    project = projects.get(tx, PROJECT)
    judge = Judge(rater_id, rater_id)
    offers = labeling.reserve(tx, project=project, judge=judge, count=2, held=[], now=system_now())
    for offer in offers:
        sent = Submission(
            client_id=f"simulated:{offer.id}",
            assignment_id=offer.id,
            token=offer.token,
            answer={"choice": _choice(tx, offer)},
        )
        labeling.submit(tx, project=project, judge=judge, submission=sent, now=system_now())
    return len(offers)


def _choice(tx: Connection, offer: Assignment) -> str:
    item = intake.get_item(tx, offer.item_id)
    prompt = intake_store.prompts_of(tx, [item.prompt_id])[item.prompt_id].messages[0]["content"]
    texts = intake.completions_of(tx, item.completion_ids)
    first, second = (
        score(prompt_text=prompt, answer=texts[one].text) for one in item.completion_ids
    )
    if first == second:
        return "tie"
    left = (first > second) == (offer.shown_order == ShownOrder.FIRST_LEFT)
    return "left" if left else "right"


def _cycle(home: Home) -> Cycle | None:
    found = home.db.read(lambda tx: store.cycles(tx, PROJECT))
    return found[0] if found else None


def _done(home: Home, cycle: Cycle, step: str) -> bool:
    found = home.db.read(lambda tx: store.get_step(tx, cycle_id=cycle.id, name=step))
    return found is not None and found.state is StepState.DONE


def main() -> None:
    """Serve until killed, or until a step is done."""
    home = open_server_home(Path(sys.argv[1]))
    runner = CycleRunner(home)
    runner.start()
    cycle = _cycle(home)
    if cycle is None:
        home.db.write(fill)
        cycle = home.db.write(
            lambda tx: service.start(tx, project_id=PROJECT, by="test", now=system_now())
        )
        launch_cycle(cycle)
    elif cycle.state in (CycleState.FAILED, CycleState.HELD, CycleState.CANCELLED):
        known = cycle.id
        cycle = home.db.write(
            lambda tx: service.resume(tx, project_id=PROJECT, cycle_id=known, now=system_now())
        )
        launch_cycle(cycle)
    judges = Judges(home)
    judges.start()
    until = sys.argv[2] if len(sys.argv) > 2 else None
    while until is None or not _done(home, cycle, until):
        time.sleep(0.1)
    judges.stop()
    runner.stop()
    home.close()


if __name__ == "__main__":
    main()
