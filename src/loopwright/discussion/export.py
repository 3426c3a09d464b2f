"""Ended threads as rows to learn from: the item, the answer with its reason, how people differed.

Sides are in the item's order; nobody is named.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.discussion import store
from loopwright.discussion.model import Entry, EntryKind, Thread
from loopwright.guidelines import store as guidelines
from loopwright.intake import store as intake
from loopwright.intake.model import Completion, Item, Prompt
from loopwright.projects import service as projects
from loopwright.quality.rules import in_words

_AT_ONCE = 200


def rows_of(tx: Connection, project_id: str) -> Iterator[Json]:
    """Yield each thread that has ended, in the order in which they were opened."""
    spec = projects.get(tx, project_id).spec
    threads = store.ended(tx, project_id)
    for start in range(0, len(threads), _AT_ONCE):
        part = threads[start : start + _AT_ONCE]
        ends = {
            one.thread_id: one
            for one in store.entries_of(tx, [one.id for one in part], [EntryKind.RESOLUTION])
        }
        items = intake.items_with_prompts(tx, [one.subject_id for one in part if one.on_item])
        texts = intake.completions_of(
            tx, [key for item, _ in items.values() for key in item.completion_ids]
        )
        for found in part:
            end = ends[found.id]
            row = _row(tx, found, end)
            if found.on_item:
                item, prompt = items[found.subject_id]
                row |= _item(item, prompt, texts)
                row["answer"] = end.outcome
                if end.outcome is not None:
                    row["answer_in_words"] = in_words(spec, item.question_id, end.outcome)
            yield row


def _row(tx: Connection, found: Thread, end: Entry) -> Json:
    version = guidelines.published(tx, found.guideline_version_id or "")
    return {
        "thread": found.id,
        "subject": {"kind": found.subject_kind.value, "id": found.subject_id},
        "state": found.state.value,
        "opened_by": found.opened_by.value,
        "rationale": end.text,
        "lesson": end.lesson,
        "distribution": end.distribution,
        "guideline": None if version is None else version.number,
        "ended_at": found.closed_at,
        "residency": None,
    }


def _item(item: Item, prompt: Prompt, texts: dict[str, Completion]) -> Json:
    return {
        "item": item.id,
        "question": item.question_id,
        "prompt": prompt.messages,
        "completions": [texts[key].as_messages() for key in item.completion_ids],
        "segment": prompt.segment,
        "split": prompt.split,
        "simulated": prompt.simulated,
        "residency": prompt.residency,
    }
