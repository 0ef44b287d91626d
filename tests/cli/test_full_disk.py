"""A disk that takes nothing more: one sentence, nothing said to be saved that is not, nothing lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, Done, RunningHub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
MakeSeat = Callable[..., Seat]
SPAM = ("--reason", "spam_test")


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def without_room(person: Seat, *arguments: str) -> Done:
    """Run a command for which no file may grow."""
    environ = {**os.environ, "HANDOFF_HOME": str(person.home), "HANDOFF_KEYRING": "off"}
    command = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *PROGRAM, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def is_one_sentence(done: Done, said: str) -> None:
    """Check that a command failed and said why, and nothing else."""
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("accept",), ("reject", *SPAM)])
def test_nothing_is_decided(hub: RunningHub, team: str, rita: Seat, arguments: tuple[str, ...]) -> None:
    lead = hub.lead(team)
    assert rita("sync").code == 0
    is_one_sentence(without_room(rita, *arguments, lead), "Not saved: the file may not grow any further")
    assert rita("status", "--json").json["pending"] == 0
    assert rita("show", lead, "--json").json["lead"]["standing"]["state"] == "new"
    assert rita(*arguments, lead).code == 0


@pytest.mark.parametrize("way", ["yield", "insist"])
def test_nothing_is_settled(hub: RunningHub, team: str, rita: Seat, seat: MakeSeat, way: str) -> None:
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    lead = hub.lead(team)
    assert rita("sync").code == otto("sync").code == 0
    assert rita("accept", lead).code == 0
    assert otto("reject", lead, *SPAM).code == 4
    before = otto("conflicts", "--json").json
    is_one_sentence(without_room(otto, "resolve", lead, way), "Not saved")
    assert otto("conflicts", "--json").json == before
    assert otto("resolve", lead, way).code == 0
    assert otto("conflicts", "--json").json == {"matters": []}


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_nothing_is_taken_back_or_done_again(hub: RunningHub, team: str, rita: Seat, command: str) -> None:
    lead = hub.lead(team)
    assert rita("sync").code == rita("accept", lead).code == 0
    if command == "redo":
        assert rita("undo").code == 0
    before = rita("show", lead, "--json").json["lead"]["standing"]["state"]
    is_one_sentence(without_room(rita, command), "Not saved")
    assert rita("show", lead, "--json").json["lead"]["standing"]["state"] == before
    assert rita(command).code == 0


@pytest.mark.parametrize("extra", [(), ("--force",)])
def test_no_half_export_is_left(rita: Seat, tmp_path: Path, extra: tuple[str, ...]) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    file = folder / "work.json"
    is_one_sentence(without_room(rita, "outbox", "export", str(file), *extra), "Nothing was exported")
    assert list(folder.iterdir()) == []


def test_nothing_is_taken_in(hub: RunningHub, team: str, seat: MakeSeat, tmp_path: Path) -> None:
    token = hub.user("Rita Rep", "rep", team)
    office, home = seat("office", hub, token), seat("home", hub, token)
    lead = hub.lead(team)
    assert office("sync").code == 0
    assert office("accept", lead, "--wait", "0").code == 3
    file = tmp_path / "work.json"
    assert office("outbox", "export", str(file)).code == 0
    is_one_sentence(without_room(home, "outbox", "import", str(file)), "Not saved")
    assert home("outbox", "--json").json == {"unsent": []}
    assert home("outbox", "import", str(file)).code == 0
    assert len(home("outbox", "--json").json["unsent"]) == 1


def test_what_is_known_is_still_shown(hub: RunningHub, team: str, rita: Seat) -> None:
    lead = hub.lead(team)
    assert rita("sync").code == rita("accept", lead).code == 0
    for arguments in (
        ("list",),
        ("show", lead),
        ("status",),
        ("log",),
        ("conflicts",),
        ("outbox",),
        ("outbox", "export"),
    ):
        assert without_room(rita, *arguments).code == 0, arguments
    assert lead in without_room(rita, "log").out
