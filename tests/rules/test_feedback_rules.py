"""project.yaml's rules for feedback: what fits, what is refused with its line."""

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.feedback import rules
from loopwright.feedback.model import EffectState
from loopwright.projects.feedback_spec import FeedbackSpec
from loopwright.projects.spec import parse_project

BASE = """\
id: desk
name: Desk
questions: [{id: better, kind: pairwise, text: Which}]
guideline: {text: Be kind.}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{when: thumb_sideways, do: open}", "thumb_up"),
        ("{when: thumb_down, do: train}", "none of open, mark"),
        ("{when: thumb_down, do: open, below: 0.5}", "below goes with when: rating"),
        ("{when: edit, do: open, label: x}", "label goes with when: label"),
        ("{when: accept, do: mark, sample: 0.5}", "go with do: open"),
        ("{when: accept, do: open, sample: 0}", "greater than 0"),
        ("{when: accept, do: open, overlap: 0}", "greater than or equal to 1"),
    ],
)
def test_a_wrong_rule_is_named_by_line(line: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_project(f"{BASE}feedback:\n  rules:\n    - {line}\n")
    assert "project.yaml:7" in refused.value.message
    assert said in refused.value.message


def test_without_rules_complaints_open_and_praise_marks() -> None:
    opens = {rule.when.value for rule in parse_project(BASE).feedback.rules if rule.do == "open"}
    assert opens == {"thumb_down", "reject", "edit"}


def test_room_is_taken_from_the_day_the_source_and_the_user() -> None:
    limits = FeedbackSpec(per_day=4, per_source_per_day=2, per_user_per_day=1)
    room = rules.room_of(limits, [("a", None, 1)])
    first = rules.take(room, "a", "ann")
    assert first is not None
    assert rules.take(first, "a", None) is None, "the source is used up"
    assert rules.take(first, "b", "ann") is None, "the user is"
    second = rules.take(first, "b", None)
    assert second is not None
    third = rules.take(second, "b", "bob")
    assert third is not None
    assert rules.take(third, "c", None) is None, "the day is"
    assert (room.left, third.left) == (3, 0)


def test_pseudonyms_differ_between_projects() -> None:
    names = {rules.pseudonym(key * 32, user) for key in ("0a", "0b") for user in ("ann", "bob")}
    assert len(names) == 4
    assert rules.pseudonym("0a" * 32, "ann") in names


@pytest.mark.parametrize("state", list(EffectState))
def test_every_effect_is_told_in_a_sentence(state: EffectState) -> None:
    said = rules.sentence(state, rule="thumb_down", reason=None)
    assert said.endswith(".")
    assert "None" not in said
