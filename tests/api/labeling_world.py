"""A project with items to judge, for the labeling tests."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from loopwright.guidelines import service as guidelines
from loopwright.infra.home import Home
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose, NewCompletion, NewItem, NewPrompt
from loopwright.labeling import queue, service
from loopwright.labeling.model import Assignment, Judge, Submission, Submitted
from loopwright.projects import service as projects
from loopwright.projects.model import Project
from loopwright.projects.spec import parse_project
from loopwright.sampling.model import Band

PROJECT = """
id: desk
name: Desk
simulated: true
lease_seconds: 100
questions:
  - {id: preference, kind: pairwise, text: "Which is better?"}
  - {id: topic, kind: single_label, text: "About what?",
     options: [{id: bill, name: Bill}, {id: other, name: Other}]}
guideline: {text: Be kind.}
"""
START = 1000.0


def judge(name: str, *tags: str) -> Judge:
    """Return a judge who is one person with one rater."""
    return Judge(rater_id=f"rtr_{name}", judge_id=f"per_{name}", tags=frozenset(tags))


@dataclass
class Desk:
    """The project's database, and the shortest way to do each thing in it."""

    home: Home
    project: Project
    items: list[str]
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Skills and languages by name; nobody has any without it."""

    def judge(self, name: str) -> Judge:
        """Return the judge of that name."""
        return judge(name, *self.tags.get(name, ()))

    def reserve(
        self, name: str, *, count: int = 1, held: tuple[str, ...] = (), now: float = START
    ) -> list[Assignment]:
        """Reserve as the judge of that name."""
        return self.home.db.write(
            lambda tx: service.reserve(
                tx, project=self.project, judge=self.judge(name), count=count, held=held, now=now
            )
        )

    def submit(
        self,
        name: str,
        offer: Assignment,
        *,
        choice: str = "left",
        client_id: str | None = None,
        token: int | None = None,
        now: float = START,
    ) -> Submitted:
        """Answer an offer."""
        submission = Submission(
            client_id=client_id or f"{offer.id}:{offer.token}",
            assignment_id=offer.id,
            token=offer.token if token is None else token,
            answer={"choice": choice, "reason": None},
        )
        return self.home.db.write(
            lambda tx: service.submit(
                tx, project=self.project, judge=self.judge(name), submission=submission, now=now
            )
        )

    def add_items(
        self,
        keys: list[str],
        *,
        overlap: int,
        band: Band = Band.CORE,
        requires: tuple[str, ...] = (),
        segment: str = "all",
    ) -> list[str]:
        """Add pairwise items with these keys and open them."""
        added = self.home.db.write(
            lambda tx: add_items(tx, keys, requires=requires, segment=segment)
        )
        self.open(added, overlap=overlap, band=band)
        return added

    def open(self, item_ids: list[str], *, overlap: int, band: Band = Band.CORE) -> int:
        """Want `overlap` judgments on items."""
        return self.home.db.write(
            lambda tx: queue.open_items(
                tx,
                project_id=self.project.id,
                item_ids=item_ids,
                overlap=overlap,
                band=band,
                propensity=1.0,
                now=START,
            )
        )


def make_desk(home: Home, *, items: int, overlap: int, more: str = "") -> Desk:
    """Make the project with `items` open items; `more` is added to its file."""
    spec = parse_project(PROJECT + more)

    def setup(tx: Connection) -> Project:
        projects.save(tx, spec=spec, yaml=PROJECT, now=1.0)
        guidelines.publish(tx, project_id=spec.id, guideline=spec.guideline, now=1.0)
        return projects.get(tx, spec.id)

    desk = Desk(home, home.db.write(setup), [])
    if items:
        desk.items = desk.add_items([f"item-{number}" for number in range(items)], overlap=overlap)
    return desk


def add_items(
    tx: Connection,
    keys: list[str],
    question_id: str = "preference",
    *,
    requires: tuple[str, ...] = (),
    segment: str = "all",
) -> list[str]:
    """Store items that show two texts of two policies on one prompt each."""
    prompts = intake.add_prompts(
        tx,
        project_id="desk",
        rows=[
            NewPrompt([{"role": "user", "content": f"Hello {key}"}], "test", key, segment)
            for key in keys
        ],
        now=START,
    )
    texts = [
        NewCompletion(prompt.id, policy, f"Text of {policy[-1]}")
        for prompt in prompts
        for policy in ("pol_secret_a", "pol_secret_b")
    ]
    completions = intake.add_completions(tx, rows=texts, now=START)
    rows = [
        NewItem(
            question_id,
            prompt.id,
            pair,
            ItemPurpose.CORE,
            f"{question_id}:{key}",
            requires=requires,
        )
        for key, prompt, pair in zip(
            keys, prompts, zip(completions[::2], completions[1::2], strict=True), strict=True
        )
    ]
    return intake.add_items(tx, project_id="desk", rows=rows, now=START)
