"""What the guide to the command line tells people to type is understood, and names every command of a lead's life."""

import re
import shlex
from pathlib import Path

from tui.cli.queue.columns import COLUMNS
from tui.cli.usage.entries import ENTRIES
from tui.cli.usage.parser import parse

TEXT = (Path(__file__).parents[2] / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
WRITTEN = [*re.findall(r"`(handoff [^`]+)`", TEXT), *(line for line in LINES if line.startswith("handoff "))]
COMMANDS = [one.strip() for line in WRITTEN for one in re.split(r" \| | \|\| | > ", line) if one.startswith("handoff ")]


def test_every_command_is_understood() -> None:
    assert len(COMMANDS) > 40
    for command in COMMANDS:
        # A placeholder for a way to settle something is none.
        words = shlex.split(command.replace("WAY", "yield"))[1:]
        if "--help" not in words:
            assert parse(words) is not None, command


def test_every_command_of_a_leads_life_has_an_example() -> None:
    elsewhere = {
        "connecting",
        "serving",
        "importing",
        "demo",
        "configuring",
        "doctor",
        "completing",
        "outbox",
        "opening",
    }
    names = {entry.name.split()[0] for entry in ENTRIES if entry.module not in elsewhere}
    assert names - {command.split()[1] for command in COMMANDS} <= {"config"}


def test_every_column_is_documented() -> None:
    section = TEXT.partition("## Columns")[2].partition("\n## ")[0]
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == COLUMNS.keys()
