"""`loopwright items add`: the example of every kind goes in and is judged; a bad file is not."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.cli.main import app
from loopwright.client import Client, InvalidInput
from loopwright.projects.question_spec import Kind
from loopwright.simulate.any_kind import answer_to
from loopwright.simulate.world.annotators import sample_annotators
from support.server import RunningServer, add_project

runner = CliRunner()
EXAMPLE = Path(__file__).parents[2] / "examples/kinds"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the command line never sees the database."""
    return sqlite_url


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    """A client of the owner; commands find the server as `loopwright up` leaves it."""
    with server.owner() as owner, only_server(server.home.settings):
        key = owner.headers["authorization"].removeprefix("Bearer ")
        (server.home.path / SERVER_FILE).write_text(json.dumps({"url": server.url}))
        (server.home.path / TOKEN_FILE).write_text(key)
        add_project(server.home, (EXAMPLE / "project.yaml").read_text())
        with Client(server.url, key) as found:
            yield found


def told(server: RunningServer, file: Path, *more: str, code: int = 0) -> str:
    args = ["items", "add", str(file), "-p", "kinds", "--home", str(server.home.path), *more]
    done = runner.invoke(app, args)
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_the_example_has_every_kind_and_simulated_annotators_answer_it(
    server: RunningServer, client: Client
) -> None:
    assert "Added 12 items from items.jsonl to kinds." in told(server, EXAMPLE / "items.jsonl")
    again = json.loads(told(server, EXAMPLE / "items.jsonl", "--json"))
    assert again == {"lines": 12, "added": 0}
    judged: Counter[str] = Counter()
    team = sample_annotators(np.random.default_rng(1), count=2)
    for number, annotator in enumerate(team):
        person = client.add_person("kinds", annotator.name, kind="simulated")
        rng = np.random.default_rng(number)
        with Client(client.base_url, person["api_key"]) as own:
            for offer in own.reserve("kinds", count=12)["assignments"]:
                own.submit("kinds", offer, answer_to(annotator, rng, offer))
                judged[offer["question"]["kind"]] += 1
    assert set(judged) == set(Kind.__args__)  # type: ignore[attr-defined]
    assert judged.total() == 24
    quality = client.quality("kinds")
    aspects = {(one["question_id"], one["aspect"]) for one in quality["agreement"]}
    assert aspects >= {("scores", "tone"), ("faults", "long"), ("find", "(places)"), ("best", "")}
    assert quality["consensus"]["closed"] == 12


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no items"),
        ('{"prompt": "Hi"', "items.jsonl:1 is not JSON"),
        ("[1]", "items.jsonl:1 is not an object"),
        ('{"prompt": "a"}\n\n{"image": {"path": "no.png"}}', "items.jsonl:3 names the image"),
        ('{"question": "fix", "prompt": "Hi"}', "items.jsonl:1 has 0 comple"),
        (
            '{"prompt": "a", "completions": ["b", "c"]}\n\n{"promt": "a"}',
            "items.jsonl:3: promt: Ex",
        ),
        ('{"question": "find", "prompt": "Hi", "image": {"path": "svg.png"}}', "could hold scri"),
        (
            '{"question": "none", "prompt": "Hi"}',
            "items.jsonl:1: the project has no question 'none'",
        ),
        ('{"prompt": " ", "completions": ["b", "c"]}', "items.jsonl:1 has a blank prompt"),
        (
            '{"prompt": "a", "completions": ["b", "c"]}\n{"prompt": "a", "completions": ["b", ""]}',
            "items.jsonl:2 has a blank completions[1]",
        ),
        (
            '{"prompt": "a", "completions": ["b", 3]}',
            "items.jsonl:1: completions[1]: Input should be a valid dictionary",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    server: RunningServer, client: Client, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "items.jsonl").write_text(text)
    (tmp_path / "svg.png").write_text("<svg/>")
    assert says in told(server, tmp_path / "items.jsonl", code=1)
    assert client.get("/api/projects/kinds/items")["items"] == []


def test_a_changed_line_under_a_known_key_is_told_with_its_line(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "items.jsonl"
    line = {"question": "topic", "prompt": "Hi", "completions": ["Yes."], "key": "a"}
    file.write_text(json.dumps(line))
    told(server, file)
    file.write_text(
        json.dumps({"question": "topic", "prompt": "Ho", "completions": ["x"]})
        + "\n"
        + json.dumps({**line, "completions": ["No."]})
    )
    says = told(server, file, code=1)
    assert "items.jsonl:2: item 'a' is already there with other content" in says


def test_one_bad_line_late_in_a_file_leaves_nothing_half_written(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    """Lines go to the server in batches; none goes before all are looked at."""
    good = [
        {"question": "topic", "prompt": f"Where? {at}", "completions": ["x"]} for at in range(2)
    ]
    bad = {"question": "fix", "prompt": "Who?", "completions": ["  "]}
    file = tmp_path / "late.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in [*good, bad]))
    assert "late.jsonl:3 has a blank completions[0]" in told(server, file, code=1)
    assert client.get("/api/projects/kinds/items")["items"] == []


def test_blank_texts_are_refused_over_http_with_the_item_and_field(client: Client) -> None:
    turns = [
        {"role": "user", "content": "Where?"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "\n"},
    ]
    good = {"prompt": {"messages": turns[:1]}, "completions": [{"text": "Here."}]}
    bad = {**good, "prompt": {"messages": turns}}
    with pytest.raises(InvalidInput, match=r"Item 2 of the batch has a blank messages\[2\]"):
        client.add_items("kinds", [good, bad], question="topic")
    assert client.get("/api/projects/kinds/items")["items"] == []


def test_a_question_and_an_overlap_hold_for_lines_without_one(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    shutil.copy(EXAMPLE / "parcels.png", tmp_path / "a.png")
    lines = [{"prompt": "Where?", "completions": ["Here."]}]
    lines += [{"prompt": "Who?", "image": {"path": "a.png"}}]  # type: ignore[dict-item]
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    told(server, file, "--question", "topic", "--overlap", "3")
    [first, second] = client.reserve("kinds", count=5)["assignments"]
    assert {first["question"]["id"], second["question"]["id"]} == {"topic"}
    assert {len(first["completions"]), len(second["completions"])} == {0, 1}
    assert client.reserve("kinds", count=0)["progress"]["remaining"] == 6
