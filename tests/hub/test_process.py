"""The hub as people run it: a process of its own, over real HTTP."""

import contextlib
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api.agreement import default_text
from api.hub.problems import HubError
from api.hub.server import serve
from api.hub.service import Hub
from api.model import operation as op
from api.model.people import Role
from tests.factories import make_lead, make_operation
from tests.hub.conftest import bearer

PATIENCE = 20.0
PROGRAM = """
import sys
from pathlib import Path
from api.hub.server import serve
serve(sys.argv[1], agreement_path=Path(sys.argv[2]) if len(sys.argv) > 2 else None)
"""


class Running:
    """One hub in another process."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.said: list[str] = []
        self._talk = threading.Thread(target=self._read, daemon=True)
        self._talk.start()
        line = wait_for(lambda: next((line for line in self.said if "listening on" in line), None))
        found = re.search(r"http://\S+", line)
        assert found is not None
        self.url = found.group()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    def token(self) -> str:
        """Return the first manager's token, which is all that stands on stdout."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self, sign: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(sign)
        code = self.process.wait(PATIENCE)
        self._talk.join(PATIENCE)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return the first true value of `condition`; fail when there is none in time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(*arguments: str) -> Running:
        started.append(Running(*arguments))
        return started[-1]

    yield run
    for running in started:
        if running.process.returncode is None:
            running.end(signal.SIGKILL)


class Listener:
    """A terminal that listens to a hub's live events."""

    def __init__(self, url: str, token: str, last: str = "") -> None:
        self.heard: queue.Queue[int] = queue.Queue()
        self.ended = threading.Event()
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(url, token, last), daemon=True)
        self._thread.start()
        assert self._open.wait(PATIENCE)

    def _listen(self, url: str, token: str, last: str) -> None:
        headers = bearer(token) | ({"Last-Event-ID": last} if last else {})
        with (
            contextlib.suppress(httpx.TransportError),
            httpx.Client(trust_env=False) as client,
            client.stream("GET", f"{url}/live", headers=headers, timeout=PATIENCE) as response,
        ):
            for line in response.iter_lines():
                self._open.set()
                if line.startswith("data: "):
                    self.heard.put(int(line.removeprefix("data: ")))
        self.ended.set()

    def until(self, n: int) -> list[int]:
        """Wait for an event that tells of change `n` or a later one; return the numbers of all up to it."""
        numbers = [self.heard.get(timeout=PATIENCE)]
        while numbers[-1] < n:
            numbers.append(self.heard.get(timeout=PATIENCE))
        return numbers


def post_lead(client: httpx.Client, source_id: str) -> str:
    answer = client.post("/leads", json={"source": "form", "source_id": source_id, "name": "Ana Example"})
    return str(answer.raise_for_status().json()["results"][0]["id"])


def accept(client: httpx.Client, lead_id: str) -> dict[str, Any]:
    operation = msgspec.to_builtins(make_operation(op.Accept(), make_lead(lead_id), id=f"op-{lead_id}"))
    answer = client.post("/operations", json={"operations": [operation]})
    receipt: dict[str, Any] = answer.raise_for_status().json()["receipts"][0]
    return receipt


def client_of(running: Running, token: str) -> httpx.Client:
    return httpx.Client(base_url=running.url, headers=bearer(token), trust_env=False, timeout=PATIENCE)


def test_a_decision_of_one_reaches_the_other_and_stopping_is_prompt(db_url: str, start: Callable[..., Running]) -> None:
    running = start(db_url)
    manager = running.token()
    other_process = Hub(db_url)
    rep = other_process.add_person("Rita Rep", Role.REP)
    listener = Listener(running.url, rep)
    with client_of(running, manager) as mine, client_of(running, rep) as theirs:
        lead_id = post_lead(mine, "1")
        receipt = accept(theirs, lead_id)
        assert receipt["result"] == "applied"
        listener.until(receipt["n"])
        assert accept(mine, lead_id)["code"] == "id_reused"
        resumed = Listener(running.url, rep, last=str(receipt["n"]))
        # A change that another process makes in the same database is told as well.
        other_process.add_person("Otto Other", Role.REP)
        told = resumed.until(other_process.head())
        assert min(told) > receipt["n"], "the event that was heard before is not sent again"
    other_process.close()
    begun = time.monotonic()
    assert running.end(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 3, "open streams must not hold the hub back"
    assert listener.ended.wait(PATIENCE)
    assert manager not in "".join(running.said)


def test_killed_and_started_again_it_knows_all_it_has_acknowledged(db_url: str, start: Callable[..., Running]) -> None:
    first = start(db_url)
    token = first.token()
    acknowledged: dict[str, dict[str, Any]] = {}
    with client_of(first, token) as client:
        epoch = client.get("/me").json()["epoch"]
        leads = [post_lead(client, str(number)) for number in range(40)]
    enough = threading.Event()

    def decide() -> None:
        with client_of(first, token) as client, contextlib.suppress(httpx.TransportError):
            for lead_id in leads:
                acknowledged[lead_id] = accept(client, lead_id)
                if len(acknowledged) >= 10:
                    enough.set()

    deciding = threading.Thread(target=decide)
    deciding.start()
    assert enough.wait(PATIENCE)
    first.end(signal.SIGKILL)
    deciding.join(PATIENCE)
    second = start(db_url)
    with client_of(second, token) as client:
        assert client.get("/me").json()["epoch"] == epoch
        for lead_id, receipt in acknowledged.items():
            assert client.get(f"/operations/op-{lead_id}").json() == receipt
        again = {lead_id: accept(client, lead_id) for lead_id in leads}
        page = client.get("/changes", params={"limit": 1000}).json()
    assert all(again[lead_id]["result"] == "already" for lead_id in acknowledged)
    records = {change["id"]: change["record"] for change in page["changes"] if change["kind"] == "lead"}
    assert all(len(records[lead_id]["trail"]) == 1 for lead_id in leads), "each was applied exactly once"
    assert second.end(signal.SIGINT) == 0


def test_an_edited_agreement_reaches_everybody_while_the_hub_runs(
    db_url: str, tmp_path: Path, start: Callable[..., Running]
) -> None:
    path = tmp_path / "agreement.toml"
    path.write_text(default_text(), encoding="utf-8")
    running = start(db_url, str(path))
    with client_of(running, running.token()) as client:
        assert client.get("/agreement").json()["version"] == 1
        replacement = tmp_path / "new.toml"
        replacement.write_text(default_text().replace('name = "', 'name = "New '), encoding="utf-8")
        replacement.replace(path)
        wait_for(lambda: client.get("/agreement").json()["version"] == 2)
        path.write_text("this is = no = agreement", encoding="utf-8")
        wait_for(lambda: [line for line in running.said if str(path) in line])
        assert client.get("/agreement").json()["version"] == 2


def test_what_cannot_be_served_is_said_in_a_sentence(
    db_url: str, tmp_path: Path, start: Callable[..., Running]
) -> None:

    running = start(db_url)
    port = int(running.url.rpartition(":")[2])
    with pytest.raises(HubError, match="can't listen"):
        serve(f"sqlite:///{tmp_path / 'other.db'}", "127.0.0.1", port)
    with pytest.raises(HubError, match="TLS"):
        serve(db_url, tls_cert=tmp_path / "missing.pem")
    assert not (tmp_path / "other.db").exists()


def test_on_the_same_machine_pages_are_not_packed(db_url: str, start: Callable[..., Running]) -> None:
    running = start(db_url)
    with client_of(running, running.token()) as client:
        items = [{"source": "form", "source_id": str(number)} for number in range(40)]
        client.post("/leads", json=items).raise_for_status()
        page = client.get("/changes", headers={"Accept-Encoding": "gzip"}).raise_for_status()
    assert len(page.content) > 20_000
    assert "content-encoding" not in page.headers


def test_a_client_that_hangs_up_leaves_no_traceback(db_url: str, start: Callable[..., Running]) -> None:
    running = start(db_url)
    token = running.token()
    host, port = running.url.removeprefix("http://").split(":")
    head = f"Host: hub\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
    for path in ("/leads", "/operations"):
        with socket.create_connection((host, int(port)), PATIENCE) as line:
            line.sendall(f"POST {path} HTTP/1.1\r\n{head}Expect: 100-continue\r\n\r\n".encode())
            # The hub says so once it reads the body.
            assert b"100" in line.recv(100)
            line.sendall(b"[")
    with client_of(running, token) as client:
        assert client.get("/me").status_code == 200
    assert running.end(signal.SIGTERM) == 0
    told = "".join(running.said[running.said.index(next(line for line in running.said if "listening" in line)) + 1 :])
    assert "Traceback" not in told
    assert len(told.splitlines()) <= 2, "one line for each, at most"


def test_two_clients_with_the_same_lead_make_one(db_url: str, start: Callable[..., Running]) -> None:
    running = start(db_url)
    token = running.token()
    together = threading.Barrier(4)
    said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def post() -> None:
        with client_of(running, token) as client:
            client.get("/me")
            for number in range(10):
                together.wait(PATIENCE)
                item = {"source": "form", "source_id": str(number), "name": "Ana Example"}
                said.put(client.post("/leads", json=item).json()["results"][0])

    clients = [threading.Thread(target=post) for _ in range(together.parties)]
    for one in clients:
        one.start()
    for one in clients:
        one.join(PATIENCE)
    results = [said.get(timeout=1) for _ in range(10 * together.parties)]
    assert sorted(one["status"] for one in results) == ["created"] * 10 + ["unchanged"] * 30
    with client_of(running, token) as client:
        page = client.get("/changes").json()
    leads = [change["id"] for change in page["changes"] if change["kind"] == "lead"]
    assert sorted(leads) == sorted({one["id"] for one in results})
    assert len(leads) == 10
