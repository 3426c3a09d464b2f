"""A wrong project.yaml is refused with the line of every mistake."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.base.errors import InvalidInput
from loopwright.infra.database import JsonText
from loopwright.projects.spec import ProjectSpec, parse_project
from support.server import PROJECT_YAML

ROOT = Path(__file__).parents[2]
GOOD = """\
id: desk
name: Desk
questions:
  - id: better
    kind: pairwise
    text: Which is better?
  - id: topic
    kind: single_label
    text: About what?
    options:
      - {id: bill, name: Bill}
      - {id: other, name: Other}
guideline:
  text: Be kind.
  criteria:
    - id: kind
      name: Kind
segments:
  - {id: a, name: A, weight: 2}
  - {id: b, name: B}
mix: {targeted: 0.3, evaluation: 0.2, confused: 0.2, core: 0.3}
"""


def problems_of(text: str) -> str:
    """Return what is said of a wrong file."""
    with pytest.raises(InvalidInput) as failure:
        parse_project(text, source="p.yaml")
    assert failure.value.code == "invalid_project_file"
    assert failure.value.remedy
    failure.value.message.encode()  # it can be sent
    return failure.value.message


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_good_files_are_read() -> None:
    assert parse_project(GOOD).question("topic").options[1].name == "Other"
    assert parse_project(PROJECT_YAML).overlap == 3
    for path in ROOT.glob("examples/*/project.yaml"):
        parse_project(path.read_text(), source=path.name)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: Desk", "nmae: Desk", "p.yaml:2: nmae: this key is not known"),
        ("      - {id: other", "      - {di: other", "p.yaml:12: questions.1.options.1.di"),
        ("    kind: pairwise", "    kind: pairwize", "p.yaml:5: questions.0.kind"),
        ("name: B}", "name: B, weight: -1}", "p.yaml:20: segments.1.weight"),
        ("name: B}", "name: B, weight: .inf}", "p.yaml:20: segments.1.weight"),
        ("name: B}", "name: B, weight: .nan}", "p.yaml:20: segments.1.weight"),
        ("name: B}", "name: [B]}", "p.yaml:20: segments.1.name"),
        ("core: 0.3}", "core: 0.4}", "p.yaml:21: mix: the shares add up to 1.1, not 1"),
        ("  - {id: b, name: B}", "  - {id: a, name: B}", "segments have the same id: a"),
        ("  - id: topic", "  - id: better", "questions have the same id: better"),
        ("      - {id: other", "      - {id: bill", "p.yaml:7: questions.1: two options have"),
        ("    - id: kind\n", "    - id: kind\n      name: K\n    - id: kind\n", "two criteria"),
        ("id: desk", "id: Desk!", "p.yaml:1: id"),
        ("id: desk", 'id: "*"', "p.yaml:1: id"),
        ("id: desk", "id: 2026-01-02", "p.yaml:1: id"),
        ("name: Desk", "name: Desk\noverlap: 0", "p.yaml:3: overlap"),
        ("name: Desk", "name: Desk\nlease_seconds: .inf", "p.yaml:3: lease_seconds"),
        ("name: Desk", "name: Desk\nrecipe: {seed: 99999999999999999999}", "p.yaml:3: recipe.seed"),
        ("name: Desk", "name: Desk\nrecipe: {preset: lora}", "needs a base_model"),
        ("name: Desk", "name: Desk\nname: Twice", "p.yaml:3: name: this key is given twice"),
        ("name: Desk", 'name: "De\\0sk"', "NUL"),
        ("name: Desk", 'name: "\\ud800"', "p.yaml:2: name"),
        ("name: Desk", 'name: Desk\n"\\ud800": 1', "unicode"),
    ],
)
def test_a_mistake_is_named_by_line(old: str, new: str, expected: str) -> None:
    assert expected in problems_of(changed(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: Desk", "nmae: Desk", "nmae: this key is not known. Did you mean name?"),
        ("name: B}", "name: B, wieght: 2}", "not known. Did you mean weight?"),
        ("mix: {targeted", "mix: {targetted", "not known. Did you mean targeted?"),
        ("    - id: kind\n", "    - id: kind\n      scael: [a]\n", "Did you mean scale?"),
        ("name: Desk", "name: Desk\nrecipe: {rl: {bta: 1}}", "rl.bta: this key is not known. Did"),
        ("kind: pairwise", "kind: pairwize", "'pairwize' is none of pairwise, "),
        ("kind: pairwise", "kind: pairwize", "Did you mean pairwise?"),
    ],
)
def test_a_mistyped_word_is_told_its_nearest_neighbour(old: str, new: str, expected: str) -> None:
    assert expected in problems_of(changed(old, new))


def test_what_is_like_nothing_known_is_told_no_neighbour() -> None:
    assert "Did you mean" not in problems_of(changed("name: Desk", "name: Desk\nxyzzy: 1"))


def test_what_only_follows_from_a_mistake_is_not_told() -> None:
    text = changed("    kind: pairwise", "    kind: pairwize").replace("  - id: topic", "  - di: t")
    told = problems_of(text.replace("kind: single_label", "kind: one_label"))
    assert "questions.0" in told
    assert "questions.1" in told
    assert "at least 1 item" not in told
    empty = problems_of(changed("questions:", "questions: []\nquestion:"))
    assert "questions: Tuple should have at least 1 item" in empty


def test_a_wrong_id_is_refused_in_words() -> None:
    assert "id: 'De sk' is no id: use up to 63 letters a to z" in problems_of(
        changed("id: desk", "id: De sk")
    )


def test_every_mistake_is_told_at_once() -> None:
    text = changed("kind: pairwise", "kind: pairwize").replace("name: B}", "nam: B}")
    told = problems_of(text)
    assert "p.yaml:5:" in told
    assert "p.yaml:20: segments.1.nam: this key is not known" in told
    assert "p.yaml:20: segments.1.name: this key is needed" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: desk\nname: [unclosed\n", "p.yaml:3"),
        ("id: desk\n\tname: Desk\n", "p.yaml:2"),
        ("id: desk\nname: 'open\n", "p.yaml:3"),
        ("id: desk\nname: *nowhere\n", "p.yaml:2"),
        ("id: desk\n---\nid: second\n", "p.yaml:2"),
        ("id: !!python/object/apply:os.system [ls]\n", "p.yaml:1"),
        ("id: desk\nname: De\x07sk\n", "p.yaml"),
    ],
)
def test_broken_yaml_is_named_by_line(text: str, line: str) -> None:
    assert line in problems_of(text)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "42", "null", "[]"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert "mapping" in problems_of(text)


@pytest.mark.parametrize(
    "value", ["2026-13-45", "!!int abc", "!!bool maybe", "!!timestamp soon", "9" * 5000]
)
def test_a_value_that_yaml_cannot_make_is_refused(value: str) -> None:
    problems_of(changed("name: Desk", f"name: {value}"))


def test_deep_nesting_and_cycles_are_refused() -> None:
    problems_of("a: " + "[" * 5000 + "]" * 5000)
    problems_of("id: &a [*a]\nname: x\n")
    problems_of("a: &a {b: *a}\n")


def test_an_unknown_question_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="better, topic"):
        parse_project(GOOD).question("nothing")


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_project(text)
    except InvalidInput as failure:
        failure.message.encode()


def test_what_is_read_can_be_stored_and_read_again() -> None:
    spec = parse_project(GOOD)
    column = JsonText()
    stored = column.process_bind_param(spec.model_dump(mode="json"), None)  # type: ignore[arg-type]
    read = column.process_result_value(stored, None)  # type: ignore[arg-type]
    assert ProjectSpec.model_validate(read) == spec
