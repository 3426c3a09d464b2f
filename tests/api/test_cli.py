"""The command line: what it finds, how it fails, and what it leaves running."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from loopwright.base.errors import Conflict, Unavailable
from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, is_served, only_server
from loopwright.cli.main import app
from loopwright.cli.output import explains_errors
from loopwright.cli.session import arguments, running_server
from loopwright.infra.child import ChildProgram, start_child
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from support.ports import free_port

runner = CliRunner()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("LOOPWRIGHT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOOPWRIGHT_HOME", str(tmp_path / "home"))


def test_doctor_looks_and_tells(tmp_path: Path) -> None:
    told = runner.invoke(app, ["doctor", "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)["findings"]
    assert {one["level"] for one in found} <= {"ok", "warn"}
    assert all(one["remedy"] for one in found if one["level"] != "ok")
    plain = runner.invoke(app, ["doctor"])
    assert plain.exit_code == 0
    assert plain.stdout.startswith("What is well")
    assert "corrupt" not in plain.stdout, "nothing alarming about what cannot happen here"
    assert not (tmp_path / "home").exists(), "looking makes nothing"


def test_doctor_says_what_needs_a_hand_and_what_to_do_in_this_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("LOOPWRIGHT_PORT", str(port))
        told = runner.invoke(app, ["doctor"]).stdout
    parts = [told.index(part) for part in ("What is well", "What needs a hand", "What to do")]
    assert parts == sorted(parts)
    assert f"Port {port} on 127.0.0.1 cannot be used" in " ".join(told.split())
    assert "--port" in told[parts[2] :]


def test_an_error_prints_the_remedy_and_exits_with_one(tmp_path: Path) -> None:
    args = ["import", str(tmp_path / "no.csv"), "-p", "x", "-m", str(tmp_path / "no.yaml")]
    assert "no.csv is no file" in runner.invoke(app, args).stderr
    told = runner.invoke(app, ["apply", "-f", str(tmp_path / "missing.yaml")])
    assert told.exit_code == 1
    assert "missing.yaml cannot be read" in told.stderr
    assert "Check the path" in told.stderr
    assert "Traceback" not in told.output


def test_brackets_in_an_error_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    @explains_errors
    def fails() -> None:
        raise Conflict("There is no [/project] [bold]x[/bold].", remedy="Try [a, b].")

    with pytest.raises(Exception) as left:
        fails()
    assert getattr(left.value, "exit_code", None) == 1
    told = capsys.readouterr().err
    assert "There is no [/project] [bold]x[/bold]." in told
    assert "Try [a, b]." in told


def test_no_command_shows_help_and_an_unknown_one_fails() -> None:
    assert "up" in runner.invoke(app, []).output
    assert runner.invoke(app, ["nothing"]).exit_code == 2


def test_two_servers_do_not_share_a_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", port=free_port())
    assert not is_served(settings)
    with only_server(settings):
        assert is_served(settings)
        told = runner.invoke(app, ["up", "--port", str(settings.port)])
        assert told.exit_code == 1
        assert "already running" in told.stderr
    assert not is_served(settings)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = runner.invoke(app, ["up", "--port", str(port)])
    assert told.exit_code == 1
    assert f"Port {port}" in told.stderr
    assert not (tmp_path / "home" / SERVER_FILE).exists()


def test_a_home_that_was_never_there_is_told_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that no server comes up: it is quick
        monkeypatch.setenv("LOOPWRIGHT_PORT", str(taken.getsockname()[1]))
        first = runner.invoke(app, ["queue", "status", "-p", "support"])
        again = runner.invoke(app, ["queue", "status", "-p", "support"])
    assert f"{tmp_path / 'home'} is a new home" in first.stderr
    assert "new home" not in again.stderr
    assert "did not come up" in again.stderr.replace("\n", " ")


def test_a_stale_server_file_is_not_believed(tmp_path: Path) -> None:
    """By now another program may listen there, and the key is not for that one."""
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.3)
        where = {"url": f"http://127.0.0.1:{other.getsockname()[1]}", "pid": 1}
        (settings.home / SERVER_FILE).write_text(json.dumps(where))
        (settings.home / TOKEN_FILE).write_text("lw_secret")
        assert running_server(settings) is None
        with pytest.raises(TimeoutError):
            other.accept()
    with only_server(settings):
        for damaged in ("", "{", "[]", "{}"):
            (settings.home / SERVER_FILE).write_text(damaged)
            assert running_server(settings) is None


def test_a_password_is_not_on_a_command_line(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://me:hunter2@db/x")
    assert "hunter2" not in " ".join(arguments(settings))


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    open_home(Settings(home=shared)).close()
    assert shared.stat().st_mode & 0o777 == 0o755
    open_home(Settings(home=tmp_path / "fresh" / "home")).close()
    assert (tmp_path / "fresh" / "home").stat().st_mode & 0o777 == 0o700


def test_pages_are_reached_by_an_address_that_exists() -> None:
    assert Settings(host="0.0.0.0").base_url == "http://127.0.0.1:8321"
    assert Settings(host="::1").base_url == "http://[::1]:8321"


def child_program(port: int) -> ChildProgram:
    return ChildProgram(name="toy", module="http.server", arguments=("--bind", "x"), port=port)


def test_a_child_never_takes_another_program_for_itself(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(Unavailable, match="Port"):
            start_child(Settings(home=tmp_path), child_program(other.getsockname()[1]))


def test_a_child_that_does_not_come_up_is_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="toy"):
        start_child(Settings(home=tmp_path), child_program(free_port()), wait_seconds=5)
    assert (tmp_path / "toy.log").exists()
    assert not [one for one in psutil.Process().children() if "http.server" in one.cmdline()]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ending_the_server_ends_its_children(tmp_path: Path, number: signal.Signals) -> None:
    home = tmp_path / "home"
    ports = [str(free_port()) for _ in range(3)]
    command = [sys.executable, "-m", "loopwright.cli.main", "up", "--port", ports[0]]
    command += ["--gateway-port", ports[1], "--model-port", ports[2]]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + 120
        while not (home / SERVER_FILE).exists() and server.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert server.poll() is None, (tmp_path / "log").read_text()
        family = psutil.Process(server.pid).children(recursive=True)
        assert len(family) >= 2
        client = running_server(Settings(home=home))
        assert client is not None
        with client:
            assert client.projects() == []
        server.send_signal(number)
        server.wait(60)
    finally:
        server.kill()
        server.wait()
    gone, alive = psutil.wait_procs(family, timeout=10)
    for one in alive:
        one.kill()
    assert not alive
    assert len(gone) == len(family)
    assert not (home / SERVER_FILE).exists()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_server_keeps_what_it_loaded_out_of_the_collectors_way() -> None:
    check = (
        "import gc; from loopwright.cli.server import spare_the_collector; "
        "spare_the_collector(); print(gc.get_freeze_count() > 50_000, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
