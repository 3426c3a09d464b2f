"""How a completion should have read: its text, edited; unchanged where nothing is wrong."""

from collections.abc import Sequence

from loopwright.base.types import Json
from loopwright.questions.model import ONLY, CategoryVote, QuestionKind, Shown, TextVote, Vote
from loopwright.questions.reasons import (
    TEXT_LIMIT,
    check_characters,
    common,
    only_keys,
    refused,
    spelled,
)

UNCHANGED, CORRECTED = "unchanged", "corrected"


class Correction(QuestionKind):
    """Answer: {"text": the text as it should be}."""

    name = "correction"
    reads_texts = True
    beyond_votes = ("(text)", "two corrected texts are not compared with each other")

    def check_answer(self, config: None, answer: Json, shown: Shown) -> Json:
        """Return {"text", "reason", "flags"}; other line ends alone are no change."""
        only_keys(answer, {"text"}, kind=self.name)
        text = answer.get("text")
        if not isinstance(text, str) or not text.strip():
            raise refused(
                f"The corrected text cannot be {spelled(text)}.",
                "Send the whole text; unchanged where nothing is to be corrected.",
            )
        if len(text) > TEXT_LIMIT:
            raise refused(
                f"The corrected text has {len(text):,} characters; {TEXT_LIMIT:,} are the most.",
                "Shorten it.",
            )
        check_characters(text, "The corrected text")
        original = shown.texts[ONLY]
        kept = original if _lines(text) == _lines(original) else text
        return {"text": kept, **common(answer, shown)}

    def votes(self, config: None, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return whether there was something to correct, and the new text where there was."""
        if answer["text"] == shown.texts[ONLY]:
            return (CategoryVote(UNCHANGED),)
        return (CategoryVote(CORRECTED), TextVote(answer["text"]))

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return unchanged or corrected."""
        return CORRECTED if any(isinstance(vote, TextVote) for vote in votes) else UNCHANGED


def _lines(text: str) -> str:
    """Browsers send every line end as one newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
