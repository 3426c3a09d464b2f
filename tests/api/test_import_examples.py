"""The page's examples of mappings: each reads the rows that are shown beside it."""

from __future__ import annotations

import io
from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.labeling import routes_imports
from loopwright.projects import service as projects
from loopwright.projects.question_spec import Kind
from loopwright.projects.spec import parse_project

PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: preference, kind: pairwise, text: "?"}
  - {id: better, kind: pairwise, text: "?", strength: 3}
  - {id: full, kind: scorecard, text: "?", strength: 2, criteria: [tone]}
  - {id: "1", kind: single_label, text: "?", options: [{id: "0", name: "No"}, {id: "yes", name: "Yes"}]}
  - {id: topics, kind: multi_label, text: "?", options: [{id: a, name: A}, {id: b, name: B}], at_least: 2}
  - {id: order, kind: ranking, text: "?"}
  - {id: nine, kind: ranking, text: "?", completions: 9}
  - {id: quality, kind: rubric, text: "?"}
  - {id: agree, kind: likert, text: "?", scale: ["No", "Yes"]}
  - {id: fix, kind: correction, text: "?"}
  - {id: find, kind: boxes, text: "?", options: [{id: cat, name: Cat}]}
guideline:
  text: Be kind.
  criteria:
    - {id: tone, name: Tone, scale: [rude, kind]}
    - {id: "2", name: Truth, scale: [wrong, partly, right]}
"""  # noqa: E501
PLAIN = {"preferences", "demonstrations", "prompts", "contrast"}


def client(home: Home, project: str) -> TestClient:
    spec = parse_project(project)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=project, now=1.0))
    person = home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id=spec.id, name="L", role=Role.LEAD, kind=PersonKind.HUMAN, now=1.0
        )
    )
    app = FastAPI()
    app.state.home = home
    add_error_answers(app)
    app.include_router(routes_imports.router)
    return TestClient(app, headers={"authorization": f"Bearer {person.api_key}"})


def photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (10, 8), "white").save(content, "PNG")
    return content.getvalue()


def test_every_example_imports_its_own_rows(home: Home) -> None:
    api = client(home, PROJECT)
    found = api.get("/api/projects/crowd/imports/examples").json()["examples"]
    assert {one["form"] for one in found} == {*get_args(Kind), "people", *PLAIN}
    for at, one in enumerate(found):
        mapping = one["mapping"].replace("source: crowd", f"source: crowd-{at}")
        first, again = (sent(api, "crowd", {**one, "mapping": mapping}) for _ in range(2))
        told = "judgments_added" if one["form"] not in PLAIN - {"preferences"} else "prompts_added"
        assert first[told] >= 1, (one, first)
        assert (first["rejected"], again["rejected"]) == (0, 0)
        assert (again[told], again["differing"]) == (0, 0), (one, again)


def sent(api: TestClient, project: str, example: dict[str, str]) -> dict[str, int]:
    answer = api.post(
        f"/api/projects/{project}/imports",
        data={"mapping": example["mapping"]},
        files=[
            ("file", (example["file"], example["rows"])),
            ("images", ("photo-1.png", photo())),
        ],
    )
    assert answer.status_code == 200, (example, answer.text)
    counts: dict[str, int] = answer.json()["counts"]
    return counts


@pytest.mark.parametrize(
    "question",
    [
        "{id: agree, kind: likert, text: q, scale: [low, high]}",
        "{id: fix, kind: correction, text: q}",
    ],
)
def test_examples_are_of_the_projects_own_questions(home: Home, question: str) -> None:
    api = client(home, f"id: small\nname: S\nquestions: [{question}]\nguideline: {{text: t}}\n")
    found = api.get("/api/projects/small/imports/examples").json()["examples"]
    people = {"people"} if "likert" in question else set()
    assert {one["form"] for one in found if one["question"]} == {found[0]["form"], *people}
    for one in found:
        assert sent(api, "small", one)["rejected"] == 0
