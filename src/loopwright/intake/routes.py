"""HTTP: look at prompts and items, add prompts. Items are added where they can be queued."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.types import LARGEST
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.intake import service, store
from loopwright.intake.model import ItemPurpose, NewPrompt
from loopwright.intake.schemas import (
    ItemOut,
    ItemPage,
    PromptIn,
    PromptOut,
    PromptPage,
    PromptRef,
    PromptsAdded,
    PromptsIn,
)
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}", tags=["intake"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/prompts")
def list_prompts(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    split: str | None = None,
    source: str | None = None,
    segment: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PromptPage:
    """Return a page of prompts, oldest first."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> PromptPage:
        projects.get(tx, project_id)
        found = store.prompts(
            tx, project_id, split=split, source=source, segment=segment, limit=limit, offset=offset
        )
        total = store.count_prompts(tx, project_id, split=split, source=source, segment=segment)
        return PromptPage(prompts=[PromptOut.of(prompt) for prompt in found], total=total)

    return home.db.read(read)


@router.post("/prompts")
def add_prompts(project_id: str, body: PromptsIn, home: HomeOf, actor: ActorOf) -> PromptsAdded:
    """Mask and store a batch of prompts; those already there are returned as they are."""
    require(actor, Permission.ITEMS_WRITE, project_id)
    now = system_now()

    def write(tx: Connection) -> PromptsAdded:
        simulated = projects.get(tx, project_id).simulated
        rows = [new_prompt(prompt, simulated=simulated) for prompt in body.prompts]
        stored = service.add_prompts(tx, project_id=project_id, rows=rows, now=now)
        refs = [PromptRef(id=p.id, split=p.split, mask_counts=p.mask_counts) for p in stored]
        return PromptsAdded(prompts=refs)

    return home.db.write(write)


@router.get("/items")
def list_items(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    purpose: ItemPurpose | None = None,
    set_name: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ItemPage:
    """Return a page of items, oldest first."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> ItemPage:
        projects.get(tx, project_id)
        purposes = None if purpose is None else [purpose]
        found = store.items(
            tx, project_id, purposes=purposes, set_name=set_name, limit=limit, offset=offset
        )
        prompts = store.prompts_of(tx, (item.prompt_id for item in found))
        texts = store.completions_of(tx, (c for item in found for c in item.completion_ids))
        return ItemPage(
            items=[
                ItemOut.of(
                    item, prompts[item.prompt_id], [texts[c].text for c in item.completion_ids]
                )
                for item in found
            ],
            counts=store.count_items(tx, project_id),
        )

    return home.db.read(read)


def new_prompt(body: PromptIn, *, simulated: bool) -> NewPrompt:
    """Return a prompt as the service takes it."""
    return NewPrompt(
        messages=[{"role": turn.role, "content": turn.content} for turn in body.messages],
        source=body.source,
        key=body.key,
        segment=body.segment,
        residency=body.residency,
        names=body.names,
        origin={"kind": "api"},
        simulated=simulated,
    )
