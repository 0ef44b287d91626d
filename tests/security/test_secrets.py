"""The token stays where it belongs: in its file, and in the header of requests."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.security.conftest import TOKEN, Seat
from tests.small_disk import environment, run

CRASH = """
import sys
import api.desk.desk
from tui.cli.main import main

def fails(*_):
    raise RuntimeError("sent Authorization: Bearer " + TOKEN + " in vain")

TOKEN = sys.argv.pop(1)
api.desk.desk.Desk.queue = fails
sys.exit(main())
"""


def holders(home: Path) -> set[str]:
    """Return the names of the profile's files in which the token stands."""
    return {path.name for path in home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()}


def command_lines(pid: int) -> str:
    """Return the command lines of a process and everything it started."""
    process = psutil.Process(pid)
    return "\n".join(" ".join(one.cmdline()) for one in [process, *process.children(recursive=True)])


def test_only_the_token_s_own_file_holds_it(seat: Seat, tmp_path: Path) -> None:
    with seat.open() as terminal:
        terminal.wait_for("connected")
        assert TOKEN not in command_lines(terminal.pid)
        terminal.send("a")
        terminal.wait_for("needs you")
        seat.hub.problem = 500
        terminal.send("s")
        terminal.wait_for(lambda text: seat.texts.places.get("problem 500", "never") in text)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        raw = bytes(terminal.raw)
    raw += seat.say("accept", "lead-2", "--wait", "0") + seat.say("sync", "--debug") + seat.say("status", "--json")
    raw += seat.say("outbox", "export", str(tmp_path / "unsent.json"))
    assert TOKEN.encode() not in raw
    assert TOKEN.encode() not in (tmp_path / "unsent.json").read_bytes()
    assert holders(seat.home) == {"token"}


def test_a_hub_that_repeats_the_token_brings_it_neither_to_the_screen_nor_into_a_log(seat: Seat) -> None:
    seat.texts.places["problem 400"] = TOKEN
    seat.hub.problem = 400
    raw = seat.say("sync") + seat.say("sync", "--debug") + seat.say("accept", "lead-2")
    assert TOKEN.encode() not in raw
    assert holders(seat.home) == {"token"}


@pytest.mark.parametrize("debug", [(), ("--debug",)], ids=["plain", "debug"])
def test_an_error_nobody_foresaw_is_told_without_the_token(seat: Seat, debug: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", CRASH, TOKEN, "list", *debug],
        env=environment(seat.home, HANDOFF_TOKEN=TOKEN),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "did not foresee" in done.stderr
    assert ("Traceback" in done.stderr) == bool(debug)
    assert TOKEN not in done.stdout + done.stderr
    log = (seat.home / "errors.log").read_text()
    assert "in vain" in log
    assert "RuntimeError" in log
    assert holders(seat.home) == {"token"}


def test_files_that_others_may_read_are_made_private_again(seat: Seat) -> None:
    run("accept", "lead-1", "--wait", "0", home=seat.home)
    precious = ("token", "outbox.journal", "mirror.journal", "profile.json")
    seat.home.chmod(0o755)
    for name in precious:
        (seat.home / name).chmod(0o644)
    assert run("sync", home=seat.home).code in (0, 4)
    assert {name: oct((seat.home / name).stat().st_mode & 0o777) for name in precious} == dict.fromkeys(
        precious, "0o600"
    )
