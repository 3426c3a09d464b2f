"""What a spec may hold, and what a program's end means."""

from loopwright.base.digests import digest_json
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.training.model import RunKind

INPUTS: dict[RunKind, tuple[str, ...]] = {
    RunKind.SFT: ("demonstrations",),
    RunKind.REWARD: ("base", "preferences"),
    RunKind.RL: ("policy", "reward_model", "prompts"),
    RunKind.GENERATE: ("policy", "prompts"),
    RunKind.SCORE: ("reward_model", "pairs"),
}
MAX_ATTEMPTS = 3
"""Starts of one program that was killed from outside; each goes on from its last checkpoint."""


def spec_digest(kind: RunKind, spec: Json) -> str:
    """The name of the work: kind and spec, nothing of the machine."""
    return digest_json({"kind": kind.value, "spec": spec})


def inputs(kind: RunKind, spec: Json) -> dict[str, str]:
    """Digests that the spec names, evaluation sets as `eval_sets.<name>`; raises InvalidInput."""
    found = {k: v for k, v in spec.items() if isinstance(v, str) and v.startswith("sha256:")}
    for name, digest in (spec.get("eval_sets") or {}).items():
        found[f"eval_sets.{name}"] = digest
    missing = [name for name in INPUTS[kind] if name not in found]
    if missing:
        raise InvalidInput(
            f"The {kind.value} spec names no artifact for: {', '.join(missing)}.",
            remedy="Give the digest (sha256:...) of each.",
            code="training_input_missing",
        )
    if "paths" in spec:
        raise InvalidInput(
            f"The {kind.value} spec holds `paths`; paths are resolved when the run starts.",
            remedy="Name inputs by digest.",
        )
    if kind is RunKind.RL and spec.get("algorithm", "rloo") != "rloo":
        raise InvalidInput(
            f"The rl spec asks for the algorithm {spec['algorithm']!r}.",
            remedy="Use rloo, the only one there is.",
        )
    if spec.get("preset", "tiny") not in ("tiny", "lora"):
        raise InvalidInput(
            f"The {kind.value} spec asks for the preset {spec['preset']!r}.",
            remedy="Use tiny or lora.",
        )
    if kind is RunKind.SFT and spec.get("preset") == "lora" and not spec.get("base_model"):
        raise InvalidInput(
            "The sft spec has the preset lora but no base_model.",
            remedy="Give a local model folder or a hub id.",
        )
    return found


def may_restart(*, exit_code: int | None, attempts: int) -> bool:
    """True for a program killed from outside (or of unknown end) with attempts left.

    A program that ended by itself with an error would only do so again.
    """
    killed = exit_code is None or exit_code < 0
    return killed and attempts < MAX_ATTEMPTS
