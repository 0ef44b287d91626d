"""Two windows on one profile, each a process of its own: one talks to the CRM, the other takes over when it dies."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.local.profile import Connection, Profile
from tests.factories import REP
from tests.sync.hub_process import HubProcess
from tests.sync.waiting import until

ROOT = Path(__file__).parents[2]


class Window:
    """One such process, and what it last told."""

    def __init__(self, root: Path, hub: HubProcess) -> None:
        command = [sys.executable, "-m", "tests.sync.window_process", str(root), hub.url, hub.tokens[REP.id]]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.state: dict[str, Any] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.state = json.loads(line)

    def accept(self, name: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name} Example\n")
        self.process.stdin.flush()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def open_window(hub: HubProcess, tmp_path: Path) -> Iterator[Callable[[], Window]]:
    root = tmp_path / "rita"
    root.mkdir()
    Profile(root).save_connection(Connection(hub.url, REP, hub.epoch))
    opened: list[Window] = []

    def opening() -> Window:
        opened.append(Window(root, hub))
        return opened[-1]

    yield opening
    for window in opened:
        window.end()


async def seconds_until(condition: Callable[[], object]) -> float:
    began = time.monotonic()
    await until(condition)
    return time.monotonic() - began


@pytest.fixture
async def windows(hub: HubProcess, open_window) -> tuple[Window, Window]:
    """Two windows, the first of which talks to the CRM."""
    hub.start()
    hub.post_leads("Nora", "Paul", "Quinn", "Rosa")
    first = open_window()
    await until(lambda: first.state.get("live"))
    second = open_window()
    await until(lambda: second.state.get("elsewhere") and len(second.state["queue"]) == 4)
    return first, second


async def test_each_sees_the_others_decisions_within_a_second(windows: tuple[Window, Window]):
    first, second = windows
    for one, other, name in ((first, second, "Nora"), (second, first, "Paul")):
        one.accept(name)
        assert await seconds_until(lambda other=other, name=name: f"{name} Example" not in other.state["queue"]) < 1
    await until(lambda: first.state["pending"] == second.state["pending"] == 0)


async def test_the_second_shows_the_true_state_of_the_line(hub: HubProcess, windows: tuple[Window, Window]):
    first, second = windows
    await until(lambda: second.state["connected"] and second.state["live"])
    hub.kill()
    await until(lambda: first.state["connected"] is False)
    assert await seconds_until(lambda: second.state["connected"] is False) < 2
    assert second.state["elsewhere"]


async def test_when_the_one_that_talks_to_the_crm_is_killed_the_other_takes_over(windows: tuple[Window, Window]):
    first, second = windows
    first.process.send_signal(signal.SIGKILL)
    assert await seconds_until(lambda: second.state["live"] and not second.state["elsewhere"]) < 2
    second.accept("Quinn")
    await until(lambda: "Quinn Example" not in second.state["queue"] and second.state["pending"] == 0)


async def test_a_decision_of_the_one_that_was_killed_is_sent_by_the_other(hub: HubProcess, windows):
    first, second = windows
    hub.kill()
    await until(lambda: first.state["connected"] is False)
    first.accept("Rosa")
    await until(lambda: first.state["pending"] == 1)
    first.process.send_signal(signal.SIGKILL)
    await until(lambda: second.state["pending"] == 1 and not second.state["elsewhere"])
    hub.start()
    await until(lambda: second.state["pending"] == 0 and second.state["connected"], seconds=30)
    assert "Rosa Example" not in second.state["queue"]
    await asyncio.to_thread(first.end)
