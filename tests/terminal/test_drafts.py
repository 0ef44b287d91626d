"""Killed in the middle of a sentence: the next start offers what was typed."""

import os
import signal
from pathlib import Path

from tests.running_hub import eventually
from tests.terminal.test_pseudo_terminal import home, opened

__all__ = ["home"]


def test_a_kill_in_the_middle_of_typing_costs_no_more_than_the_last_moment(home: Path) -> None:
    drafts = home / "drafts.json"
    with opened(home) as terminal:
        terminal.wait_for("Ana Example")
        terminal.send("r")
        terminal.wait_for("Not our target")
        terminal.send("o")
        terminal.wait_for("What is it")
        terminal.send("they sell ovens")
        eventually(lambda: drafts.exists() and "they sell ovens" in drafts.read_text(), "the draft is on the disk")
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_exit(10)
    assert drafts.stat().st_mode & 0o077 == 0
    with opened(home) as terminal:
        terminal.wait_for("Ana Example")
        terminal.send("r")
        terminal.wait_for("draft from")
        terminal.send("o")
        terminal.wait_for("they sell ovens")
        terminal.send(" themselves\r")
        terminal.wait_for("Rejected Ana Example")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert not drafts.exists()
