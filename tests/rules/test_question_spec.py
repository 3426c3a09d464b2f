"""Questions, criteria and flags in project.yaml: what is read, and which line is wrong."""

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.projects.spec import parse_project

ALL_KINDS = """\
id: desk
name: Desk
questions:
  - {id: better, kind: pairwise, text: "?", strength: 3}
  - {id: topic, kind: single_label, text: "?", options: [{id: a, name: A}, {id: b, name: B}]}
  - {id: tags, kind: multi_label, text: "?", options: [{id: a, name: A}], at_least: 1}
  - {id: best, kind: ranking, text: "?", completions: 4}
  - {id: score, kind: rubric, text: "?", criteria: [tone]}
  - {id: agree, kind: likert, text: "?", scale: ["no", "yes"]}
  - {id: fix, kind: correction, text: "?"}
  - {id: find, kind: boxes, text: "?", options: [{id: cat, name: Cat}]}
  - {id: full, kind: scorecard, text: "?", strength: 2}
guideline:
  text: Be kind.
  criteria:
    - {id: tone, name: Tone, scale: [rude, kind]}
    - {id: truth, name: Truth, scale: [wrong, partly, right]}
  flags:
    - {id: privacy, name: Privacy}
    - {id: abuse, name: Abuse, severities: [bad, worse]}
"""


def test_every_kind_is_read() -> None:
    spec = parse_project(ALL_KINDS)
    assert spec.question("score").criteria == ("tone",)
    assert spec.question("full").criteria is None
    assert [flag.severities for flag in spec.guideline.flags] == [
        ("low", "medium", "high"),
        ("bad", "worse"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "kind: pairwise",
            "kind: pairwize",
            "p.yaml:4: questions.0.kind: 'pairwize' is none of pairwise, single_label, multi_",
        ),
        ("kind: pairwise", "kind: pairwize", "Did you mean pairwise?"),
        ("kind: pairwise", "kind: [1]", "[1] is none of pairwise, "),
        ("strength: 3", "strength: 5", "p.yaml:4: questions.0.strength"),
        ("strength: 3", "options: [{id: a, name: A}]", "a pairwise question has no `options`"),
        ("strength: 3", "scale: [a, b]", "no `scale`; its settings: strength"),
        (", {id: b, name: B}]", "]", "p.yaml:5: questions.1: a single_label question needs at lea"),
        ("at_least: 1", "at_least: 2", "p.yaml:6: questions.2: at_least is 2, and there are 1"),
        ("completions: 4", "completions: 2", "p.yaml:7: questions.3.completions"),
        ("completions: 4", "completions: 10", "p.yaml:7: questions.3.completions"),
        (
            "[tone]",
            "[tona]",
            "p.yaml:8: questions.4.criteria.0: the guideline has no criterion 'to",
        ),
        ("[tone]", "[tona]", "it has: tone, truth. Did you mean tone?"),
        ("[tone]", "[tone, tone]", "p.yaml:8: questions.4: two criteria have the same id"),
        ('["no", "yes"]', '["no"]', "p.yaml:9: questions.5: a likert question needs a `scale` of"),
        ('["no", "yes"]', "[no, yes]", "p.yaml:9: questions.5.scale.0"),
        ("options: [{id: cat, name: Cat}]", "ask_reason: false", "needs at least one option"),
        (
            "scale: [rude, kind]",
            "scale: [rude]",
            "p.yaml:16: guideline.criteria.0: question 'full'",
        ),
        ("scale: [rude, kind]", "scale: []", "needs a `scale` of 2 to 7 levels, low first; it h"),
        ("severities: [bad, worse]", "severities: [bad, bad]", "p.yaml:20: guideline.flags.1"),
        ("severities: [bad, worse]", "severities: []", "p.yaml:20: guideline.flags.1.severities"),
        ("id: abuse", "id: privacy", "two flags have the same id: privacy"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, says: str) -> None:
    assert ALL_KINDS.count(old) == 1
    with pytest.raises(InvalidInput) as failure:
        parse_project(ALL_KINDS.replace(old, new), source="p.yaml")
    assert says in failure.value.message


def test_scores_need_criteria() -> None:
    bare = ALL_KINDS[: ALL_KINDS.index("  criteria:\n    -")].replace(", criteria: [tone]", "")
    with pytest.raises(InvalidInput) as failure:
        parse_project(bare, source="p.yaml")
    assert "p.yaml:8: questions.4: a rubric question needs criteria" in failure.value.message
    assert "p.yaml:12: questions.8: a scorecard question needs criteria" in failure.value.message
