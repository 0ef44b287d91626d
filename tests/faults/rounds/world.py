"""One hub in a process of its own, two people's profiles on it, and each one's line that fails."""

import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.faults.rounds import weather
from tests.faults.rounds.proxy import Line
from tests.running_hub import RunningHub, program

TEAM = "north"
PEOPLE = ("Ann Example", "Ben Example")


class Seat:
    """One person at one profile."""

    def __init__(self, name: str, home: Path, line: Line, changes: dict[str, str]) -> None:
        self.name = name
        self.home = home
        self.line = line
        self.changes = changes
        """What the program's environment has besides."""
        self.settled: frozenset[str] = frozenset()
        """The operations that the hub had answered when the round began."""

    @property
    def outbox(self) -> Path:
        """The file with this person's decisions."""
        return self.home / "outbox.journal"

    def sync(self) -> int:
        """Exchange everything once; return the exit code."""
        return program("sync", home=self.home, **self.changes).code


class World:
    """Everything a run needs."""

    def __init__(self, folder: Path, leads: int, changes: dict[str, str]) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.hub = RunningHub(folder)
        self.items: list[dict[str, Any]] = []
        self.names: dict[str, str] = {}
        """Id of each lead by its name."""
        self.ids: list[str] = []
        self.strikes = self.restores = 0
        self._backup = folder / "backup.db"
        self._turn = threading.Lock()
        tokens = [self.hub.user(name, "rep", TEAM) for name in PEOPLE]
        self.arrive(leads)
        self.seats: list[Seat] = []
        for name, token in zip(PEOPLE, tokens, strict=True):
            line = Line(self.hub.port, weather.calm(random.Random(0)))
            seat = Seat(name, folder / name.split()[0].lower(), line, changes)
            done = program("connect", "hub", line.url, home=seat.home, HANDOFF_TOKEN=token)
            assert done.code == 0, done.err
            self.seats.append(seat)

    def arrive(self, count: int) -> None:
        """Hand new leads over."""
        start = len(self.items)
        self.items += [
            {
                "source": "form",
                "source_id": f"{number:04}",
                "name": f"Ana Example {number:04}",
                # Some came in twice, so that a wish not to be contacted holds for two leads.
                "email": f"ana.{number - number % 2 if number % 10 < 4 else number}@example.com",
                "owner": f"team:{TEAM}",
            }
            for number in range(start, start + count)
        ]
        for item, lead_id in zip(self.items[start:], self._post(self.items[start:]), strict=True):
            self.names[item["name"]] = lead_id
            self.ids.append(lead_id)

    def happen(self, number: int, rounds: int, seed: int, *, restores: bool) -> None:
        """Let happen to the hub what is due in this round, a backup put in its place only with `restores`."""
        at = number / rounds
        with self._turn:
            if number in {int(rounds * part) for part in (0.08, 0.40, 0.62)}:
                self.back_up()
            elif restores and number in {int(rounds * part) for part in (0.25, 0.50, 0.88)}:
                self.restore()
            elif number % 25 == 24 and at > 0.02:
                self.strike(random.Random(f"{seed}.hub.{number}").uniform(0.0, 0.4))
            elif number % 10 == 5:
                self._post_if_up(2)

    def strike(self, pause: float) -> None:
        """Kill the hub, and start it again after a pause."""
        self._kill_hub()
        time.sleep(pause)
        self.hub.start()
        self.strikes += 1

    def back_up(self) -> None:
        """Copy the hub's database while it runs."""
        with closing(sqlite3.connect(self.hub.db)) as source, closing(sqlite3.connect(self._backup)) as target:
            source.backup(target)

    def restore(self) -> None:
        """Put the copy in the place of the database; whoever handed leads over since then does so again."""
        for seat in self.seats:
            seat.line.open = False
            seat.line.cut()
        self._kill_hub()
        for name in (self.hub.db, f"{self.hub.db}-wal", f"{self.hub.db}-shm"):
            Path(name).unlink(missing_ok=True)
        shutil.copyfile(self._backup, self.hub.db)
        self.hub.start()
        self._post(self.items)
        for seat in self.seats:
            seat.line.open = True
        self.restores += 1

    def close(self) -> None:
        """End the hub and the lines."""
        for seat in self.seats:
            seat.line.close()
        self.hub.stop()

    def _post_if_up(self, count: int) -> None:
        if self.hub.process is not None and self.hub.process.poll() is None:
            self.arrive(count)

    def _post(self, items: Sequence[dict[str, Any]]) -> list[str]:
        ids = []
        for start in range(0, len(items), 100):
            ids += [str(one["id"]) for one in self.hub.post("/leads", items[start : start + 100])["results"]]
        return ids

    def _kill_hub(self) -> None:
        assert self.hub.process is not None
        self.hub.process.kill()
        self.hub.process.wait()
