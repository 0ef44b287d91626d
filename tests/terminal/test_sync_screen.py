"""The Sync screen of the real program in a pseudo-terminal, with two people, a real hub, and without it."""

from pathlib import Path

import msgspec
import pytest

from api.local.profile import Profile
from bench.terminal import Terminal
from tests.running_hub import PROGRAM, RunningHub, free_port, program
from tests.terminal.test_pseudo_terminal import HOSTILE, environment, opened


def joined(hub: RunningHub, home: Path, name: str, team: str) -> Path:
    """Return the folder of a profile that has joined the hub and fetched its leads."""
    token = hub.user(name, "rep", team)
    with Terminal([*PROGRAM, "connect", "hub", hub.url], env=environment(home, HANDOFF_TOKEN=token)) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
    return home


def cut_off(home: Path) -> None:
    """Let the profile talk to where nobody listens."""
    profile = Profile(home)
    connection = profile.connection()
    assert connection is not None
    profile.save_connection(msgspec.structs.replace(connection, url=f"http://127.0.0.1:{free_port()}"))


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 36)])
def test_a_conflict_is_answered_and_the_other_hears_of_it(
    running_hub: RunningHub, tmp_path: Path, columns: int, rows: int
) -> None:
    team = f"north-{tmp_path.name[-4:]}"
    lead_id = running_hub.lead(team=team, name="Ana Example")
    mine = joined(running_hub, tmp_path / "mine", "Rita Rep", team)
    theirs = joined(running_hub, tmp_path / "theirs", "Otto Other", team)
    url = Profile(mine).connection()
    cut_off(mine)
    with opened(mine, columns, rows) as terminal:
        terminal.wait_for("Ana Example")
        terminal.send("rs")
        terminal.wait_for("Rejected Ana Example")
        terminal.wait_for("1 pending")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert url is not None
    Profile(mine).save_connection(url)
    assert program("accept", lead_id, home=theirs).code == 0
    with opened(mine, columns, rows) as terminal:
        terminal.wait_for("1 needs you")
        terminal.send("S")
        terminal.wait_for("insist: yours is done again")
        terminal.send("i")
        terminal.wait_for("You insist: Ana Example")
        terminal.wait_for("the CRM has it")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    with opened(theirs, columns, rows) as terminal:
        terminal.wait_for("1 needs you")
        terminal.send("S")
        terminal.wait_for("insisted and rejected it")
        terminal.send("y")
        terminal.wait_for("Theirs stands: Ana Example")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_hostile_text_does_not_reach_the_terminal_as_a_command(running_hub: RunningHub, tmp_path: Path) -> None:
    team = f"north-{tmp_path.name[-4:]}"
    running_hub.lead(team=team, name=HOSTILE)
    home = joined(running_hub, tmp_path / "home", "Rita Rep", team)
    cut_off(home)
    with opened(home, 80, 24) as terminal:
        terminal.wait_for("Eve")
        terminal.send("aS")
        terminal.wait_for("sent    Not sent yet")
        terminal.wait_for(lambda text: text.count("Eve") >= 2)
        terminal.send("d")
        terminal.wait_for("Discard Eve")
        terminal.send("\r")
        terminal.wait_for("Undone: accepted Eve")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        raw = bytes(terminal.raw)
    assert b"\x1b]0;owned" not in raw
    assert b"\x1b[31m" not in raw
    assert "\u202e".encode() not in raw
