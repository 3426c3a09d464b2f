"""From a project's file and its policy versions to what the release stage works with."""

from loopwright.infra.settings import Settings
from loopwright.models.model import PolicyVersion
from loopwright.projects.spec import ProjectSpec
from loopwright.release.model import GateLimits, Stage
from loopwright.release.routing import Target


def gates_of(spec: ProjectSpec) -> GateLimits:
    """Return the demands of the project's gate."""
    gates = spec.gates
    return GateLimits(
        win_rate_low=gates.win_rate_low,
        min_raters=gates.min_raters,
        min_judgments=gates.min_judgments,
        contrast_accuracy_low=gates.contrast_accuracy_low,
        on_policy_accuracy_low=gates.on_policy_accuracy_low,
        max_length_ratio=gates.max_length_ratio,
        max_canned_share=gates.max_canned_share,
    )


def stages_of(spec: ProjectSpec) -> tuple[Stage, ...]:
    """Return the stages of the project's ramp."""
    return tuple(
        Stage(
            name=stage.name,
            share=stage.share,
            min_requests=stage.min_requests,
            max_error_rate=stage.max_error_rate,
            seconds=stage.seconds,
            wait_seconds=max(spec.release.wait_seconds, stage.seconds),
        )
        for stage in spec.release.stages
    )


def target_of(policy: PolicyVersion, settings: Settings) -> Target:
    """Return where a policy version answers.

    One with a back end of its own (`backend.base_url`) answers there; one of our own artifacts
    is served by the model server of this installation under its id.
    """
    backend = policy.backend or {}
    own = f"http://{settings.host}:{settings.model_port}/v1"
    return Target(
        policy_version_id=policy.id,
        base_url=str(backend.get("base_url") or own),
        model=str(backend.get("model") or policy.id),
        system_prompt=policy.system_prompt or None,
        decoding=dict(policy.decoding or {}),
        api_key_env=backend.get("api_key_env"),
    )
