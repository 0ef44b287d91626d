"""Every command with its options and places, as the shells need to know them."""

import argparse
import re
from typing import Any

import msgspec

from tui.cli.usage.arguments import VIEWS, WAYS
from tui.cli.usage.entries import ENTRIES, GROUPS
from tui.cli.usage.entry import Entry

ASKED = {"ID": "lead", "OTHER": "lead", "CODE": "reason", "WHOM": "whom"}
"""Values that only the profile knows, by the word that stands for them in the usage."""
FILES = frozenset({"FILE"})
NOT_LEADS = frozenset({"user token", "user revoke"})
"""Commands whose ID is another than a lead's."""

_SAFE = re.compile(r"[A-Za-z0-9_.,|+-]+")


class Value(msgspec.Struct, frozen=True):
    """What may stand in a place: one of `words`, a file, what the profile knows as `kind`, or anything."""

    kind: str = ""
    """``file``, one of the kinds of `ASKED`, ``view``, or nothing."""
    words: tuple[str, ...] = ()


class Option(msgspec.Struct, frozen=True):
    """One option."""

    flags: tuple[str, ...]
    help: str
    value: Value | None
    """None for one that stands alone."""


class Use(msgspec.Struct, frozen=True):
    """One command: its words, what it is for, what it takes."""

    name: str
    help: str
    options: tuple[Option, ...]
    places: tuple[Value, ...]
    """What may stand where no option does, in order; the last one may be said again."""

    @property
    def place(self) -> Value:
        """What may stand without an option before it: all of its places together, since they may come in any number."""
        kind = next((value.kind for value in self.places if value.kind), "")
        return Value(kind, tuple(word for value in self.places for word in value.words))


class _Noting(argparse.ArgumentParser):
    """A parser that notes what is added to it."""

    def __init__(self) -> None:
        self.noted: list[argparse.Action] = []
        super().__init__(add_help=False)

    def add_argument(self, *arguments: Any, **named: Any) -> argparse.Action:
        """Add an argument, and note it."""
        action = super().add_argument(*arguments, **named)
        self.noted.append(action)
        return action


def uses() -> tuple[Use, ...]:
    """Return every command, in the order of the usage."""
    return tuple(_use(entry) for entry in ENTRIES)


def heads() -> dict[str, str]:
    """Return the first words with what they are for, each once."""
    found: dict[str, str] = {}
    for entry in ENTRIES:
        head = entry.name.partition(" ")[0]
        found.setdefault(head, GROUPS[head].help if head in GROUPS else entry.help)
    return found


def tails(head: str) -> dict[str, str]:
    """Return the second words of a command of two."""
    return {entry.name.partition(" ")[2]: entry.help for entry in ENTRIES if entry.name.startswith(f"{head} ")}


def _use(entry: Entry) -> Use:
    parser = _Noting()
    entry.arguments(parser)
    options = [_option(action) for action in parser.noted if action.option_strings]
    if entry.shape:
        options.append(Option(("--json",), "print one JSON document instead of text", None))
    options += [Option(("--debug",), "show the traceback of an error", None), Option(("--help", "-h"), "help", None)]
    places = tuple(_value(action, entry.name) for action in parser.noted if not action.option_strings)
    return Use(entry.name, entry.help, tuple(options), places)


def _option(action: argparse.Action) -> Option:
    alone = action.nargs == 0
    return Option(tuple(action.option_strings), action.help or "", None if alone else _value(action))


def _value(action: argparse.Action, command: str = "") -> Value:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if "--view" in action.option_strings:
        return Value("view", VIEWS)
    if action.choices is not None:
        # The empty one stands for leaving it out, and what a shell would have to be told twice is typed by hand.
        return Value(words=tuple(str(one) for one in action.choices if _SAFE.fullmatch(str(one))))
    if metavar == "WAY":
        return Value(words=WAYS)
    if metavar in FILES:
        return Value("file")
    return Value("" if command in NOT_LEADS else ASKED.get(metavar, ""))
