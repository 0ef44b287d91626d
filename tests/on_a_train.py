"""A rep with leads on a train: a profile that was filled once, with two decisions unsent, and whose hub is away.

Folders whose tests need it import the fixtures in their conftest.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.running_hub import Done, RunningHub, program
from tests.small_disk import run

NAMES = ("Ana Example", "Ben Example", "Cy Specimen", "Dee Sample", "Eli Placeholder", "Flo Example")


class Train(NamedTuple):
    """A profile without a line, and the ids of its leads by name; `Ana` and `Ben` are accepted, which is not sent."""

    home: Path
    leads: dict[str, str]

    @property
    def outbox(self) -> Path:
        """The file with the decisions."""
        return self.home / "outbox.journal"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """The profile that the others are copied from."""
    folder = tmp_path_factory.mktemp("filled")
    hub = RunningHub(folder)
    try:
        token = hub.user("Rita Rep", "rep", "north")
        leads = {name.split()[0]: hub.lead(team="north", name=name, company="Example Bakery") for name in NAMES}
        home = folder / "home"
        assert program("connect", "hub", hub.url, home=home, HANDOFF_TOKEN=token).code == 0
    finally:
        hub.stop()
    for name in ("Ana", "Ben"):
        assert run("accept", leads[name], "--wait", "0", home=home).code == 3
    return Train(home, leads)


@pytest.fixture
def train(filled: Train, tmp_path: Path) -> Train:
    """A copy that this test may damage."""
    home = tmp_path / "home"
    shutil.copytree(filled.home, home)
    return Train(home, filled.leads)


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that this test may suspend."""
    folder = tmp_path / "hub"
    folder.mkdir()
    running = RunningHub(folder)
    yield running
    running.stop()


def fill_block(train: Train) -> None:
    """Accept Flo with so many words that the outbox fills its last block of the disk: the next decision needs one."""
    free = -train.outbox.stat().st_size % 4096
    words = free - 600 if free > 800 else free + 4096 - 600
    assert run("accept", train.leads["Flo"], "--wait", "0", "--note", "x" * words, home=train.home).code == 3
    assert -train.outbox.stat().st_size % 4096 < 300


def decided(outbox: Path) -> list[str]:
    """Return the leads that whole lines of the outbox decide on, as the file is read from outside the program."""
    found: list[str] = []
    for line in outbox.read_bytes().splitlines():
        changes = json.loads(line[9:])
        if isinstance(changes, list):
            found += [record["operation"]["target"]["id"] for table, _, record in changes if table == "operation"]
    return found


def refused(done: Done, why: str) -> None:
    """Check that a command said what kept it from saving, and claimed nothing."""
    said = done.out + done.err
    assert done.code == 1, said
    assert "Not saved" in done.err
    assert why in done.err
    assert "do it again" in done.err
    assert "Traceback" not in said
    assert "Accepted" not in said
    assert "Saved," not in said
