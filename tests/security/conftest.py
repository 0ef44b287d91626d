"""A rep who is connected to a hub that says hostile things."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.terminal import Terminal
from tests.running_hub import PROGRAM
from tests.security.corpus import HOSTILE
from tests.security.hostile_hub import HostileHub, Texts, hostile_lead, serving
from tests.small_disk import environment

TOKEN = "handoff_" + "s3cr3t" * 7


class Seat(NamedTuple):
    """Profile, hub and its texts."""

    home: Path
    hub: HostileHub
    texts: Texts
    url: str

    def open(self, *arguments: str, columns: int = 240, rows: int = 80, **env: str) -> Terminal:
        """Run the program in a terminal."""
        return Terminal(
            [*PROGRAM, *arguments], columns=columns, rows=rows, env=environment(self.home, HANDOFF_TOKEN=TOKEN, **env)
        )

    def say(self, *arguments: str, **env: str) -> bytes:
        """Run a command in a terminal of its own and return every byte that reached it."""
        with self.open(*arguments, **env) as terminal:
            terminal.wait_exit()
            return bytes(terminal.raw)


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """A rep whose leads, colleagues and agreement are hostile in every text."""
    texts = Texts()
    leads = [hostile_lead(texts, number) for number in range(len(HOSTILE) // 3)]
    hub = HostileHub(texts, leads)
    with serving(hub) as url:
        seat = Seat(tmp_path / "home", hub, texts, url)
        said = seat.say("connect", "hub", url)
        assert b"Connected" in said, said
        yield seat
