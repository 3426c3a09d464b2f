"""Who holds a case looks at nobody's answers by another way before the blind decision."""

from typing import Annotated

from fastapi import Depends, Request

from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.adjudication import store
from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.infra.http import get_home

_P = "/api/projects/{project_id}"
VEILED = frozenset(
    {
        f"{_P}/consensus",
        f"{_P}/items/{{item_id}}",
        f"{_P}/items/{{item_id}}/policies",
        f"{_P}/items/{{item_id}}/votes",
        f"{_P}/judgments/export",
        f"{_P}/threads",
        f"{_P}/threads/export",
        f"{_P}/threads/stream",
        f"{_P}/threads/{{thread_id}}",
    }
)
"""Routes that tell item by item what people answered; tests walk all routes for marked answers."""


def before_blind(
    request: Request,
    home: Annotated[Home, Depends(get_home)],
    actor: Annotated[Actor, Depends(current_actor)],
) -> None:
    """Raise Conflict for who took a case and has not decided it blind, on the veiled routes."""
    if request.scope["route"].path not in VEILED:
        return
    project_id = request.path_params["project_id"]
    open_ones = home.db.read(lambda tx: store.not_yet_blind(tx, project_id, actor.person_id))
    if open_ones:
        raise Conflict(
            f"You hold case {open_ones[0]} and have not decided it blind.",
            remedy="Decide it blind on the desk, or release it, before you look at answers.",
            code="blind_first",
            detail={"cases": open_ones},
        )
