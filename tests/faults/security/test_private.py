"""Private files under any umask, no token in the demo's command lines, and only harmless addresses handed on."""

import os
from pathlib import Path

from bench.terminal import Terminal
from tests.running_hub import PROGRAM
from tests.security.conftest import TOKEN, Seat
from tests.security.hostile_hub import HostileHub, Texts, hostile_lead, serving
from tests.security.test_secrets import command_lines
from tests.small_disk import environment, run


def test_the_demo_names_no_token_to_the_list_of_processes(tmp_path: Path) -> None:
    env = environment(tmp_path / "unused", TMPDIR=str(tmp_path))
    with Terminal([*PROGRAM, "demo", "--leads", "5", "--arrivals", "0"], env=env) as terminal:
        terminal.wait_for("live", 40)
        lines = command_lines(terminal.pid)
        assert lines.count("\n") >= 1, "the hub is a process of its own"
        (token,) = tmp_path.glob("handoff-demo-*/**/token")
        for word in token.read_text().replace('"', " ").replace(":", " ").split():
            assert len(word) < 20 or word.startswith("//") or word not in lines
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_files_are_private_whatever_the_umask_says(seat: Seat, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = tmp_path / "new" / "home"
        done = run("connect", "hub", seat.url, home=home, env={"HANDOFF_TOKEN": TOKEN})
        assert done.code == 0, done.err
        run("accept", "lead-1", "--wait", "0", home=home)
        run("outbox", "export", str(home / "unsent.json"), home=home)
        run("sync", home=home)
        with Terminal(PROGRAM, env=environment(home)) as terminal:
            terminal.wait_for("connected")
            terminal.send("q")
            terminal.wait_exit()
    finally:
        os.umask(before)
    found = {path.relative_to(tmp_path): path.stat().st_mode & 0o777 for path in home.rglob("*")}
    assert len(found) >= 8
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}
    assert home.stat().st_mode & 0o777 == 0o700


URLS = {
    "https://good.example.com/1": True,
    "http://good.example.com/2": True,
    "mailto:ana@example.com": True,
    "tel:+15550100": True,
    "file:///etc/passwd": False,
    "javascript:alert(1)": False,
    "data:text/html,x": False,
    "vbscript:x": False,
    "--version": False,
    "ssh://good.example.com": False,
    "https://": False,
}


def test_only_pages_addresses_and_numbers_are_handed_to_the_system(tmp_path: Path) -> None:
    texts = Texts()
    leads = [hostile_lead(texts, number, url=url) for number, url in enumerate(URLS)]
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {opened}\n')
    browser.chmod(0o755)
    with serving(HostileHub(texts, leads)) as url:
        seat = Seat(tmp_path / "home", HostileHub(texts, leads), texts, url)
        assert b"Connected" in seat.say("connect", "hub", url)
        with seat.open(BROWSER=str(browser)) as terminal:
            terminal.wait_for(texts.places["lead0.contact.name"])
            for number, (address, good) in enumerate(URLS.items()):
                terminal.wait_for(texts.places[f"lead{number}.message"])
                terminal.send("o")
                if good:
                    terminal.wait_for(f"Opened {address}")
                else:
                    terminal.wait_for("is not one that Handoff opens")
                terminal.send("j")
            terminal.send("q")
            terminal.wait_exit()
    assert opened.read_text().split() == [address for address, good in URLS.items() if good]
