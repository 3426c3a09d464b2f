"""The model server: a child of `loopwright up` that answers for our own policy artifacts."""

import subprocess
import threading
from pathlib import Path

import orjson

from loopwright.infra.child import ChildProgram, start_child
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings

_REGISTRY = "models.json"
_lock = threading.Lock()


def start_model_server(settings: Settings) -> "subprocess.Popen[bytes]":
    """Start the model server and wait until it answers. Raises Unavailable when it does not."""
    registry = settings.home / _REGISTRY
    if not registry.exists():
        registry.write_bytes(orjson.dumps({"models": {}}))
    return start_child(
        settings,
        ChildProgram(
            name="model server",
            module="loopwright.training.backends.serve",
            arguments=(
                *("--registry", str(registry)),
                *("--threads", str(settings.training_threads)),
            ),
            port=settings.model_port,
        ),
    )


def register_for_serving(home: Home, *, policy_id: str, artifact: str) -> Path:
    """Let the model server answer for a policy version; returns the registry file.

    Only the path is written: the gateway sends the system prompt and the decoding itself.
    """
    registry = home.path / _REGISTRY
    with _lock:
        known = orjson.loads(registry.read_bytes())["models"] if registry.exists() else {}
        known[policy_id] = {"path": str(home.artifacts.path(artifact))}
        draft = registry.with_suffix(".new")
        draft.write_bytes(orjson.dumps({"models": known}, option=orjson.OPT_INDENT_2))
        draft.replace(registry)
    return registry
