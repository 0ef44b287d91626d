"""The power goes while somebody decides: what the program said was saved before the cut is in the outbox after it.

The program works on an ext4 file system of its own, which lies in a file. What that file holds at an instant is what a
disk would hold if the power went then: nothing that was not flushed is in it.
"""

import os
import random
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.local.outbox import Outbox
from bench.terminal import Terminal, TerminalTimeout
from tests.running_hub import PROGRAM, RunningHub, eventually, program
from tests.small_disk import environment, run

CUTS = 40
SIZE = 8 << 20
LEADS = 700


class Disk:
    """An ext4 file system in the file `image`, mounted at `at`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.image = folder / f"{name}.image"
        self.at = folder / name

    def make(self) -> None:
        """Write an empty file system."""
        with self.image.open("wb") as file:
            file.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True, capture_output=True, timeout=30)

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        """Mount it, which plays its journal back, for the length of the block."""
        self.at.mkdir(exist_ok=True)
        subprocess.run(
            ["mount", "-o", "loop", str(self.image), str(self.at)], check=True, capture_output=True, timeout=30
        )
        try:
            yield self.at
        finally:
            subprocess.run(["umount", "-l", str(self.at)], check=True, capture_output=True, timeout=30)

    def cut(self, name: str) -> "Disk":
        """Return a disk that holds what this one held at one instant: read until it reads the same twice."""
        data = self.image.read_bytes()
        while (again := self.image.read_bytes()) != data:
            data = again
        copy = Disk(self.image.parent, name)
        copy.image.write_bytes(data)
        return copy


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """An empty disk; skips where none can be had."""
    tools = ("mkfs.ext4", "losetup", "mount", "umount")
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in tools):
        pytest.skip(f"a disk in a file takes root and {', '.join(tools)}")
    made = Disk(tmp_path_factory.mktemp("disks"), "disk")
    try:
        made.make()
        with made.mounted():
            pass
    except subprocess.SubprocessError as error:
        pytest.skip(f"a disk in a file can't be mounted here: {error}")
    return made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with many leads whose hub is away."""
    folder = tmp_path_factory.mktemp("hub")
    hub = RunningHub(folder)
    try:
        token = hub.user("Rita Rep", "rep", "north")
        items = [
            {"source": "form", "source_id": f"s{n}", "name": f"Lead {n:04}", "owner": "team:north"}
            for n in range(LEADS)
        ]
        for start in range(0, LEADS, 100):
            hub.post("/leads", items[start : start + 100])
        assert program("connect", "hub", hub.url, home=folder / "home", HANDOFF_TOKEN=token).code == 0
    finally:
        hub.stop()
    return folder / "home"


class Person(threading.Thread):
    """Decides on one lead after another and notes each once the program has said that it is saved."""

    def __init__(self, home: Path) -> None:
        super().__init__(name="deciding")
        self.home = home
        self.acknowledged: list[str] = []
        """Names of leads that are accepted."""
        self.problem = ""
        self.done = threading.Event()

    def run(self) -> None:
        """Decide until told to stop."""
        try:
            self.decide()
        except (AssertionError, TerminalTimeout) as error:
            self.problem = str(error)

    def decide(self) -> None:
        """Decide until told to stop."""
        raise NotImplementedError


def said(text: str) -> str:
    """Return the name of the lead that the screen calls accepted, or nothing."""
    found = re.search(r"Accepted (Lead \d{4})", text)
    return found[1] if found else ""


class AtTheWindow(Person):
    """Sits in front of the program."""

    def decide(self) -> None:
        """Press the key that accepts, again and again."""
        with Terminal(PROGRAM, columns=100, rows=16, env=environment(self.home)) as terminal:
            terminal.wait_for(f"{LEADS} wait")
            # What is said of the line when it breaks would otherwise stand where the decision is said to be saved.
            terminal.wait_for("can't be reached")
            last = ""
            while not self.done.is_set() and len(self.acknowledged) < LEADS:
                terminal.send("a")
                terminal.wait_for(lambda text, last=last: said(text) not in ("", last))
                last = said(terminal.text)
                self.acknowledged.append(last)
            terminal.send("q")
            assert terminal.wait_exit() == 0


class AtTheCommandLine(Person):
    """Types commands."""

    def decide(self) -> None:
        """Accept three leads a command, with words of any length."""
        ids = [(lead["id"], lead["title"]) for lead in run("list", "--json", home=self.home).json["leads"]]
        while not self.done.is_set() and ids:
            batch, ids = ids[:3], ids[3:]
            words = "x" * random.choice([0, 300, 3000])
            done = run("accept", *(lead for lead, _ in batch), "--wait", "0", "--note", words, home=self.home)
            assert done.code == 3, done.err
            self.acknowledged += [title for _, title in batch]


def decided(outbox: Path, names: dict[str, str]) -> set[str]:
    """Return the names of the leads that the outbox decides on, as the program reads it; it finds no damage."""
    opened = Outbox.open(outbox)
    try:
        assert opened.warnings == []
        return {names[entry.operation.target.id] for entry in opened.entries()}
    finally:
        opened.close()


@pytest.mark.parametrize("person_kind", [AtTheWindow, AtTheCommandLine], ids=["window", "command line"])
def test_nothing_that_was_said_to_be_saved_is_lost(disk: Disk, filled: Path, person_kind: type[Person]) -> None:
    seed = int(os.environ.get("HANDOFF_SEED", "") or secrets.randbelow(1_000_000))
    dice = random.Random(seed)
    disk.make()
    names = {lead["id"]: lead["title"] for lead in run("list", "--json", home=filled).json["leads"]}
    with disk.mounted() as at:
        shutil.copytree(filled, at / "home")
        os.sync()
        person = person_kind(at / "home")
        person.start()
        try:
            eventually(lambda: person.acknowledged or person.problem, "the first decision")
            for number in range(CUTS):
                time.sleep(dice.uniform(0, 0.1))
                before = list(person.acknowledged)
                with disk.cut("after").mounted() as after:
                    kept = decided(after / "home" / "outbox.journal", names)
                    lost = [name for name in before if name not in kept]
                    assert not lost, f"HANDOFF_SEED={seed}, cut {number}: {len(lost)} of {len(before)} gone: {lost[:5]}"
                    if number % 10 == 0:
                        status = run("status", "--json", home=after / "home")
                        assert status.code == 0, status.err
                        assert status.json["pending"] == len(kept)
        finally:
            person.done.set()
            person.join()
    assert not person.problem, person.problem
    assert len(person.acknowledged) >= CUTS
    print(f"\n{CUTS} power cuts (HANDOFF_SEED={seed}): {len(before)} decisions acknowledged before the last, none lost")


def test_what_is_not_flushed_would_be_missed(disk: Disk) -> None:
    """Were a flush missing in the program, these cuts would show it."""
    disk.make()
    with disk.mounted() as at:
        os.sync()
        (at / "unflushed").write_bytes(b"x" * 100)
        with disk.cut("after").mounted() as after:
            assert not (after / "unflushed").exists()
