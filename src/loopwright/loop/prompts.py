"""The prompts that a turn may use, and prompts as training programs read them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.intake import store as intake
from loopwright.intake.model import ItemPurpose
from loopwright.intake.rules import HELD_OUT
from loopwright.loop.rules import Candidate
from loopwright.loop.turn import Turn


def prompt_pool(tx: Connection, project_id: str) -> list[Candidate]:
    """Return the project's prompts but those of contrast sets, which only audit."""
    audits = intake.items(tx, project_id, purposes=[ItemPurpose.CONTRAST])
    kept_out = {item.prompt_id for item in audits}
    return [
        Candidate(prompt.id, prompt.digest, held_out=prompt.split == HELD_OUT)
        for prompt in intake.prompts(tx, project_id)
        if prompt.id not in kept_out
    ]


def prompts_artifact(turn: Turn, prompt_ids: Sequence[str]) -> str:
    """Store prompts as rows {id, messages}, in the order given; return their digest."""
    found = turn.home.db.read(lambda tx: intake.prompts_of(tx, prompt_ids))
    return turn.put_rows(
        [{"id": one, "messages": [dict(m) for m in found[one].messages]} for one in prompt_ids]
    )
