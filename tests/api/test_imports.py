"""Imports: exact counts, all or nothing, adding nothing the second time, nothing unmasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from import_world import VOTE_ROWS, VOTES, crowd_home, import_text, table_counts
from sqlalchemy import text

from loopwright.base.errors import Conflict, InvalidInput
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.intake import store
from loopwright.intake.model import ItemPurpose
from loopwright.intake.schemas import sentence_of
from loopwright.labeling import store as labeling
from loopwright.sampling import service as sampling

__all__ = ["crowd_home"]


def added(counts: Json) -> tuple[int, int, int]:
    return counts["prompts_added"], counts["items_added"], counts["judgments_added"]


def test_votes_become_facts_once(home: Home) -> None:
    report = import_text(home, VOTE_ROWS)
    assert added(report.counts) == (3, 3, 6)
    assert report.counts["annotators"] == 3
    assert report.counts["sources"] == 2
    before = table_counts(home)
    again = import_text(home, VOTE_ROWS, now=200.0)
    assert added(again.counts) == (0, 0, 0)
    assert table_counts(home) == {**before, "import_run": before["import_run"] + 1}


def test_votes_keep_the_order_of_the_item(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    found = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))
    assert [judgment.outcome for judgment in found] == [
        "second", "second", "first", "tie", "first", "first",
    ]  # fmt: skip
    assert {judgment.origin for judgment in found} == {"import"}


def test_imported_items_are_offered_for_further_judging(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    assert home.db.read(lambda tx: sampling.totals(tx, "crowd")).remaining == 1
    import_text(home, VOTE_ROWS.replace("\n1,", "\n11,"), mapping=VOTES + "open: false\n")
    assert home.db.read(lambda tx: sampling.totals(tx, "crowd")).remaining == 1


def test_nothing_unmasked_is_stored(home: Home) -> None:
    report = import_text(home, VOTE_ROWS.replace("u3", "eve@example.org"))
    assert report.counts["masked"] == {"EMAIL": 1}
    tables = ("prompt", "completion", "item", "judgment", "rater", "event", "import_run")
    kept = home.db.read(
        lambda tx: [
            str(row) for name in tables for row in tx.execute(text(f"SELECT * FROM {name}"))
        ]
    )
    assert not [row for row in kept if "@example" in row]
    assert any("[EMAIL_1]" in row for row in kept)
    assert not list(home.folder("spool/imports").iterdir())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("4,Why?,A,B,old,new,u1,middle", r"votes\.csv:8: winner is 'middle'"),
        ("4,Why?,A,B,old,new,,left", r"votes\.csv:8: who is empty"),
        ("4,Why?,A,B,old,new", r"votes\.csv:8: the row has 6 fields"),
        ("1,Other words,A,B,old,new,u9,left", r"votes\.csv:8: item '1' has other content"),
    ],
)
def test_a_bad_row_is_named_and_leaves_no_trace(home: Home, row: str, says: str) -> None:
    before = table_counts(home)
    with pytest.raises(InvalidInput, match=says) as refused:
        import_text(home, f"{VOTE_ROWS}{row}\n")
    assert "--skip-bad" in refused.value.remedy
    assert table_counts(home) == before


def test_skipped_rows_are_kept_with_their_reasons(home: Home) -> None:
    rows = VOTE_ROWS + "4,Why?,A,B,old,new,u1,mia@example.com\n5,Why?,A\n"
    report = import_text(home, rows, skip_bad=True)
    assert report.counts["rejected"] == 2
    assert added(report.counts) == (3, 3, 6)
    rejects = home.db.read(lambda tx: store.rejects(tx, report.id))
    assert [reject.place for reject in rejects] == ["votes.csv:8", "votes.csv:9"]
    assert "[EMAIL_1]" in rejects[0].reason


def test_a_failure_while_applying_leaves_no_trace(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = table_counts(home)

    def fail(*_args: object, **_named: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("loopwright.labeling.service.record_imported", fail)
    with pytest.raises(RuntimeError, match="disk"):
        import_text(home, VOTE_ROWS)
    assert table_counts(home) == before


def test_a_vote_twice_in_one_file_counts_once(home: Home) -> None:
    report = import_text(home, VOTE_ROWS + VOTE_ROWS.splitlines()[1] + "\n")
    assert report.counts["repeated"] == 1
    assert report.counts["judgments_added"] == 6


def test_a_model_that_said_nothing_is_judged_where_the_mapping_says_so(home: Home) -> None:
    rows = VOTE_ROWS.replace("Press the button", " ")
    with pytest.raises(InvalidInput, match=r"votes\.csv:2: b is empty.*empty_completions: true"):
        import_text(home, rows)
    report = import_text(home, rows, mapping=VOTES + "empty_completions: true\n")
    assert report.counts["judgments_added"] == 6
    blank = VOTE_ROWS.replace("How do I reset it?", "")
    with pytest.raises(InvalidInput, match="text is empty"):
        import_text(home, blank, mapping=VOTES + "empty_completions: true\n")


def test_a_vote_that_says_other_than_before_is_told_and_the_first_stands(home: Home) -> None:
    other = VOTE_ROWS.splitlines()[1].replace("right", "left") + "\n"
    first = import_text(home, VOTE_ROWS + other)
    assert (first.counts["repeated"], first.counts["differing"]) == (1, 1)
    assert sentence_of(first).endswith(
        "1 vote says other than an earlier one by the same person, which stands."
    )
    later = import_text(home, VOTE_ROWS.replace(",right", ",left"), now=200.0)
    assert (later.counts["judgments_added"], later.counts["differing"]) == (0, 2)
    assert import_text(home, VOTE_ROWS, now=300.0).counts["differing"] == 0
    outcomes = [one.outcome for one in home.db.read(lambda tx: labeling.judgments(tx, "crowd"))]
    assert sorted(outcomes) == ["first", "first", "first", "second", "second", "tie"]


def test_a_changed_prompt_under_a_known_key_is_refused(home: Home) -> None:
    mapping = "kind: prompts\nsource: faq\nfields: {prompt: text, prompt_key: id}\n"
    import_text(home, "id,text\n1,Why?\n", mapping=mapping)
    with pytest.raises(Conflict, match=r"votes.csv:2: prompt '1' of source 'faq' is already there"):
        import_text(home, "id,text\n1,Where?\n", mapping=mapping)
    rows = "id,text\n1,Where?\n2,How?\n2,Who?\n"
    report = import_text(home, rows, mapping=mapping, skip_bad=True)
    assert (report.counts["prompts_added"], report.counts["rejected"]) == (1, 2)
    rejects = home.db.read(lambda tx: store.rejects(tx, report.id))
    assert [one.place for one in rejects] == ["votes.csv:4", "votes.csv:2"]
    prompts = home.db.read(lambda tx: store.prompts(tx, "crowd"))
    assert sorted(one.messages[0]["content"] for one in prompts) == ["How?", "Why?"]


def test_a_row_that_is_refused_leaves_no_prompt_of_its_own(home: Home) -> None:
    rows = VOTE_ROWS + "1,Other words,A,B,old,new,u9,left\n"
    report = import_text(home, rows, skip_bad=True)
    [reject] = home.db.read(lambda tx: store.rejects(tx, report.id))
    assert reject.reason == (
        "item '1' has other content than on an earlier row (prompt, completions), votes.csv:2"
    )
    assert table_counts(home)["prompt"] == 3


def test_a_changed_item_under_a_known_key_is_refused_or_skipped_with_its_votes(
    home: Home,
) -> None:
    import_text(home, VOTE_ROWS)
    before = table_counts(home)
    changed = VOTE_ROWS.replace("3,Is it fast?,Very.", "3,Is it fast?,Rather.").replace(",u", ",v")
    with pytest.raises(Conflict, match=r"votes.csv:7: item '3' .*\(completions\)") as told:
        import_text(home, changed)
    assert "--skip-bad" in told.value.remedy
    assert table_counts(home) == before
    report = import_text(home, changed, skip_bad=True)
    assert (report.counts["rejected"], report.counts["items_added"]) == (1, 0)
    assert report.counts["judgments_added"] == 5, "the vote on the changed item is not counted"
    [reject] = home.db.read(lambda tx: store.rejects(tx, report.id))
    assert (reject.place, "already there" in reject.reason) == ("votes.csv:7", True)


def test_texts_come_from_a_joined_file(home: Home, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        "".join(
            json.dumps({"pair": n, "text": f"Question {n}", "a": "A", "b": "B"}) + "\n"
            for n in (1, 2)
        )
    )
    mapping = VOTES.replace(
        "choices:", "join: {file: pairs.jsonl, on: {id: pair}}\nchoices:"
    ).replace(" first_source: wrote_a,\n         second_source: wrote_b,", "")
    rows = "id,who,winner\n1,u1,left\n2,u1,right\n1,u2,left\n"
    report = import_text(home, rows, mapping=mapping, joins={"pairs.jsonl": pairs})
    assert added(report.counts) == (2, 2, 3)
    with pytest.raises(InvalidInput, match=r"pairs\.jsonl has no row with pair=7"):
        import_text(home, rows + "7,u1,left\n", mapping=mapping, joins={"pairs.jsonl": pairs})
    with pytest.raises(InvalidInput, match=r"joins pairs\.jsonl, which was not sent"):
        import_text(home, rows, mapping=mapping)


def test_preferences_do_not_show_in_the_order(home: Home) -> None:
    mapping = (
        "kind: preferences\nsource: prefs\n"
        "fields: {prompt: prompt, chosen: chosen, rejected: rejected}\n"
    )
    lines = [
        json.dumps({"prompt": f"Q{n}", "chosen": f"good {n}", "rejected": f"bad {n}"})
        for n in range(40)
    ]
    report = import_text(home, "\n".join(lines), mapping=mapping, name="prefs.jsonl")
    assert added(report.counts) == (40, 40, 40)
    judged = home.db.read(lambda tx: labeling.judgments(tx, "crowd"))
    assert {judgment.outcome for judgment in judged} == {"first", "second"}
    items = home.db.read(lambda tx: store.items_of(tx, [j.item_id for j in judged]))
    ids = [c for item in items.values() for c in item.completion_ids]
    texts = home.db.read(lambda tx: store.completions_of(tx, ids))
    for judgment in judged:
        pair = items[judgment.item_id].completion_ids
        preferred = pair[0] if judgment.outcome == "first" else pair[1]
        assert texts[preferred].text.startswith("good")


def test_votes_count_toward_the_overlap_and_only_the_rest_is_wanted(home: Home) -> None:
    import_text(home, VOTE_ROWS)
    total = home.db.read(lambda tx: sampling.totals(tx, "crowd"))
    assert (total.open, total.closed, total.remaining, total.imported) == (1, 2, 1, 6)
    import_text(home, VOTE_ROWS)
    assert home.db.read(lambda tx: sampling.totals(tx, "crowd")) == total
    import_text(home, VOTE_ROWS + "3,Is it fast?,Very.,No.,old,new,u4,left\n")
    total = home.db.read(lambda tx: sampling.totals(tx, "crowd"))
    assert (total.open, total.closed, total.remaining, total.imported) == (0, 3, 0, 7)


def test_items_of_an_import_may_require_tags(home: Home) -> None:
    rows = VOTE_ROWS.replace("winner\n", "winner,speaks\n").replace("left\n", 'left,"de, law"\n')
    rows = rows.replace("right\n", 'right,"de, law"\n').replace("same\n", "same,\n")
    mapping = VOTES.replace("choice: winner}", "choice: winner, requires: speaks}")
    import_text(home, rows, mapping=mapping + "requires: [support]\n")
    items = home.db.read(lambda tx: store.items(tx, "crowd"))
    assert sorted(item.requires for item in items) == [
        ["de", "law", "support"],
        ["de", "law", "support"],
        ["support"],
    ]
    with pytest.raises(InvalidInput, match="speaks names 'No Tag'"):
        import_text(home, rows.replace("de, law", "No Tag"), mapping=mapping)


def test_demonstrations_and_contrasts_are_never_queued(home: Home) -> None:
    shown = "kind: demonstrations\nsource: d\nfields: {prompt: p, completion: c}\n"
    report = import_text(home, "p,c\nHi,Hello\nBye,See you\n", mapping=shown)
    assert added(report.counts) == (2, 2, 0)
    contrast = (
        "kind: contrast\nsource: c\nset_name: honesty\nfields: {prompt: p, right: r, wrong: w}\n"
    )
    import_text(home, "p,r,w\nIs it?,No,Yes\n", mapping=contrast)
    assert home.db.read(lambda tx: sampling.totals(tx, "crowd")).wanted == 0
    found = home.db.read(
        lambda tx: store.items(tx, "crowd", purposes=[ItemPurpose.CONTRAST], set_name="honesty")
    )
    texts = home.db.read(lambda tx: store.completions_of(tx, found[0].completion_ids))
    assert [texts[c].text for c in found[0].completion_ids] == ["No", "Yes"]


def test_labels_are_checked_against_the_question(home: Home) -> None:
    mapping = (
        "kind: votes\nsource: tones\nquestion: tone\n"
        "fields: {item: id, prompt: text, completion: answer, annotator: who, choice: label}\n"
        "choices: {k: kind}\n".replace("choices: {k: kind}\n", "")
    )
    rows = "id,text,answer,who,label\n1,Hi,Go away,u1,rude\n1,Hi,Go away,u2,kind\n"
    assert added(import_text(home, rows, mapping=mapping).counts) == (1, 1, 2)
    with pytest.raises(InvalidInput, match=r"label is 'loud', not a label \(kind, rude\)"):
        import_text(home, rows + "2,Hi,Hm,u1,loud\n", mapping=mapping)
    with pytest.raises(InvalidInput, match="holds votes of kind single_label"):
        import_text(home, rows, mapping=mapping.replace("question: tone", "question: preference"))
    with pytest.raises(InvalidInput, match="no question 'mood'"):
        import_text(home, rows, mapping=mapping.replace("question: tone", "question: mood"))
