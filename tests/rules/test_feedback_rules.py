"""project.yaml's rules for feedback: what fits, what is refused with its line."""

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.feedback import rules
from loopwright.feedback.model import EffectState, Room
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
        ("{when: thumb_down, do: train}", "'open' or 'mark'"),
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


def test_room_is_taken_from_the_day_and_the_source() -> None:
    room = Room(left=3, left_of={"a": 1}, per_source=2)
    first = rules.take(room, "a")
    assert first == Room(2, {"a": 0}, 2)
    assert first is not None
    assert rules.take(first, "a") is None
    assert rules.take(first, "b") == Room(1, {"a": 0, "b": 1}, 2)
    assert rules.take(Room(0, {}, 2), "b") is None


def test_pseudonyms_differ_between_projects() -> None:
    names = {rules.pseudonym(key * 32, user) for key in ("0a", "0b") for user in ("ann", "bob")}
    assert len(names) == 4
    assert rules.pseudonym("0a" * 32, "ann") in names


@pytest.mark.parametrize("state", list(EffectState))
def test_every_effect_is_told_in_a_sentence(state: EffectState) -> None:
    said = rules.sentence(state, rule="thumb_down", reason=None)
    assert said.endswith(".")
    assert "None" not in said
