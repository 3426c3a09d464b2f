"""Telling the model server which of our policy versions it may be asked for."""

import fcntl
import os
from collections.abc import Sequence

import orjson

from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.models.model import PolicyVersion
from loopwright.projects.recipe import Recipe

REGISTRY = "models.json"
MAX_TOKENS = 96


def decoding_of(recipe: Recipe) -> Json:
    """Return how a policy version of this recipe draws its answers when it serves."""
    return {"temperature": recipe.evaluation.temperature, "max_tokens": MAX_TOKENS}


def register(home: Home, policies: Sequence[PolicyVersion]) -> None:
    """Add policy versions with an artifact to the model server's registry file, under their id."""
    entries: Json = {
        policy.id: {
            "path": str(home.artifacts.path(policy.artifact).absolute()),
            "system_prompt": policy.system_prompt,
            "decoding": dict(policy.decoding),
        }
        for policy in policies
        if policy.artifact is not None
    }
    file = home.path / REGISTRY
    with (home.path / f"{REGISTRY}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = orjson.loads(file.read_bytes())["models"] if file.exists() else {}
        draft = file.with_suffix(".new")
        with draft.open("wb") as stream:
            stream.write(orjson.dumps({"models": {**known, **entries}}))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
