"""An annotator's own work: caps, days, notes and signals, and who wrote what once it is final."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from labeling_books import check_books
from labeling_world import START, Desk, make_desk

from loopwright.client import Client, Conflict, InvalidInput
from loopwright.infra.home import Home
from loopwright.labeling import service, store, store_effort
from loopwright.labeling.model import Assignment, Progress, Submission
from loopwright.projects.assignment_spec import AssignmentSpec, Caps
from support.server import PROJECT_YAML, RunningServer, add_project


def with_caps(desk: Desk, **caps: Any) -> None:
    spec = desk.project.spec.model_copy(update={"assignment": AssignmentSpec(**caps)})
    desk.project = replace(desk.project, spec=spec)


def progress(desk: Desk, name: str, *, now: float = START) -> Progress:
    return desk.home.db.write(
        lambda tx: service.Desk.of(
            tx, project=desk.project, judge=desk.judge(name), now=now
        ).progress()
    )


def submit(desk: Desk, offer: Assignment, *, active_ms: int, now: float) -> str:
    sent = Submission(
        client_id=offer.id,
        assignment_id=offer.id,
        token=offer.token,
        answer={"choice": "left"},
        active_ms=active_ms,
    )
    return desk.home.db.write(
        lambda tx: service.submit(
            tx, project=desk.project, judge=desk.judge("ann"), submission=sent, now=now
        )
    ).judgment_id


def undo(desk: Desk, judgment_id: str, *, now: float = START) -> Assignment:
    return desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("ann"),
            judgment_id=judgment_id,
            now=now,
        )
    )


def test_a_cap_of_a_day_stops_offers_until_midnight_and_undo_makes_room(home: Home) -> None:
    desk = make_desk(home, items=6, overlap=1)
    with_caps(desk, per_day=Caps(judgments=3))
    held = desk.reserve("ann", count=6)
    assert len(held) == 3
    done = [desk.submit("ann", one) for one in held]
    assert desk.reserve("ann") == []
    cap = progress(desk, "ann").reached
    assert cap is not None
    assert (cap.what, cap.until) == ("day", 86400.0)
    assert progress(desk, "bob").reached is None
    undo(desk, done[0].judgment_id)
    assert [one.item_id for one in desk.reserve("ann", count=6)] == [held[0].item_id]
    assert len(desk.reserve("ann", count=6, now=86400.0 + 1)) == 3
    check_books(desk)


def test_a_session_ends_with_a_break_of_half_an_hour(home: Home) -> None:
    desk = make_desk(home, items=9, overlap=1)
    with_caps(desk, per_session=Caps(judgments=2))
    for offer in desk.reserve("ann", count=2):
        desk.submit("ann", offer, now=START + 10)
    assert desk.reserve("ann", now=START + 1809) == []
    cap = progress(desk, "ann", now=START + 1809).reached
    assert cap is not None
    assert (cap.what, cap.until) == ("session", START + 10 + 1800)
    [offer] = desk.reserve("ann", now=START + 1810)
    desk.submit("ann", offer, now=START + 1900)
    session = progress(desk, "ann", now=START + 1900).standing.session
    assert session is not None
    assert (session.started_at, session.judged) == (START + 1900, 1)
    assert progress(desk, "ann", now=START + 3700).standing.session is None


def test_active_minutes_count_and_what_is_leased_may_still_be_answered(home: Home) -> None:
    desk = make_desk(home, items=4, overlap=1)
    with_caps(desk, per_day=Caps(minutes=1.5))
    first, second = desk.reserve("ann", count=2)
    submit(desk, first, active_ms=90_000, now=START + 95)
    assert desk.reserve("ann", count=3, held=(second.id,), now=START + 95) == []
    submit(desk, second, active_ms=2**31 - 1, now=START + 99)
    # More than passed since the offer is a page's mistake and is not counted.
    assert progress(desk, "ann", now=START + 99).standing.today.active_ms == 90_000 + 99_000


def test_programs_have_no_caps(home: Home) -> None:
    desk = make_desk(home, items=4, overlap=1)
    with_caps(desk, per_day=Caps(judgments=1))
    robot = replace(desk.judge("robot"), human=False)
    offers = desk.home.db.write(
        lambda tx: service.reserve(
            tx, project=desk.project, judge=robot, count=4, held=(), now=START
        )
    )
    assert len(offers) == 4


def test_the_most_held_is_the_projects(home: Home) -> None:
    desk = make_desk(home, items=9, overlap=1)
    with_caps(desk, most_held=4)
    assert len(desk.reserve("ann", count=9)) == 4


def test_counters_of_one_person_in_many_windows_miss_nothing(home: Home) -> None:
    desk = make_desk(home, items=40, overlap=1)

    def window(number: int) -> None:
        for offer in desk.reserve("ann", count=9, now=START + number):
            try:
                desk.submit("ann", offer, client_id=f"{number}:{offer.id}", now=START + number)
            except Exception as failure:  # another window was faster with this one
                assert getattr(failure, "code", "") == "already_judged", failure

    threads = [threading.Thread(target=window, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    judged = len(home.db.read(lambda tx: store.judgments(tx, "desk")))
    standing = home.db.read(
        lambda tx: store_effort.standing(tx, project_id="desk", rater_id="rtr_ann", now=START + 9)
    )
    assert standing.session is not None
    assert (standing.mine, standing.today.judged, standing.session.judged) == (judged,) * 3
    check_books(desk)


# Over HTTP


@pytest.fixture
def ann(server: RunningServer) -> Iterator[Client]:
    """An annotator's client; five items are in the queue."""
    with server.owner() as http:
        key = http.headers["authorization"].removeprefix("Bearer ")
    with Client(server.url, key) as owner:
        owner.add_items(
            "support",
            [
                {
                    "prompt": {"messages": [{"role": "user", "content": f"Question {number}"}]},
                    "completions": [{"text": "Yes", "policy": "a"}, {"text": "No", "policy": "b"}],
                    "key": f"item-{number}",
                }
                for number in range(5)
            ],
        )
        person = owner.add_person("support", "Ann")
    with Client(server.url, person["api_key"]) as client:
        yield client


SIGNALS = {
    "first_choice": "right",
    "first_choice_ms": 900,
    "scroll": {"left": 1.0, "right": 0.5},
    "pasted_characters": 0,
}


def test_progress_tells_what_is_mine_and_what_is_wanted(ann: Client) -> None:
    offered = ann.reserve("support", count=2)
    assert offered["progress"] == {
        "mine": 0,
        "remaining": 15,
        "open_items": 5,
        "today": 0,
        "session": None,
        "cap": {
            "per_day": None,
            "per_session": None,
            "minutes_per_day": 240.0,
            "minutes_per_session": None,
            "reached": None,
            "until": None,
        },
        "paused": None,
        "last_guideline": None,
    }
    done = ann.submit("support", offered["assignments"][0], {"choice": "left"}, active_ms=5)
    told = done["progress"]
    assert (told["mine"], told["today"], told["session"]["judged"]) == (1, 1, 1)
    assert (told["remaining"], told["last_guideline"], done["revealed"]) == (14, 1, None)


def test_my_judgments_are_mine_with_note_and_signals(ann: Client, server: RunningServer) -> None:
    first, second = ann.reserve("support", count=2)["assignments"]
    note = "Ask ann@example.com about this"
    done = ann.submit(
        "support", first, {"choice": "left"}, note=note, signals=SIGNALS, active_ms=4, revisions=1
    )
    ann.submit("support", second, {"choice": "tie"})
    ann.undo("support", done["judgment_id"])
    newest = ann.my_judgments("support", limit=1)
    assert (newest["judgments"][0]["answer"]["choice"], newest["judgments"][0]["can_undo"]) == (
        "tie",
        True,
    )
    page = ann.my_judgments("support", limit=1, before=newest["next"])
    [mine] = page["judgments"]
    assert page["questions"][mine["question_id"]]["text"] == first["question"]["text"]
    assert mine["unchanged"] is None
    assert (mine["undone"], mine["can_undo"], mine["signals"]) == (True, False, SIGNALS)
    assert (mine["note"], mine["revisions"]) == ("Ask [EMAIL_1] about this", 1)
    assert (mine["guideline_number"], mine["prompt_start"]) == (1, first["prompt"][0]["content"])
    with server.owner() as http:
        assert http.get("/api/projects/support/my/judgments").json() == {
            "judgments": [],
            "questions": {},
            "next": None,
        }


def test_a_reason_is_masked_and_may_be_sent_again(ann: Client) -> None:
    [one] = ann.reserve("support", count=1)["assignments"]
    answer = {"choice": "left", "reason": "as I told bo@example.com"}
    first = ann.submit("support", one, answer, client_id="same")
    again = ann.submit("support", one, answer, client_id="same")
    assert again["judgment_id"] == first["judgment_id"]
    [mine] = ann.my_judgments("support")["judgments"]
    assert mine["answer"]["reason"] == "as I told [EMAIL_1]"


def test_my_days_count_judgments_and_skips(ann: Client) -> None:
    assert ann.my_days("support") == []
    first, second = ann.reserve("support", count=2)["assignments"]
    ann.submit("support", first, {"choice": "left"})
    ann.skip("support", second)
    [day] = ann.my_days("support")
    assert (day["judged"], day["skipped"]) == (1, 1)


def test_signals_that_make_no_sense_are_refused(ann: Client) -> None:
    [one] = ann.reserve("support")["assignments"]
    for wrong in ({"scroll": {"left": 2}}, {"first_choice_ms": -1}, {"mood": "bad"}):
        with pytest.raises(InvalidInput):
            ann.submit("support", one, {"choice": "left"}, signals=wrong)
    with pytest.raises(InvalidInput):
        ann.submit("support", one, {"choice": "left"}, note="x" * 2001)


def test_who_wrote_what_is_told_only_where_the_project_says_so_and_ends_the_undo(
    ann: Client, server: RunningServer
) -> None:
    add_project(server.home, PROJECT_YAML + "reveal: after_judgment\n")
    [one] = ann.reserve("support")["assignments"]
    wrote = {"Yes": "a", "No": "b"}
    sides = {text["side"]: wrote[text["text"]] for text in one["completions"]}
    done = ann.submit("support", one, {"choice": "left"}, client_id="c")
    assert done["revealed"] == sides
    again = ann.submit("support", one, {"choice": "left"}, client_id="c")
    assert (again["repeated"], again["revealed"]) == (True, sides)
    with pytest.raises(Conflict, match="who wrote what"):
        ann.undo("support", done["judgment_id"])
    assert ann.my_judgments("support")["judgments"][0]["can_undo"] is False
