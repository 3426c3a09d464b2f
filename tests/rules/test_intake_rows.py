"""Mappings and rows: mistakes are named with their line; dialogues are read without loss."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.base.errors import InvalidInput
from loopwright.base.ids import encode_130_bits
from loopwright.intake import rules
from loopwright.intake.dialogue import parse_dialogue, render_dialogue, split_shared
from loopwright.intake.mapping import ImportMapping, check_columns, parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.intake.rows import RowReader
from loopwright.intake.schemas import sentence_of

VOTES = """\
kind: votes
source: crowd
fields: {item: id, prompt: text, first: a, second: b, annotator: who, choice: winner}
choices: {left: first, right: second, no: both_bad}
join: {file: pairs.jsonl, on: {id: id}}
"""


def test_a_mapping_keeps_yaml_words_as_words() -> None:
    mapping = parse_mapping(VOTES)
    assert mapping.join is not None
    assert mapping.join.on == {"id": "id"}
    assert mapping.choices["no"] == "both_bad"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: votes\nsource: [", r"m\.yaml:2 is not YAML"),
        ("- a", "must be a mapping"),
        ("kind: ballots\nsource: s\nfields: {}\n", r"m\.yaml:1 kind"),
        ("kind: prompts\nsource: s\nfields:\n  prompt: p\n  item: x\n", r"m\.yaml:5 .*'item'"),
        ("kind: votes\nsource: s\nfields: {prompt: p}\n", "lacks item, annotator, choice"),
        ("kind: preferences\nsource: s\nfields: {chosen: c, rejected: r}\n", "lacks prompt"),
        ("kind: prompts\nsource: s\ntypo: 1\nfields: {prompt: p}\n", r"m\.yaml:3 typo"),
        ("kind: promts\nsource: s\nfields: {prompt: p}\n", r"m\.yaml:1 kind: .*mean prompts\?"),
        ("kind: prompts\nsource: s\nfields: {promt: p}\n", r"'promt'\. Did you mean prompt\?"),
        ("kind: prompts\nsouce: s\nfields: {prompt: p}\n", r"m\.yaml:2 souce: .*mean source\?"),
        (VOTES.replace("second: b, ", ""), "first and second go together"),
        (VOTES.replace("first,", "best,"), r"m\.yaml:4 choices\.left"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse_mapping(text, name="m.yaml")


def test_an_unknown_column_names_those_that_exist() -> None:
    with pytest.raises(InvalidInput, match=r"votes\.csv has no column 'winner'; it has 'id'"):
        check_columns(parse_mapping(VOTES), ["id", "text", "a", "b", "who"], place="votes.csv")


def votes() -> RowReader:
    more = "winner, requires: tags, names: people, judged_at: at}"
    return RowReader(parse_mapping(VOTES.replace("winner}", more)))


ROW = {"id": 7, "text": "Why?", "a": "A", "b": "B", "who": 3.0, "winner": "left"}


def test_a_vote_row_is_read() -> None:
    vote = votes().vote(ROW)
    assert vote is not None
    assert (vote.annotator, vote.outcome) == ("3", "first")
    item = votes().item(ROW)
    assert item.key == "7"
    assert [text.text for text in item.texts] == ["A", "B"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"winner": "middle"}, "winner is 'middle'"),
        ({"who": ""}, "who is empty"),
        ({"text": None}, "text is missing"),
        ({"a": 4}, "a is a int, not text"),
        ({"id": [1]}, "id is a list"),
        ({"tags": 4}, "tags is a int, not text or a list of words"),
        ({"people": {"a": 1}}, "people is a dict, not text or a list of words"),
        ({"at": "nan"}, "at is 'nan', not a Unix time in seconds"),
        ({"at": 1.7e12}, "not a Unix time in seconds"),
        ({"b": " \n"}, "b is empty"),
    ],
)
def test_a_wrong_value_is_named_by_its_column(change: dict[str, object], says: str) -> None:
    row = {**ROW, **change}
    with pytest.raises(ValueError, match=says):
        print(votes().vote(row), votes().item(row))


def dialogues() -> RowReader:
    fields = {"chosen": "chosen", "rejected": "rejected"}
    return RowReader(
        ImportMapping.model_validate(
            {"kind": "preferences", "source": "hh", "format": "dialogue", "fields": fields}
        )
    )


def test_dialogues_share_their_prompt_and_may_differ_in_several_turns() -> None:
    item = dialogues().item(
        {
            "chosen": "\n\nHuman: Hi\n\nAssistant: Yes\n\nHuman: More\n\nAssistant: End",
            "rejected": "\n\nHuman: Hi\n\nAssistant:  No",
        }
    )
    assert item.prompt.messages == [{"role": "user", "content": "Hi"}]
    assert item.texts[0].messages is not None
    assert [turn["content"] for turn in item.texts[0].messages] == ["Yes", "More", "End"]
    assert item.texts[1].text == " No"


@pytest.mark.parametrize(
    ("chosen", "rejected", "says"),
    [
        ("Hi", "\n\nHuman: Hi", "does not start"),
        ("\n\nHuman: Hi\n\nAssistant: A", "\n\nHuman: Ho\n\nAssistant: A", "share no prompt"),
        ("\n\nHuman: Hi\n\nAssistant: A", "\n\nHuman: Hi", "beginning of the other"),
        ("\n\nHuman: Hi\n\nAssistant: A", "\n\nHuman: Hi\n\nAssistant: A", "the same"),
    ],
)
def test_dialogues_that_make_no_pair_are_refused(chosen: str, rejected: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        dialogues().item({"chosen": chosen, "rejected": rejected})


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Human", "Assistant"]), st.text()), min_size=1))
def test_a_dialogue_is_read_without_loss(turns: list[tuple[str, str]]) -> None:
    text = "".join(f"\n\n{name}: {content}" for name, content in turns)
    assert render_dialogue(parse_dialogue(text)) == text


def test_the_shared_part_is_as_long_as_can_be() -> None:
    turn = {"role": "user", "content": "x"}
    one, two = {"role": "assistant", "content": "1"}, {"role": "assistant", "content": "2"}
    assert split_shared([turn, one], [turn, two]) == ([turn], [one], [two])


@settings(deadline=None)
@given(st.text(), st.text())
def test_ids_follow_from_what_they_name(first: str, second: str) -> None:
    made = rules.derived_id("itm", first, second)
    assert made == rules.derived_id("itm", first, second)
    assert made != rules.derived_id("itm", first + second, "") or second == ""
    assert len(made) == 30


def test_ids_are_the_same_for_ever() -> None:
    assert rules.derived_id("itm", "prj", "crowd:1") == "itm_0xwszkvxh7h58ebhz3xfkw9nzp"
    assert encode_130_bits(0) == "0" * 26
    assert encode_130_bits(2**130 - 1) == "z" * 26


def test_a_fifth_of_the_prompts_is_held_out() -> None:
    digests = [rules.messages_digest([{"role": "user", "content": str(i)}]) for i in range(2000)]
    held_out = sum(rules.split_of(digest) == rules.HELD_OUT for digest in digests)
    assert 330 < held_out < 470


def test_one_thing_is_told_as_one() -> None:
    counts = {"rows": 2, "judgments_added": 1, "items_added": 1, "prompts_added": 2, "rejected": 1}
    report = ImportReport("i", "p", "votes", "s", "v.csv", "d", "m", counts, 0.1, 1.0)
    assert sentence_of(report) == (
        "Added 1 judgment, 1 item, 2 prompts from v.csv. 1 row was skipped; the rejects say why."
    )
