"""What is not sent yet: seen, carried to another machine, never lost and never sent twice."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, RunningHub, program

MakeSeat = Callable[..., Seat]
HOSTILE = "\x1b[31mred \x1b]0;t\x07 \x9b2J \u202eevil\u202c next\u2028line"


class Desks:
    """The same person on two machines."""

    def __init__(self, hub: RunningHub, team: str, seat: MakeSeat) -> None:
        self.token = hub.user("Rita Rep", "rep", team)
        self.office = seat("office", hub, self.token)
        self.home = seat("home", hub, self.token)


@pytest.fixture
def desks(hub: RunningHub, team: str, seat: MakeSeat) -> Desks:
    """One account, two machines."""
    return Desks(hub, team, seat)


def test_what_is_not_sent_is_listed_with_its_age(hub: RunningHub, team: str, desks: Desks) -> None:
    lead = hub.lead(team, name="Ana Example")
    rita = desks.office
    rita("sync")
    assert rita("outbox").err == "Everything is sent.\n"
    rita("accept", lead, "--wait", "0")
    for arguments in (["outbox"], ["outbox", "list"]):
        done = rita(*arguments)
        assert done.code == 0
        heading, line = done.out.splitlines()
        assert heading.split()[:3] == ["ID", "MADE", "TRIES"]
        assert "just now" in line
        assert "Accepted Ana Example" in line
    (one,) = rita("outbox", "--json").json["unsent"]
    assert one == rita("outbox", "list", "--json").json["unsent"][0]
    assert (one["lead"], one["verb"], one["attempts"], one["problem"], one["offered"]) == (lead, "accept", 0, "", False)
    rita("sync")
    assert rita("outbox", "--json").json["unsent"] == []


def test_why_it_is_not_sent_is_told(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    own_hub.stop()
    assert rita("accept", lead).code == 3
    status = rita("status", "--json").json
    assert status["line"]["failures"] >= 1
    assert [one["lead"] for one in status["unsent"]] == [lead]
    assert "The last attempt to reach the CRM failed" in rita("status").out
    own_hub.start()
    assert rita("sync").code == 0
    assert rita("status", "--json").json["line"]["failures"] == 0


def test_exported_on_one_machine_and_sent_from_another(
    hub: RunningHub, team: str, desks: Desks, tmp_path: Path
) -> None:
    leads = [hub.lead(team) for _ in range(3)]
    desks.office("sync")
    desks.home("sync")
    desks.office("accept", leads[0], "--wait", "0")
    desks.office("reject", *leads[1:], "--reason", "spam_test", "--wait", "0")
    file = tmp_path / "work.json"
    done = desks.office("outbox", "export", str(file))
    assert (done.code, done.out) == (0, "")
    assert "3 decisions" in done.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    taken = desks.home("outbox", "import", str(file), "--json")
    assert taken.code == 0, taken.err
    assert taken.json == {"taken": 3, "known": 0, "pending": 3}
    assert desks.home("outbox", "import", str(file), "--json").json == {"taken": 0, "known": 3, "pending": 3}
    assert desks.home("show", leads[0], "--json").json["lead"]["standing"]["state"] == "accepted"
    sent = desks.home("sync", "--json").json
    assert [one["result"] for one in sent["outcomes"]] == ["applied"] * 3

    again = desks.office("sync", "--json")
    assert again.code == 0, again.err
    assert {one["result"] for one in again.json["outcomes"]} <= {"applied", "already"}
    trail = desks.office("show", leads[0], "--json").json["lead"]["trail"]
    assert [one["verb"] for one in trail] == ["accept"]


def test_through_a_pipe(hub: RunningHub, team: str, desks: Desks) -> None:
    lead = hub.lead(team, name=HOSTILE)
    desks.office("sync")
    desks.office("accept", lead, "--wait", "0", "--note", "for later")
    exported = program("outbox", "export", home=desks.office.home)
    assert exported.code == 0, exported.err
    assert all(character.isprintable() for character in exported.out.replace("\n", ""))
    assert json.loads(exported.out)["format"] == "handoff outbox"
    assert desks.token not in exported.out
    taken = program("outbox", "import", "-", home=desks.home.home, input_text=exported.out)
    assert taken.code == 0, taken.err
    assert "1 decision taken in" in taken.out


def test_export_needs_neither_network_nor_token(own_hub: RunningHub, seat: MakeSeat, tmp_path: Path) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    rita("accept", lead, "--wait", "0")
    own_hub.stop()
    (rita.home / "token").unlink(missing_ok=True)
    for path in rita.home.rglob("*token*"):
        path.unlink()
    assert rita("sync").code == 3
    assert rita("accept", lead).code in (0, 4)
    file = tmp_path / "work.json"
    assert rita("outbox", "export", str(file)).code == 0
    assert len(json.loads(file.read_text())["operations"]) == 1


def test_what_lies_there_is_not_written_over_unasked(hub: RunningHub, team: str, desks: Desks, tmp_path: Path) -> None:
    file, link = tmp_path / "mine.txt", tmp_path / "link"
    file.write_text("precious")
    link.symlink_to(file)
    for path in (file, link):
        done = desks.office("outbox", "export", str(path))
        assert (done.code, done.out) == (2, "")
        assert "--force" in done.err
        assert file.read_text() == "precious"
    assert desks.office("outbox", "export", str(file), "--force").code == 0
    assert json.loads(file.read_text())["operations"] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["link", "mine.txt"]


@pytest.mark.parametrize("name", ["missing/work.json", "", "folder"])
def test_where_nothing_can_be_written_nothing_is_exported(desks: Desks, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    for extra in ([], ["--force"]):
        done = desks.office("outbox", "export", str(tmp_path / name), *extra)
        assert done.code in (1, 2)
        assert done.out == ""
        assert len(done.err.splitlines()) == 1
        assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_told(desks: Desks) -> None:
    environ = {**os.environ, "HANDOFF_HOME": str(desks.office.home), "HANDOFF_KEYRING": "off"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "outbox", "export"],
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_somebody_elses_decisions_are_not_taken_in(
    hub: RunningHub, team: str, desks: Desks, seat: MakeSeat, tmp_path: Path
) -> None:
    lead = hub.lead(team)
    desks.office("sync")
    desks.office("accept", lead, "--wait", "0")
    file = tmp_path / "work.json"
    desks.office("outbox", "export", str(file))
    otto = seat("otto", hub, hub.user("Otto Other", "rep", team))
    done = otto("outbox", "import", str(file))
    assert (done.code, done.out) == (4, "")
    assert len(done.err.splitlines()) == 1
    assert otto("outbox", "--json").json["unsent"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": "other"}',
        b"[" * 100_000,
        b'{"format": "handoff outbox", "version": 9}',
    ],
)
def test_what_is_no_export_is_a_sentence(desks: Desks, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "work.json"
    file.write_bytes(content)
    done = desks.office("outbox", "import", str(file))
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "foresee" not in done.err


def test_a_file_that_is_not_there_is_a_sentence(desks: Desks, tmp_path: Path) -> None:
    for name in (tmp_path / "missing.json", tmp_path):
        done = desks.office("outbox", "import", str(name))
        assert (done.code, done.out) == (1, "")
        assert "can't be read" in done.err


def test_without_a_profile_it_says_so(seat: MakeSeat) -> None:
    for arguments in (["outbox"], ["outbox", "export"], ["conflicts"], ["log"], ["resolve", "x", "yield"], ["redo"]):
        done = seat("empty")(*arguments)
        assert (done.code, done.out) == (1, "")
        assert "handoff connect" in done.err


def test_listing_and_exporting_load_no_network_library(desks: Desks) -> None:
    commands = [["outbox"], ["outbox", "export"], ["conflicts"], ["log"], ["status"]]
    code = (
        f"import sys; from tui.cli.main import main; codes = [main(one) for one in {commands!r}];"
        "print([name for name in ('httpx', 'textual', 'litestar', 'sqlalchemy', 'uvicorn', 'keyring')"
        " if name in sys.modules], file=sys.stderr); sys.exit(max(codes))"
    )
    environ = {**os.environ, "HANDOFF_HOME": str(desks.office.home), "HANDOFF_KEYRING": "off"}
    done = subprocess.run([sys.executable, "-P", "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "[]"
