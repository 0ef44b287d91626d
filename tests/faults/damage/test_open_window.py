"""Damage under the running program: nothing shown as saved that is not, and it goes on when the disk is well again."""

import json
import os
import shutil
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.terminal import Terminal
from tests.on_a_train import Train, decided, fill_block
from tests.running_hub import PROGRAM, RunningHub, eventually, program
from tests.small_disk import SmallDisk, can_mount, environment, failing_flush

own_disk = pytest.mark.skipif(not can_mount(), reason="this system lets a test mount nothing")


@contextmanager
def opened(home: Path, *before: str, **env: str) -> Iterator[Terminal]:
    """Open the program, and see that it leaves as it should, without a word about itself."""
    with Terminal([*before, *PROGRAM], env=environment(home, **env)) as terminal:
        terminal.wait_for("Cy Specimen")
        terminal.wait_for("? help")
        yield terminal
        terminal.send("q")
        assert terminal.wait_exit() == 0, terminal.text
        assert b"Traceback" not in terminal.raw


def test_a_full_disk_is_told_and_the_lead_stays(train: Train, tmp_path: Path) -> None:
    if not can_mount():
        pytest.skip("this system lets a test mount nothing")
    fill_block(train)
    with SmallDisk(tmp_path / "disk", train.home, 256 * 1024) as disk, opened(disk.home, *disk.enter) as terminal:
        outbox = disk.seen / "outbox.journal"
        disk.fill()
        terminal.send("a")
        terminal.wait_for("the disk is full")
        terminal.wait_for("Not saved")
        assert "Accepted Cy" not in terminal.text
        assert "Cy Specimen" in terminal.text
        disk.make_room()
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
        terminal.wait_for(lambda text: "the disk is full" not in text)
        assert decided(outbox) == [train.leads[name] for name in ("Ana", "Ben", "Flo", "Cy")]


def test_a_read_only_disk_is_told_and_the_lead_stays(train: Train, tmp_path: Path) -> None:
    if not can_mount():
        pytest.skip("this system lets a test mount nothing")
    with SmallDisk(tmp_path / "disk", train.home, 256 * 1024) as disk:
        disk.read_only()
        with opened(disk.home, *disk.enter) as terminal:
            terminal.send("a")
            terminal.wait_for("read-only")
            assert "Accepted Cy" not in terminal.text
            disk.read_only(now=False)
            terminal.send("a")
            terminal.wait_for("Accepted Cy Specimen")
        assert decided(disk.seen / "outbox.journal") == [train.leads[name] for name in ("Ana", "Ben", "Cy")]


def test_a_flush_that_fails_is_told_and_the_next_try_is_kept_once(train: Train, tmp_path: Path) -> None:
    failing = failing_flush(1, tmp_path, threads=True)
    if failing is None:
        pytest.skip("no C compiler is here")
    words, env = failing
    with opened(train.home, *words, **env) as terminal:
        terminal.send("a")
        terminal.wait_for("the disk reports an error")
        assert "Accepted Cy" not in terminal.text
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
    assert decided(train.outbox) == [train.leads[name] for name in ("Ana", "Ben", "Cy")]


@pytest.mark.parametrize("how", ["folder", "outbox removed", "outbox emptied", "outbox cut"])
def test_what_is_deleted_under_the_program_is_written_again_and_told(train: Train, how: str) -> None:
    with opened(train.home) as terminal:
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
        match how:
            case "folder":
                shutil.rmtree(train.home)
            case "outbox removed":
                train.outbox.unlink()
            case "outbox emptied":
                train.outbox.write_bytes(b"")
            case "outbox cut":
                train.outbox.write_bytes(train.outbox.read_bytes()[:-30])
        terminal.wait_for("written again")
        terminal.send("a")
        terminal.wait_for("Accepted Dee Sample")
        assert set(decided(train.outbox)) == {train.leads[name] for name in ("Ana", "Ben", "Cy", "Dee")}


def test_a_decision_right_after_the_folder_is_gone_is_kept_with_those_before(train: Train) -> None:
    with opened(train.home) as terminal:
        shutil.rmtree(train.home)
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
        assert set(decided(train.outbox)) == {train.leads[name] for name in ("Ana", "Ben", "Cy")}


def test_a_folder_that_can_not_come_back_refuses_the_decision(train: Train) -> None:
    with opened(train.home) as terminal:
        shutil.rmtree(train.home)
        train.home.write_text("something else")
        terminal.send("a")
        terminal.wait_for("Not saved")
        assert "Accepted Cy" not in terminal.text
        train.home.unlink()
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
        assert set(decided(train.outbox)) == {train.leads[name] for name in ("Ana", "Ben", "Cy")}


@pytest.mark.parametrize("what", ["mirror", "profile", "token"])
def test_other_files_damaged_under_the_program_lose_no_decision(train: Train, what: str) -> None:
    names = {"mirror": "mirror.journal", "profile": "profile.json", "token": "token"}
    with opened(train.home) as terminal:
        terminal.send("a")
        terminal.wait_for("Accepted Cy Specimen")
        (train.home / names[what]).write_bytes(b"\x00rubbish\n")
        if what == "mirror":
            terminal.wait_for("put aside")
            terminal.wait_for("No leads are here yet")
        else:
            terminal.send("a")
            terminal.wait_for("Accepted Dee Sample")
        terminal.send("s")
        terminal.drain(0.3)
        terminal.wait_for("3 pending" if what == "mirror" else "4 pending")
    assert train.leads["Cy"] in decided(train.outbox)


@pytest.mark.parametrize("where", ["sending", "fetching"])
def test_a_laptop_that_sleeps_in_the_middle_of_a_request_goes_on_by_itself(
    own_hub: RunningHub, tmp_path: Path, where: str
) -> None:
    hub, home = own_hub, tmp_path / "home"
    token = hub.user("Rita Rep", "rep", "north")
    lead = hub.lead(team="north", name="Cy Specimen")
    assert program("connect", "hub", hub.url, home=home, HANDOFF_TOKEN=token).code == 0
    assert hub.process is not None
    server, outbox = psutil.Process(hub.process.pid), home / "outbox.journal"
    with opened(home) as terminal:
        terminal.wait_for("live")
        server.suspend()
        if where == "sending":
            terminal.send("a")
            terminal.wait_for("Accepted Cy Specimen")
            wait(terminal, lambda: b'"offered"' in outbox.read_bytes())
        else:
            terminal.send("s")
            terminal.wait_for("Asking the CRM now")
        os.kill(terminal.pid, signal.SIGSTOP)
        server.resume()
        if where == "sending":
            eventually(lambda: taken(hub, lead) == 1, "the hub has carried it out")
        os.kill(terminal.pid, signal.SIGCONT)
        if where == "fetching":
            terminal.send("a")
        wait(terminal, lambda: outbox.exists() and b'"receipt"' in outbox.read_bytes())
        terminal.wait_for(lambda text: "live" in text.splitlines()[0] and "pending" not in text.splitlines()[0])
    assert taken(hub, lead) == 1


def wait(terminal: Terminal, condition: Callable[[], bool]) -> None:
    """Go on reading what the program paints until the condition holds."""
    terminal.wait_for(lambda _: condition())


def taken(hub: RunningHub, lead: str) -> int:
    """Return how often the hub has carried out an acceptance of the lead."""
    request = urllib.request.Request(f"{hub.url}/changes?limit=500", headers={"Authorization": f"Bearer {hub.manager}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        changes = json.load(answer)["changes"]
    (record,) = [change["record"] for change in changes if change["id"] == lead]
    return len(record.get("trail", []))
