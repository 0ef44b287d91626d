"""The demo's hub as its parent sees it: one line, then a server that lives, then a quick end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api.hub.service import Hub
from api.model.people import Role
from api.sample.demo_hub import main
from api.sample.generate import generate
from api.sample.seeding import NotSeeded, seed

ROOT = Path(__file__).parents[2]
LIMIT = 40.0
Start = Callable[..., tuple["subprocess.Popen[bytes]", dict[str, Any]]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    children: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> tuple["subprocess.Popen[bytes]", dict[str, Any]]:
        place = f"sqlite:///{tmp_path / 'demo.db'}"
        command = [sys.executable, "-P", "-m", "api.sample.demo_hub", "--db", place, *arguments]
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        children.append(child)
        assert child.stdout is not None
        return child, msgspec.json.decode(child.stdout.readline())

    yield run
    for child in children:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def ask(started: dict[str, Any], path: str, **params: Any) -> Any:
    headers = {"Authorization": f"Bearer {started['token']}"}
    return httpx.get(started["url"] + path, headers=headers, params=params, trust_env=False).raise_for_status().json()


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_it_says_where_it_is_and_who_comes_with_which_token(start: Start) -> None:
    _, started = start("--leads", "60", "--arrivals", "0")
    assert ask(started, "/me")["person"]["name"] == "Robin Achterberg"
    assert started["tokens"]["robin"] == started["token"]
    assert len(started["tokens"]) == 12
    kinds = [change["kind"] for change in ask(started, "/changes", limit=500)["changes"]]
    assert kinds.count("lead") == 60
    assert kinds.count("campaign") == 12


def test_leads_keep_arriving_and_colleagues_take_some(start: Start) -> None:
    _, started = start("--leads", "90", "--arrivals", "1200", "--colleagues", "600")
    head = ask(started, "/changes", limit=1000)

    def lively() -> bool:
        leads = [
            change["record"]
            for change in ask(started, "/changes", limit=1000, cursor=head["cursor"])["changes"]
            if change["kind"] == "lead"
        ]
        arrived = [lead for lead in leads if lead["source_id"] >= "40000"]
        taken = [lead for lead in leads if lead["trail"] and lead["trail"][-1]["verb"] in ("accept", "claim")]
        return len(arrived) >= 3 and len(taken) >= 3 and all(lead["trail"][-1]["by"] != "robin" for lead in taken)

    wait_for(lively)


def test_it_ends_when_its_parent_is_gone(start: Start) -> None:
    child, _ = start("--leads", "20", "--arrivals", "600")
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(LIMIT) == 0


def test_it_ends_when_it_is_told_to(start: Start) -> None:
    child, _ = start("--leads", "20", "--arrivals", "0")
    child.send_signal(signal.SIGTERM)
    assert child.wait(LIMIT) == 0


def test_a_database_in_use_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = f"sqlite:///{tmp_path / 'mine.db'}"
    hub = Hub(place)
    hub.add_person("Ana Example", Role.MANAGER)
    hub.close()
    assert main(["--db", place, "--leads", "5"]) == 1
    assert "not empty" in capsys.readouterr().err
    hub = Hub(place)
    try:
        with pytest.raises(NotSeeded):
            seed(hub, generate(1, 5))
        assert [person.name for person in hub.people()] == ["Ana Example"]
    finally:
        hub.close()
