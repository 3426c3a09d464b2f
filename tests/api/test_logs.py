"""What the server logs of a failure: where and what, never the values that were at hand."""

import warnings

import pytest
import structlog
from typer.testing import CliRunner

from loopwright.cli.main import app
from loopwright.infra.settings import Settings
from loopwright.infra.telemetry import configure_logs


def fail() -> None:
    api_key = "lw_" + "hunter2"  # in two parts: the line itself is printed
    raise ValueError(f"no use for {len(api_key)} characters")


def log_a_failure() -> None:
    # An own logger for each: one that was used keeps the configuration of that time.
    try:
        fail()
    except ValueError:
        structlog.get_logger("test").exception("it failed", password="lw_hunter2")


def check(told: str) -> None:
    assert "ValueError: no use for 10 characters" in told
    assert "it failed" in told
    assert "in fail" in told
    assert "lw_hunter2" not in told
    assert "[hidden]" in told


@pytest.mark.parametrize("json_lines", [True, False])
def test_a_logged_failure_shows_no_values(
    capfd: pytest.CaptureFixture[str], *, json_lines: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the renderer says when it would have been prettier
        configure_logs(json_lines=json_lines)
        log_a_failure()
    check(capfd.readouterr().err)


def test_up_logs_in_that_way(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def serve(_settings: Settings, *, announce: object) -> None:
        log_a_failure()

    monkeypatch.setattr("loopwright.cli.server.serve", serve)
    done = CliRunner().invoke(app, ["up", "--home", str(tmp_path)])
    assert done.exit_code == 0, done.output
    check(done.stderr)
