"""Starting the gateway as a child of `loopwright up`; it outlives a crash of the server."""

import subprocess

from loopwright.infra.child import ChildProgram, answers, start_child
from loopwright.infra.settings import Settings


def start_gateway(settings: Settings) -> "subprocess.Popen[bytes]":
    """Start the gateway and wait until it answers. Raises Unavailable when it does not."""
    return start_child(
        settings,
        ChildProgram(
            name="gateway",
            module="loopwright.serving.gateway",
            arguments=("--home", str(settings.home)),
            port=settings.gateway_port,
        ),
    )


def gateway_answers(settings: Settings) -> bool:
    """Return whether a gateway answers on the configured port."""
    return answers(settings, port=settings.gateway_port)
