"""What a command loads: what it does not need is not waited for, counted in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.local.profile import Profile
from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]
SCREEN = {"textual", "rich"}
SERVER = {"litestar", "sqlalchemy", "uvicorn", "sqlite3"}
NETWORK = {"asyncio", "email", "http", "httpx", "keyring", "socket", "ssl"}
ELSE = {"concurrent", "difflib", "hashlib", "logging", "platformdirs", "random", "subprocess", "tempfile", "tomllib"}

RUN = """
import contextlib, io, json, os, sys
wanted, at_flush = set(json.loads(sys.argv.pop(1))), []
for name in ("fsync", "fdatasync"):
    def noting(descriptor, flush=getattr(os, name, None)):
        at_flush.append(sorted(wanted & set(sys.modules)))
        flush(descriptor)
    setattr(os, name, noting)
from tui.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    code = main()
print(json.dumps({"code": code, "loaded": sorted(wanted & set(sys.modules)), "at_flush": at_flush}))
"""


class Ran:
    """What a command came to, and what it had loaded of what it should not need."""

    def __init__(self, home: Path, *arguments: str) -> None:
        environ = {**os.environ, "HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off"}
        environ.pop("HANDOFF_TOKEN", None)
        names = json.dumps(sorted(SCREEN | SERVER | NETWORK | ELSE))
        done = subprocess.run(
            [sys.executable, "-P", "-c", RUN, names, *arguments],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        told = json.loads(done.stdout)
        self.code: int = told["code"]
        self.loaded = set(told["loaded"])
        self.at_flush = [set(names) for names in told["at_flush"]]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


@pytest.fixture
def lead(hub: RunningHub, team: str, rita: Seat) -> str:
    """A lead that waits for the rep, who has decided another before."""
    made, other = hub.lead(team), hub.lead(team)
    rita("sync")
    assert rita("accept", other).code == 0
    return made


@pytest.mark.parametrize("command", [["next"], ["list", "--limit", "1"], ["status"], ["log"], ["reasons"], ["outbox"]])
def test_what_shows_what_is_here_loads_no_network(rita: Seat, lead: str, command: list[str]) -> None:
    ran = Ran(rita.home, *command)
    assert (ran.code, ran.loaded) == (0, set())


def test_one_lead_loads_no_network(rita: Seat, lead: str) -> None:
    ran = Ran(rita.home, "show", lead)
    assert (ran.code, ran.loaded) == (0, set())


@pytest.mark.parametrize(
    "how",
    [
        ["accept"],
        ["reject", "--reason", "spam_test"],
        ["claim"],
        ["note", "--text", "noted"],
        ["accept", "--reason", "good"],
    ],
)
def test_deciding_without_waiting_costs_one_flush_and_loads_no_network(rita: Seat, lead: str, how: list[str]) -> None:
    ran = Ran(rita.home, *how, lead, "--wait", "0")
    assert (ran.code, ran.loaded) == (3, set())
    assert ran.at_flush == [set()]


@pytest.mark.parametrize("how", [["accept"], ["reject", "--reason", "spam_test"]])
def test_a_decision_is_on_the_disk_before_the_network_is_loaded(rita: Seat, lead: str, how: list[str]) -> None:
    ran = Ran(rita.home, *how, lead)
    assert ran.code == 0
    assert ran.at_flush[0] == set()
    assert {"httpx", "asyncio"} <= ran.loaded
    assert not ran.loaded & (SCREEN | SERVER)


@pytest.mark.parametrize("command", ["next", "list --limit 1", "show ID", "status", "accept ID --wait 0", "reasons"])
def test_no_command_about_one_lead_looks_at_every_lead(
    rita: Seat, lead: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walked(_: object) -> None:
        raise AssertionError("every lead was looked at")

    monkeypatch.setattr("api.desk.view.Rows.__iter__", walked)
    done = rita(*command.replace("ID", lead).split())
    assert done.code in (0, 3), done.err


def test_a_lost_index_is_paid_for_once(rita: Seat, lead: str) -> None:
    index = Profile(rita.home).mirror_path.with_suffix(".index")
    index.unlink()
    assert rita("show", lead).code == 0
    assert index.exists()
