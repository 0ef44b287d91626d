"""The real hub in a process of its own, and the program run as a person runs it."""

import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = (sys.executable, "-P", "-m", "tui.cli.main")


class Done(NamedTuple):
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Return what `condition` returns once that is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def program(*arguments: str, home: Path, input_text: str | None = None, **changes: str) -> Done:
    """Run the program in a process of its own."""
    environ = {**os.environ, "HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off"}
    environ.pop("HANDOFF_TOKEN", None)
    done = subprocess.run(
        [*PROGRAM, *arguments],
        env=environ | changes,
        input=input_text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class RunningHub:
    """The real hub, started with the program's own command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = str(folder / "hub.db")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = folder / "said"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        self.manager = self.user("Max Manager", "manager")

    def start(self) -> None:
        """Start it and wait until it answers."""
        environ = {**os.environ, "HANDOFF_HOME": str(self.folder)}
        command = [*PROGRAM, "serve", "--db", self.db, "--listen", f"127.0.0.1:{self.port}"]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, env=environ, stdout=said, stderr=said)
        eventually(self.healthy, "the hub answers")

    def healthy(self) -> bool:
        """Say whether it answers."""
        assert self.process is not None
        assert self.process.poll() is None, self.said.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(json.load(answer)["name"] == "handoff hub")
        except (OSError, urllib.error.URLError):
            return False

    def stop(self) -> None:
        """End it politely."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)

    def user(self, name: str, role: str, team: str = "") -> str:
        """Add somebody and return their token."""
        from tui.cli.main import main

        out = io.StringIO()
        arguments = ["user", "add", name, "--role", role, "--team", team, "--db", self.db]
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            assert main(arguments) == 0
        return out.getvalue().strip()

    def post(self, path: str, items: Any, token: str = "") -> Any:
        """Send JSON as somebody (the manager) and return the answer."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            data=json.dumps(items).encode(),
            headers={"Authorization": f"Bearer {token or self.manager}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def lead(self, team: str = "", **fields: Any) -> str:
        """Hand a lead over and return its id."""
        source_id = secrets.token_hex(6)
        item = {"source": "form", "source_id": source_id, "name": f"Ana Example {source_id}"} | fields
        if team:
            item["owner"] = f"team:{team}"
        (result,) = self.post("/leads", [item])["results"]
        assert result["status"] == "created", result
        return str(result["id"])
