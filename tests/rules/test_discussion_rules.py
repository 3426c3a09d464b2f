"""Pure decisions of discussion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.discussion import rules
from loopwright.discussion.model import (
    Before,
    Disputed,
    Entry,
    EntryKind,
    Move,
    OpenedBy,
    Participant,
    Reader,
    Resolution,
    SubjectKind,
    Thread,
    ThreadState,
)
from loopwright.projects.discussion_spec import DiscussionSpec
from loopwright.projects.spec import parse_project
from loopwright.questions.model import ShownOrder


def entry(
    seq: int,
    kind: EntryKind = EntryKind.MESSAGE,
    *,
    text: str | None = "hello",
    by: str = "thp_a",
    replaces: str | None = None,
    outcome: str | None = None,
) -> Entry:
    return Entry(
        project_id="p",
        seq=seq,
        id=f"ent_{seq}",
        thread_id="thr",
        participant_id=by,
        kind=kind,
        text=text,
        replaces=replaces,
        mentions=rules.mentions(text or ""),
        answer=None,
        shown_order=None,
        outcome=outcome,
        lesson=None,
        distribution=None,
        created_at=float(seq),
    )


def thread(state: ThreadState = ThreadState.OPEN, kind: SubjectKind = SubjectKind.ITEM) -> Thread:
    return Thread("thr", "p", kind, "itm", "q", state, OpenedBy.PERSON, None, 0.0, None, 1)


def disputed(*, split: bool = True, n: int = 2, closed: bool = True, at: float = 0.0) -> Disputed:
    return Disputed("itm", "p", "q", split, n, closed, at)


def test_disagreement_opens_a_thread_when_all_votes_are_in_and_none_can_be_taken_back() -> None:
    assert rules.wants_thread(disputed(), now=60.0)
    assert not rules.wants_thread(disputed(), now=59.0)
    assert not rules.wants_thread(disputed(split=False), now=60.0)
    assert not rules.wants_thread(disputed(closed=False), now=60.0)
    assert not rules.wants_thread(disputed(n=1), now=60.0)


def test_no_more_threads_are_opened_than_people_can_read() -> None:
    assert rules.room(DiscussionSpec(most_open=3), 1) == 2
    assert rules.room(DiscussionSpec(most_open=3), 5) == 0
    assert rules.room(DiscussionSpec(on_disagreement=False), 0) == 0


def test_people_are_named_by_what_they_are_here() -> None:
    taken: list[str] = []
    for role in ("annotator", "lead", "annotator", "owner", "specialist", "specialist", "viewer"):
        taken.append(rules.next_name(role, taken))
    assert taken == [
        *("annotator 1", "lead", "annotator 2", "lead 2"),
        *("specialist", "specialist 2", "viewer"),
    ]


@given(st.lists(st.sampled_from(["annotator", "lead", "owner", "specialist"]), max_size=30))
def test_no_two_people_have_one_name(roles: list[str]) -> None:
    taken: list[str] = []
    for role in roles:
        taken.append(rules.next_name(role, taken))
    assert len(set(taken)) == len(roles)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@annotator-2 look", ["annotator 2"]),
        ("see @Lead, and @lead", ["lead"]),
        ("(@annotator 12) @lead-2", ["annotator 12", "lead 2"]),
        ("mail me@lead.example", []),
        ("@leader @annotators @somebody", []),
        ("", []),
        ("@@lead", []),
    ],
)
def test_mentions(text: str, called: list[str]) -> None:
    assert rules.mentions(text) == called


def test_whom_a_mention_reaches() -> None:
    assert rules.calls(["lead"], name=None, role="owner")
    assert rules.calls(["lead"], name="lead 2", role="lead")
    assert rules.calls(["annotator 2"], name="annotator 2", role="annotator")
    assert not rules.calls(["annotator 2"], name="annotator 1", role="annotator")
    # Nobody calls all annotators: those who have not judged must not hear of it.
    assert not rules.calls(["annotator"], name="annotator 1", role="annotator")


def test_an_edit_stands_for_the_message_and_its_history_stays() -> None:
    log = [
        entry(1, text="first"),
        entry(2, EntryKind.EDIT, text="second", replaces="ent_1"),
        entry(3, EntryKind.EDIT, text="third", replaces="ent_1"),
        entry(4, text="other"),
    ]
    edited, other = rules.shown(log)
    assert (edited.text, edited.edited_at, edited.seq) == ("third", 3.0, 1)
    assert [one.text for one in edited.history] == ["first", "second"]
    assert (other.text, other.edited_at, other.history) == ("other", None, [])


def test_a_deletion_leaves_a_tombstone_and_no_text() -> None:
    log = [
        entry(1, text="@lead secret"),
        entry(2, EntryKind.EDIT, text="secret 2", replaces="ent_1"),
        entry(3, EntryKind.DELETION, text=None, replaces="ent_1"),
    ]
    [gone] = rules.shown(log)
    assert gone.deleted
    assert (gone.text, gone.history, gone.mentions, gone.edited_at) == (None, (), (), None)


def test_the_newest_stance_of_each_counts_and_moves_are_counted() -> None:
    people = [
        Participant(f"thp_{name}", "thr", f"per_{name}", name, False, 0, 0.0) for name in "abcd"
    ]
    before = [
        Before(f"per_{name}", outcome, None)
        for name, outcome in (("a", "first"), ("b", "second"), ("c", "second"))
    ] + [Before(None, "tie", None)]
    log = [
        entry(1, EntryKind.STANCE, by="thp_b", outcome="second"),
        entry(2, EntryKind.STANCE, by="thp_b", outcome="first"),
        entry(3, EntryKind.STANCE, by="thp_a", outcome="first"),
        entry(4, EntryKind.STANCE, by="thp_d", outcome="first"),
        entry(5),
    ]
    stances = rules.stances(log)
    assert sorted(rules.moves(stances, people, before), key=str) == sorted(
        [Move(None, "first", 1), Move("first", "first", 1), Move("second", "first", 1)], key=str
    )
    assert rules.distribution(before, stances) == {
        "before": {"first": 1, "second": 2, "tie": 1},
        "after": {"first": 3},
    }


def test_a_thread_waits_by_what_matters_most() -> None:
    found = thread()
    given = {"judged": True, "took_stance": False}
    assert rules.waits(found, unread=2, called=1, **given) == "mention"
    assert rules.waits(found, unread=2, called=0, **given) == "unread"
    assert rules.waits(found, unread=0, called=0, **given) == "stance"
    ended = thread(ThreadState.RESOLVED)
    assert rules.waits(ended, unread=0, called=0, **given) is None
    assert rules.waits(ended, unread=1, called=0, **given) == "unread"


@pytest.mark.parametrize(
    ("order", "outcome", "words"),
    [
        ("second_left", "first", "Right answer is better"),
        ("first_left", "first", "Left answer is better"),
        ("second_left", "tie", "Equally good"),
        ("2,0,1", "1,2,2", "B, then A and C"),
        (None, "first", "First answer is better"),
    ],
)
def test_answers_name_the_sides_as_they_stand_in_the_thread(
    order: str | None, outcome: str, words: str
) -> None:
    spec = parse_project(PROJECT)
    shown = None if order is None else ShownOrder(order)
    assert rules.in_words(spec, "better", outcome, shown) == words


PROJECT = """
id: p
name: P
questions: [{id: better, kind: pairwise, text: "?"}]
guideline: {text: Be kind.}
"""


def reader(*, resolves: bool) -> Reader:
    return Reader("per", "lead", simulated=False, reads_all=resolves, writes=True)


def test_who_may_change_a_message() -> None:
    def code(kind: EntryKind, *, mine: bool, lead: bool = False, gone: bool = False) -> str | None:
        log = [entry(1)]
        if gone:
            log.append(entry(2, EntryKind.DELETION, text=None, replaces="ent_1"))
        [message] = rules.shown(log)
        found = rules.change_refusal(message, kind=kind, mine=mine, reader=reader(resolves=lead))
        return None if found is None else found.code

    assert code(EntryKind.EDIT, mine=True) is None
    assert code(EntryKind.DELETION, mine=True) is None
    assert code(EntryKind.DELETION, mine=False) == "not_yours"
    assert code(EntryKind.DELETION, mine=False, lead=True) is None
    assert code(EntryKind.EDIT, mine=False, lead=True) == "not_yours"
    assert code(EntryKind.EDIT, mine=True, gone=True) == "message_deleted"
    [stance] = rules.shown([entry(1, EntryKind.STANCE)])
    for what in (None, stance):
        found = rules.change_refusal(
            what, kind=EntryKind.EDIT, mine=True, reader=reader(resolves=True)
        )
        assert found is not None
        assert found.code == "no_message"


@pytest.mark.parametrize(
    ("kind", "state", "answer", "code"),
    [
        (SubjectKind.ITEM, ThreadState.RESOLVED, {"choice": "left"}, None),
        (SubjectKind.ITEM, ThreadState.RESOLVED, None, "answer_needed"),
        (SubjectKind.ITEM, ThreadState.IRRESOLVABLE, None, None),
        (SubjectKind.ITEM, ThreadState.IRRESOLVABLE, {"choice": "left"}, "no_answer_here"),
        (SubjectKind.CRITERION, ThreadState.RESOLVED, None, None),
        (SubjectKind.CHECKLIST, ThreadState.RESOLVED, {"choice": "left"}, "no_answer_here"),
    ],
)
def test_an_answer_ends_a_thread_on_an_item_and_no_other(
    kind: SubjectKind, state: ThreadState, answer: dict[str, str] | None, code: str | None
) -> None:
    found = rules.answer_refusal(
        thread(kind=kind), Resolution("c", state, "so", None, answer, None)
    )
    assert (None if found is None else found.code) == code
