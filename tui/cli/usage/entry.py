"""What an entry of the command line is, and what several of them say alike."""

import argparse
from collections.abc import Callable

import msgspec

from tui.commands import COMMANDS

OUTCOMES = """\
--json: {"outcomes": [{"id", "lead", "result", "sentence", "operation"}], "pending": N}
result is applied, already, agreed, taken, conflict, refused, pending (saved, not yet sent), taken back, done again,
settled (on this machine, nothing is sent for it) or failed.
"""


class Entry(msgspec.Struct, frozen=True):
    """One command: its name, who runs it, what it is for, its arguments, and the shape of its JSON."""

    name: str
    module: str
    function: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    shape: str = ""


class Group(msgspec.Struct, frozen=True):
    """The first word of commands that have two; where it may stand `alone`, it means the first of them."""

    help: str
    metavar: str
    alone: bool = False


def help_of(name: str) -> str:
    """Return what the registry says of a command that has a key too."""
    return next(one.help for one in COMMANDS if one.cli.partition(" ")[0] == name)
