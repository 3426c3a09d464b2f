"""Pure decisions of discussion: when a thread opens, who is called what, what is shown of a log."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from loopwright.base.errors import Conflict, InvalidInput, LoopwrightError
from loopwright.discussion.model import (
    Before,
    Disputed,
    Entry,
    EntryKind,
    Move,
    Participant,
    Reader,
    Resolution,
    ShownEntry,
    Thread,
    ThreadState,
    Version,
)
from loopwright.labeling.rules import UNDO_SECONDS
from loopwright.projects.discussion_spec import DiscussionSpec
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.rules import in_words as item_words
from loopwright.questions.model import ShownOrder, sides_of

HERE_SECONDS = 40.0
"""Somebody is in a thread so long after the page last said so; it says so every 15 seconds."""
FEWEST_VOTES = 2
_WORDS = {"owner": "lead", "lead": "lead"}
_NUMBERED = "annotator"
# "@annotator-2" and "@annotator 2" are the same; a name without a number is a role.
_MENTION = re.compile(
    r"(?<![\w@])@(annotator|lead|specialist|engineer|viewer)(?:[- ](\d{1,4}))?(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
_SHOWN = {EntryKind.OPENED, EntryKind.MESSAGE, EntryKind.STANCE, EntryKind.RESOLUTION}
_PAIR = {"first": 0, "second": 1}
READ = frozenset({EntryKind.MESSAGE, EntryKind.RESOLUTION})
"""What makes a thread unread."""


def wants_thread(found: Disputed, *, now: float) -> bool:
    """Return whether disagreement opens a thread: the votes are split, and all of them are in.

    Not before the newest could be taken back any more.
    """
    rested = now - found.updated_at >= UNDO_SECONDS
    return found.split and found.closed and found.n >= FEWEST_VOTES and rested


def room(spec: DiscussionSpec, opened: int) -> int:
    """Return how many more threads disagreement may open while so many are open by it."""
    return max(0, spec.most_open - opened) if spec.on_disagreement else 0


def word_of(role: str) -> str:
    """Return what a role is called in threads."""
    return _WORDS.get(role, role)


def next_name(role: str, taken: Collection[str]) -> str:
    """Return the name of somebody who joins: "annotator 1", "lead", and "lead 2" for the next."""
    word = word_of(role)
    if word != _NUMBERED and word not in taken:
        return word
    number = 1 if word == _NUMBERED else 2
    while f"{word} {number}" in taken:
        number += 1
    return f"{word} {number}"


def mentions(text: str) -> list[str]:
    """Return the names and roles that a text calls, each once, in order."""
    found = (
        f"{word.lower()} {int(number)}" if number else word.lower()
        for word, number in _MENTION.findall(text)
    )
    return list(dict.fromkeys(found))


def calls(called: Collection[str], *, name: str | None, role: str) -> bool:
    """Return whether a mention reaches somebody: by the name here, or by the role."""
    word = word_of(role)
    return (word != _NUMBERED and word in called) or (name is not None and name in called)


def shown(entries: Sequence[Entry]) -> list[ShownEntry]:
    """Return a thread's log as it is read now, oldest first."""
    changes: dict[str, list[Entry]] = {}
    for one in entries:
        if one.replaces is not None:
            changes.setdefault(one.replaces, []).append(one)
    return [_shown(one, changes.get(one.id, ())) for one in entries if one.kind in _SHOWN]


def _shown(entry: Entry, changes: Sequence[Entry]) -> ShownEntry:
    edits = [one for one in changes if one.kind is EntryKind.EDIT]
    deleted = any(one.kind is EntryKind.DELETION for one in changes)
    texts = [Version(one.text or "", one.created_at) for one in (entry, *edits)]
    newest = edits[-1] if edits else entry
    return ShownEntry(
        id=entry.id,
        seq=entry.seq,
        kind=entry.kind,
        participant_id=entry.participant_id,
        at=entry.created_at,
        text=None if deleted else newest.text,
        edited_at=newest.created_at if edits and not deleted else None,
        deleted=deleted,
        history=() if deleted else texts[:-1],
        mentions=() if deleted else newest.mentions,
    )


def stances(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return the newest stance of each participant."""
    return {
        one.participant_id: one
        for one in entries
        if one.kind is EntryKind.STANCE and one.participant_id is not None
    }


def moves(
    stances: Mapping[str, Entry], people: Sequence[Participant], before: Sequence[Before]
) -> list[Move]:
    """Return how many moved, from where to where; who stayed is there too. The most first."""
    person_of = {one.id: one.person_id for one in people}
    judged = {one.person_id: one.outcome for one in before if one.person_id is not None}
    counted = Counter(
        (judged.get(person_of.get(who) or ""), entry.outcome or "")
        for who, entry in stances.items()
    )
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0][0] or "", one[0][1]))
    return [Move(old, new, people) for (old, new), people in ordered]


def distribution(
    before: Sequence[Before], stances: Mapping[str, Entry]
) -> dict[str, dict[str, int]]:
    """Return how the answers fell, before the thread and after it."""
    return {
        "before": dict(sorted(Counter(one.outcome for one in before).items())),
        "after": dict(sorted(Counter(one.outcome or "" for one in stances.values()).items())),
    }


def waits(
    thread: Thread, *, unread: int, called: int, judged: bool, took_stance: bool
) -> str | None:
    """Return why a thread waits for somebody, None where it does not."""
    if called:
        return "mention"
    if unread:
        return "unread"
    if thread.state is ThreadState.OPEN and judged and not took_stance:
        return "stance"
    return None


def closed_refusal(thread: Thread) -> LoopwrightError | None:
    """Return why nothing more can be said in a thread, None while it is open."""
    if thread.state is ThreadState.OPEN:
        return None
    return Conflict(
        f"Thread {thread.id} has ended: it is {thread.state.value}.",
        remedy="Read how it ended; open a new thread if there is more to say.",
        code="thread_closed",
        detail={"thread_id": thread.id, "state": thread.state.value},
    )


def in_words(spec: ProjectSpec, question_id: str, outcome: str, order: ShownOrder | None) -> str:
    """Return a stored outcome in words, its sides named as they stand in the thread."""
    if order is None:
        return item_words(spec, question_id, outcome)
    sides = {place: side for side, place in zip(sides_of(order), order.places, strict=True)}
    if outcome in _PAIR:
        return f"{sides[_PAIR[outcome]].capitalize()} answer is better"
    ranks = outcome.split(",")
    if len(ranks) != len(sides) or not all(rank.isdecimal() for rank in ranks):
        return item_words(spec, question_id, outcome)
    tiers: dict[int, list[str]] = {}
    for place, rank in enumerate(ranks):
        tiers.setdefault(int(rank), []).append(sides[place].upper())
    return ", then ".join(" and ".join(sorted(tiers[rank])) for rank in sorted(tiers))


def answer_refusal(thread: Thread, resolution: Resolution) -> LoopwrightError | None:
    """Return why a thread cannot end with this answer, or without one; None when it can."""
    wanted = thread.on_item and resolution.state is ThreadState.RESOLVED
    if wanted and resolution.answer is None:
        return InvalidInput(
            "A thread on an item ends with an answer to its question.",
            remedy="Send the `answer`, or end it as irresolvable: then the distribution is kept.",
            code="answer_needed",
        )
    if not wanted and resolution.answer is not None:
        what = "no one answer" if thread.on_item else "no question to answer"
        return InvalidInput(
            f"This thread has {what}.", remedy="Leave out the `answer`.", code="no_answer_here"
        )
    return None


def change_refusal(
    message: ShownEntry | None, *, kind: EntryKind, mine: bool, reader: Reader
) -> LoopwrightError | None:
    """Return why a message can neither be edited nor deleted so, None when it can.

    People change their own; whoever may resolve may also take down what others wrote.
    """
    if message is None or message.kind is not EntryKind.MESSAGE:
        return InvalidInput(
            "That is no message of this thread.",
            remedy="Use the id of one of its messages.",
            code="no_message",
        )
    if not mine and (kind is EntryKind.EDIT or not reader.resolves):
        return Conflict(
            "Somebody else wrote that message.",
            remedy="Change your own; answer theirs with a new one, or ask a lead to take it down.",
            code="not_yours",
        )
    if message.deleted and kind is EntryKind.EDIT:
        return Conflict(
            "That message was deleted.", remedy="Write a new one.", code="message_deleted"
        )
    return None
