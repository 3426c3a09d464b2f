"""Starting the gateway as the server does: it comes up, and replaces one that was left behind."""

from pathlib import Path

import pytest

from loopwright.base.errors import Unavailable
from loopwright.infra.settings import Settings
from loopwright.serving.launch import gateway_answers, start_gateway
from support.ports import free_port


def test_orphan_is_ended_and_replaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, gateway_port=free_port())
    assert not gateway_answers(settings)
    orphan = start_gateway(settings)
    try:
        child = start_gateway(settings)
        try:
            assert orphan.poll() is not None
            assert child.poll() is None
            assert gateway_answers(settings)
        finally:
            child.terminate()
            child.wait()
    finally:
        if orphan.poll() is None:
            orphan.kill()
    assert not gateway_answers(settings)


def test_a_gateway_that_cannot_start_is_a_clear_error(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host="0.0.0.0", gateway_port=free_port())
    with pytest.raises(Unavailable, match=r"gateway\.log"):
        start_gateway(settings)
    assert "without any key" in (tmp_path / "gateway.log").read_text()
