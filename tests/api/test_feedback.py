"""Feedback over HTTP: stored once, masked, capped; it opens tasks and never becomes a pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.feedback import service, store
from loopwright.feedback.model import EffectState
from loopwright.feedback.schemas import FeedbackIn
from loopwright.feedback.tables import feedback as feedback_table
from loopwright.guidelines.apply import apply_project
from loopwright.infra.home import Home
from loopwright.intake.tables import prompt
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.projects.spec import parse_project
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band, ItemProgress
from support.server import PROJECT_YAML, RunningServer

Json = dict[str, Any]
BASE = "/api/projects/support/feedback"
LABELS = """\
  - id: solved
    kind: single_label
    text: Did it help
    options: [{id: solved, name: Solved}, {id: unsolved, name: Not solved}]
guideline:
"""


@pytest.fixture
def app(server: RunningServer) -> Iterator[httpx.Client]:
    """A program that may send feedback and nothing else."""
    with server.add_person("shop", role=Role.APPLICATION)[1] as client:
        yield client


@pytest.fixture
def lead(server: RunningServer) -> Iterator[httpx.Client]:
    with server.add_person("lea", role=Role.LEAD)[1] as client:
        yield client


def thumb(number: int = 1, **other: Any) -> Json:
    return {
        "client_id": f"c{number}",
        "kind": "thumb",
        "value": "down",
        "prompt": f"Where is parcel {number}?",
        "completion": "Write to ann@example.com.",
        **other,
    }


def rules(home: Home, text: str = "", *, labels: bool = True) -> None:
    """Bring the project to rules for feedback, and to a question about one answer."""
    yaml = PROJECT_YAML.replace("guideline:\n", LABELS) if labels else PROJECT_YAML
    yaml += text
    spec = parse_project(yaml)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=yaml, now=system_now()))


def send(client: httpx.Client, body: Json) -> Json:
    answer = client.post(BASE, json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def batch(client: httpx.Client, rows: list[Any]) -> Json:
    answer = client.post(f"{BASE}/batch", json={"feedback": rows})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_it_is_masked_and_its_user_is_a_pseudonym(
    app: httpx.Client, lead: httpx.Client, home: Home
) -> None:
    send(app, thumb(user="ann.lee", comment="Call me: bob@example.com", source="shop"))
    [found] = lead.get(BASE).json()["feedback"]
    assert found["completion"] == "Write to [EMAIL_1]."
    assert found["comment"] == "Call me: [EMAIL_2]"
    assert found["mask_counts"] == {"EMAIL": 2}
    assert found["subject"]
    stored = home.db.read(lambda tx: tx.execute(select(feedback_table)).mappings().one())
    assert "ann.lee" not in str(dict(stored))
    assert "@example" not in str(dict(stored))


def test_the_same_again_is_the_same_and_another_is_refused(
    app: httpx.Client, lead: httpx.Client
) -> None:
    first = send(app, thumb())
    again = send(app, thumb())
    assert (first["status"], again["status"]) == ("stored", "repeated")
    assert {**first, "status": "repeated"} == again
    other = app.post(BASE, json=thumb(value="up"))
    assert other.status_code == 409
    assert other.json()["error"]["code"] == "client_id_reused"
    assert lead.get(f"{BASE}/counts").json()["total"] == 1


def test_a_batch_answers_row_by_row(app: httpx.Client, lead: httpx.Client) -> None:
    send(app, thumb(1))
    rows: list[Any] = [
        thumb(1),
        thumb(2),
        thumb(2),
        thumb(1, value="up"),
        thumb(3, value="sideways"),
        thumb(4, prompt="\0"),
        {"client_id": "\ud800", "kind": "thumb", "value": "up", "prompt": "x"},
        {"client_id": "c5", "kind": "thumb", "value": "up", "item_id": "itm_none"},
        "nothing",
        {"client_id": "c6", "kind": "rating", "value": 7, "max": 5, "prompt": "x"},
        {"client_id": "c7", "kind": "label", "value": "spam", "prompt": "x"},
        {"client_id": "c8", "kind": "edit", "value": "Better.", "prompt": "x", "item_id": "i"},
    ]
    done = app.post(
        f"{BASE}/batch",
        content=json.dumps({"feedback": rows}),
        headers={"content-type": "application/json"},
    ).json()
    assert [row["status"] for row in done["results"]] == [
        "repeated", "stored", "repeated", *["refused"] * 9,
    ]  # fmt: skip
    codes = [row["error"]["code"] for row in done["results"][3:]]
    assert codes == [
        "client_id_reused", "invalid_feedback", "invalid_feedback", "invalid_feedback",
        "unknown_item", *["invalid_feedback"] * 4,
    ]  # fmt: skip
    assert all(row["error"]["remedy"] for row in done["results"][3:])
    assert lead.get(f"{BASE}/counts").json()["total"] == 2


def test_a_batch_has_a_limit(app: httpx.Client, lead: httpx.Client) -> None:
    rows = [thumb(number, value="up") for number in range(1001)]
    assert app.post(f"{BASE}/batch", json={"feedback": rows}).status_code == 422
    assert batch(app, rows[:1000])["stored"] == 1000
    assert batch(app, rows[:1000])["repeated"] == 1000
    seen: list[str] = []
    page = lead.get(BASE, params={"limit": 400}).json()
    while page["next"]:
        seen += [row["id"] for row in page["feedback"]]
        page = lead.get(BASE, params={"limit": 400, "before": page["next"]}).json()
    seen += [row["id"] for row in page["feedback"]]
    assert len(seen) == len(set(seen)) == 1000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        (thumb(surprise=1), 422),
        (thumb(completion="x" * 200_001), 422),
        (thumb(at=-1), 422),
        (thumb(request_id="req_1"), 422),
        ({"client_id": "c", "kind": "thumb", "value": "up", "request_id": "a@b.example"}, 422),
        ({"client_id": "c", "kind": "thumb", "value": "up", "item_id": "itm_none"}, 404),
    ],
)
def test_bad_input_leaves_nothing(
    app: httpx.Client, lead: httpx.Client, body: Json, status: int
) -> None:
    answer = app.post(BASE, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["remedy"]
    assert lead.get(BASE).json() == {"feedback": [], "next": None}


def test_another_projects_item_is_unknown(app: httpx.Client, home: Home) -> None:
    other = PROJECT_YAML.replace("id: support", "id: elsewhere")
    spec = parse_project(other)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=other, now=1.0))
    assert app.post("/api/projects/elsewhere/feedback", json=thumb()).status_code == 403


def test_a_thumb_down_opens_one_task_whoever_repeats_it(
    app: httpx.Client, lead: httpx.Client, home: Home
) -> None:
    rules(home, "feedback: {rules: [{when: thumb_down, do: open, overlap: 2}]}\n")
    first = send(app, thumb(1))
    assert (first["state"], first["propensity"]) == ("opened", 1.0)
    same = send(app, thumb(1, client_id="other", user="somebody"))
    assert (same["state"], same["item_id"]) == ("already_open", first["item_id"])
    assert send(app, thumb(2, value="up"))["state"] == "marked"
    state = home.db.read(lambda tx: sampling.state_of(tx, first["item_id"]))
    assert state is not None
    assert (state.wanted, state.band) == (2, Band.TARGETED)
    marks = lead.get(BASE, params={"item_id": first["item_id"]}).json()["feedback"]
    assert len(marks) == 2
    of_item = lead.get(f"{BASE}/counts", params={"item_id": first["item_id"]}).json()
    assert of_item["by_kind"] == [{"name": "thumb down", "count": 2}]
    counts = lead.get(f"{BASE}/counts").json()
    assert counts["opened_today"] == 1
    assert {row["name"]: row["count"] for row in counts["by_kind"]} == {
        "thumb down": 2, "thumb up": 1,
    }  # fmt: skip


def test_what_imports_judged_enough_is_not_opened_and_takes_no_room(
    app: httpx.Client, lead: httpx.Client, home: Home
) -> None:
    rules(home, "feedback: {rules: [{when: thumb_down, do: open, overlap: 2}], per_day: 1}\n")
    pair = {
        "prompt": {"messages": [{"role": "user", "content": "Where is it?"}]},
        "completions": [{"text": "Here."}, {"text": "There."}],
    }
    body = {"items": [{**pair, "key": "judged"}, {**pair, "key": "new"}], "open": False}
    judged, new = lead.post("/api/projects/support/items", json=body).json()["ids"]
    votes = [
        ImportedJudgment(f"import:{rater}", judged, "preference", rater, "first", None, 1.0)
        for rater in ("rtr_1", "rtr_2")
    ]
    home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="support", rows=votes, now=2.0)
    )

    def about(item_id: str) -> Json:
        return {"client_id": item_id, "kind": "thumb", "value": "down", "item_id": item_id}

    assert send(app, about(judged))["state"] == "already_open"
    state = home.db.read(lambda tx: sampling.state_of(tx, judged))
    assert state is not None
    assert (state.done, state.wanted, state.state) == (2, 2, ItemProgress.CLOSED)
    assert send(app, about(new))["state"] == "opened"


def test_a_flood_from_one_source_cannot_fill_the_queue(app: httpx.Client, home: Home) -> None:
    rules(home, "feedback: {per_day: 6, per_source_per_day: 4}\n")
    flood = batch(app, [thumb(number, source="flood") for number in range(20)])["results"]
    assert [row["state"] for row in flood] == ["opened"] * 4 + ["capped"] * 16
    others = batch(app, [thumb(100 + number, source="shop") for number in range(5)])["results"]
    assert [row["state"] for row in others] == ["opened"] * 2 + ["capped"] * 3
    assert home.db.read(lambda tx: sampling.totals(tx, "support")).wanted == 6 * 3


def test_one_end_user_cannot_use_up_a_source(app: httpx.Client, home: Home) -> None:
    rules(home, "feedback: {per_user_per_day: 2}\n")
    ann = batch(app, [thumb(number, user="ann") for number in range(5)])["results"]
    assert [row["state"] for row in ann] == ["opened"] * 2 + ["capped"] * 3
    again = batch(app, [thumb(50, user="ann"), thumb(51, user="bob")])["results"]
    assert [row["state"] for row in again] == ["capped", "opened"]


def test_a_flood_at_the_same_time_keeps_to_the_room(app: httpx.Client, home: Home) -> None:
    rules(home, "feedback: {per_day: 5, per_source_per_day: 5}\n")

    def one(number: int) -> str:
        return str(send(app, thumb(number // 2))["status"])

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(one, range(40)))
    assert statuses.count("stored") == 20
    opened = home.db.read(lambda tx: store.opened_today(tx, "support", since=0.0))
    assert opened == [("api", None, 5)]


def test_a_share_is_drawn_by_target_and_recorded(app: httpx.Client, home: Home) -> None:
    rules(home, "feedback: {rules: [{when: thumb_down, do: open, sample: 0.3}], per_day: 400}\n")
    rows = [thumb(number, source=f"s{number % 9}") for number in range(200)]
    first = batch(app, rows)["results"]
    assert {row["propensity"] for row in first} == {0.3}
    drawn = [number for number, row in enumerate(first) if row["state"] == "opened"]
    assert 30 <= len(drawn) <= 90
    again = batch(app, [{**row, "client_id": f"again{row['client_id']}"} for row in rows])
    assert [n for n, row in enumerate(again["results"]) if row["state"] == "already_open"] == drawn
    assert {row["state"] for row in again["results"]} == {"already_open", "not_drawn"}


def test_ratings_and_labels_follow_their_rules(app: httpx.Client, home: Home) -> None:
    rules(
        home,
        "feedback: {rules: [{when: rating, below: 0.5, do: open},"
        " {when: label, label: spam, do: open}]}\n",
    )

    def state(kind: str, value: object, **other: Any) -> str:
        name = f"{kind}{value}"
        body = {"client_id": name, "kind": kind, "value": value, "prompt": name, **other}
        return str(send(app, {**body, "completion": "A"})["state"])

    assert state("rating", 2, max=5) == "opened"
    assert state("rating", 2.5, max=5) == "marked"
    assert state("label", "spam", tool="other desk", rater="r1") == "opened"
    assert state("label", "ham", tool="other desk", rater="r1") == "marked"
    assert state("verdict", "reject") == "marked"


def test_feedback_about_a_comparison_of_releases_opens_nothing(
    app: httpx.Client, lead: httpx.Client
) -> None:
    body = {
        "prompt": {"messages": [{"role": "user", "content": "Hi"}]},
        "completions": [{"text": "a"}, {"text": "b"}],
    }
    ids: dict[str, str] = {}
    for purpose in ("core", "evaluation"):
        sent = {"items": [{**body, "purpose": purpose}], "open": False}
        [ids[purpose]] = lead.post("/api/projects/support/items", json=sent).json()["ids"]
    about = {"kind": "thumb", "value": "down"}
    kept = send(app, {"client_id": "e", "item_id": ids["evaluation"], **about})
    assert kept["state"] == "unsuited"
    assert send(app, {"client_id": "c", "item_id": ids["core"], **about})["state"] == "opened"


def test_what_only_marks_stays_out_of_the_prompts(app: httpx.Client, home: Home) -> None:
    send(app, thumb(value="up"))
    assert home.db.read(lambda tx: list(tx.scalars(select(prompt.c.id)))) == []


def test_a_project_of_pairs_asks_nothing_about_one_answer(
    app: httpx.Client, lead: httpx.Client
) -> None:
    found = send(app, thumb())
    assert found["state"] == "unsuited"
    assert "question about one answer" in found["sentence"]
    edit = send(app, thumb(2, kind="edit", value="It is at the desk."))
    assert edit["state"] == "opened"
    assert lead.get(f"{BASE}/counts").json()["opened_today"] == 1


@pytest.mark.parametrize(
    ("question", "criteria"),
    [
        ("{id: q, kind: likert, text: T, scale: [Bad, Good]}", ""),
        ("{id: q, kind: rubric, text: T}", "criteria: [{id: tone, name: Tone, scale: [A, B]}]"),
        ("{id: q, kind: correction, text: T}", ""),
        ("{id: q, kind: multi_label, text: T, options: [{id: a, name: A}]}", ""),
    ],
)
def test_any_question_about_one_answer_is_asked(
    app: httpx.Client, home: Home, question: str, criteria: str
) -> None:
    yaml = f"id: support\nname: S\nsimulated: true\nquestions: [{question}]\n"
    yaml += f"guideline: {{text: Be kind., {criteria}}}\n".replace(", }", "}")
    spec = parse_project(yaml.replace("id: support", "id: other"))
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=yaml, now=1.0))
    done = home.db.write(
        lambda tx: service.receive(
            tx, project_id="other", rows=[FeedbackIn(**thumb()).new()],
            person_id=None, now=system_now(),
        )
    )  # fmt: skip
    assert [one.effect.state for one in done if one.effect] == [EffectState.OPENED]


def test_a_prompt_alone_is_only_marked(app: httpx.Client, home: Home) -> None:
    rules(home)
    body = thumb()
    del body["completion"]
    assert send(app, body)["state"] == "unsuited"
