"""The one registry of what can be done: keys, footer, palette, help and the command line all read it."""

from collections.abc import Iterator

from tui.commands.command import Command, key_words
from tui.commands.program import PROGRAM
from tui.commands.sync import SYNC
from tui.commands.triage import TRIAGE

__all__ = ["COMMANDS", "Command", "command", "commands_for", "commands_in", "groups", "key_words", "shown"]

COMMANDS: tuple[Command, ...] = (*TRIAGE, *SYNC, *PROGRAM)
"""Every command, in the order in which footer, palette and help show them."""


_BY_ID = {command.id: command for command in COMMANDS}


def command(command_id: str) -> Command:
    """Return the command with this id.

    Raises:
        KeyError: there is no such command.
    """
    return _BY_ID[command_id]


def commands_for(target: str) -> Iterator[Command]:
    """Yield the commands that `target` (``app`` or an area) carries out."""
    return (one for one in COMMANDS if one.target == target)


def commands_in(area: str) -> Iterator[Command]:
    """Yield the commands that there are while the screen of `area` is on top, in order."""
    return (one for one in COMMANDS if one.target in (area, "app"))


def shown(area: str) -> Iterator[Command]:
    """Yield the commands of the footer on the screen of `area`, in order."""
    return (one for one in commands_in(area) if one.shown)


def groups(area: str) -> dict[str, list[Command]]:
    """Return the commands of an area by heading, in the order of the registry."""
    grouped: dict[str, list[Command]] = {}
    for one in commands_in(area):
        grouped.setdefault(one.group, []).append(one)
    return grouped
