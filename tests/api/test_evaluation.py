"""Blind comparisons in a real database and over HTTP: opened once, judged, measured, shown."""

from functools import partial

import httpx
import pytest
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.base.errors import InvalidInput, NotFound
from loopwright.evaluation import service
from loopwright.evaluation.model import ComparedPair, Evaluation, EvaluationState
from loopwright.infra.home import Home
from loopwright.intake import service as intake
from loopwright.intake.model import NewCompletion, NewPrompt
from loopwright.models import service as models
from support.cycle_server import PROJECT, judge_some
from support.server import RunningServer

BASE = f"/api/projects/{PROJECT}/evaluations"
GOOD = "So sorry about your phone! Hold the power button for ten seconds."
PROMPTS = [f"Hello there, my phone is dead since this morning. Case {n}." for n in range(6)]


def open_one(tx: Connection, *, pairs: int = 6, set_name: str = "round-1:vs_current") -> Evaluation:
    """Six prompts: good answers against poor ones, and one prompt where both say the same."""
    now = system_now()
    ids = models.ensure_external(tx, project_id=PROJECT, names=["new", "old"], now=now)
    prompts = intake.add_prompts(
        tx,
        project_id=PROJECT,
        rows=[NewPrompt([{"role": "user", "content": text}], source="test") for text in PROMPTS],
        now=now,
    )
    made = []
    for number, prompt in enumerate(prompts[:pairs]):
        poor = GOOD if number == 0 else f"Perhaps it is hard to say {number}."
        new, old = intake.add_completions(
            tx,
            rows=[
                NewCompletion(prompt.id, ids["new"], GOOD),
                NewCompletion(prompt.id, ids["old"], poor),
            ],
            now=now,
        )
        made.append(ComparedPair(prompt.id, new, old))
    return service.open_comparison(
        tx,
        project_id=PROJECT,
        cycle_id=None,
        set_name=set_name,
        question_id="preference",
        candidate_id=ids["new"],
        baseline_id=ids["old"],
        pairs=made,
        overlap=2,
        now=now,
    )


def judge_all(home: Home) -> None:
    """Three raters who like the right fix judge what is open."""
    raters = home.db.write(
        lambda tx: accounts.ensure_raters(
            tx, project_id=PROJECT, external_keys=["a", "b", "c"], kind="simulated", now=1.0
        )
    )
    while sum(home.db.write(partial(judge_some, rater_id=r)) for r in raters.values()):
        pass


def test_a_comparison_is_opened_once_and_only_where_texts_differ(
    server: RunningServer, home: Home
) -> None:
    found = home.db.write(open_one)
    again = home.db.write(open_one)
    assert again == found
    assert (len(found.pairs), len(found.item_ids)) == (6, 5)
    assert home.db.read(lambda tx: service.wanted(tx, found)) == 10


def test_a_comparison_needs_prompts(server: RunningServer, home: Home) -> None:
    with pytest.raises(InvalidInput, match="held out"):
        home.db.write(lambda tx: open_one(tx, pairs=0))


def test_judged_measured_and_shown(server: RunningServer, home: Home) -> None:
    found = home.db.write(open_one)
    owner = server.owner()
    [listed] = owner.get(BASE).json()["evaluations"]
    assert (listed["state"], listed["win_rate"], listed["wanted"]) == ("open", None, 10)

    judge_all(home)
    assert home.db.read(lambda tx: service.wanted(tx, found)) == 0
    margins = {item_id: (-1.0 if at == 0 else 1.0) for at, item_id in enumerate(found.item_ids)}
    measured = home.db.write(
        lambda tx: service.measure(tx, found, margins=margins, now=system_now())
    )
    assert measured.verdict.judgments == 10
    assert measured.verdict.win_rate.value == 1.0
    assert measured.on_policy.value == pytest.approx(0.8)
    assert measured.style.distinct_share["candidate"].value == pytest.approx(1 / 6)

    shown = owner.get(f"{BASE}/{found.id}").json()
    assert (shown["candidate"], shown["reference"], shown["state"]) == ("new", "old", "done")
    assert shown["win_rate"]["n"] == 10
    assert shown["metrics"]["identical"] == 1
    assert len(shown["pairs"]) == 6
    same, *different = shown["pairs"]
    assert (same["item_id"], same["outcome"], same["baseline"]) == (None, None, GOOD)
    assert {pair["outcome"] for pair in different} == {"candidate 2"}
    kept = home.db.read(lambda tx: service.get(tx, project_id=PROJECT, evaluation_id=found.id))
    assert kept.state is EvaluationState.DONE


def test_who_may_see_comparisons(server: RunningServer, home: Home) -> None:
    found = home.db.write(open_one)
    _, annotator = server.add_person("Kim", role=Role.ANNOTATOR)
    assert annotator.get(f"{BASE}/{found.id}").status_code == 403
    assert httpx.get(f"{server.url}{BASE}").status_code == 401
    assert server.owner().get(f"{BASE}/evl_none").status_code == 404
    with pytest.raises(NotFound):
        home.db.read(lambda tx: service.get(tx, project_id="other", evaluation_id=found.id))
