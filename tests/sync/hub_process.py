"""The real hub in a process of its own, on a database that can be copied and put back."""

import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx

from api.hub.service import Hub
from tests.factories import MARKETER, OTHER_REP, REP

SERVE = "import sys; from api.hub.server import serve; serve(sys.argv[1], port=int(sys.argv[2]))"


class HubProcess:
    """A hub on one address and database, which can be stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hub.db"
        self.db = f"sqlite:///{self.path}"
        hub = Hub(self.db)
        self.tokens = {
            person.id: hub.add_person(person.name, person.role, person_id=person.id, team=person.team)
            for person in (REP, OTHER_REP, MARKETER)
        }
        self.epoch = hub.epoch
        hub.close()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVE, self.db, str(self.port)],
            cwd=Path(__file__).parents[2],
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "listening on" in line:
                break
        else:
            raise AssertionError("the hub did not start")
        threading.Thread(target=self._process.stderr.read, daemon=True).start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def post_leads(self, *names: str) -> None:
        """Hand leads over as a form would, through another process's eyes: plain HTTP with a marketer's token."""
        leads = [{"source": "form", "source_id": name, "name": f"{name} Example"} for name in names]
        answer = httpx.post(
            f"{self.url}/leads", json=leads, headers={"Authorization": f"Bearer {self.tokens[MARKETER.id]}"}
        )
        assert answer.status_code == 200, answer.text

    def post_touch(self, name: str, kind: str, at: datetime, title: str = "") -> None:
        """Tell of something that the lead did, or that was sent to it."""
        touch = {"source": "form", "source_id": name, "at": at.isoformat(), "kind": kind, "title": title}
        answer = httpx.post(
            f"{self.url}/touches", json=[touch], headers={"Authorization": f"Bearer {self.tokens[MARKETER.id]}"}
        )
        assert answer.status_code == 200, answer.text

    def copy_to(self, path: Path) -> None:
        """Take a backup while it runs."""
        with closing(sqlite3.connect(self.path)) as there, closing(sqlite3.connect(path)) as here:
            there.backup(here)

    def put_back(self, path: Path) -> None:
        """Put a backup in the place of the database of a hub that does not run."""
        assert self._process is None
        for name in ("hub.db-wal", "hub.db-shm"):
            self.path.with_name(name).unlink(missing_ok=True)
        self.path.write_bytes(path.read_bytes())
