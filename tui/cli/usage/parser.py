"""Reads what was typed; who carries a command out is only named here, and imported when it is chosen."""

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from tui.cli.errors import Usage
from tui.cli.usage.entries import ENTRIES, GROUPS
from tui.cli.usage.entry import Entry

EPILOG = """\
Without a command, Handoff opens on the CRM it is connected to.

exit codes: 0 done, 1 failed, 2 wrong use, 3 saved but not yet sent, 4 conflict or refused
Data goes to stdout, talk to stderr. --json prints one document; each command's --help shows its shape.
environment: HANDOFF_HOME (folder for everything), HANDOFF_TOKEN (used instead of the kept token),
HANDOFF_KEYRING (off: the token goes into a file that only you can read), HANDOFF_DB (database for serve and user),
NO_COLOR
"""

_FILTERING = frozenset({"list", "next", "views"})
_NEGATED = re.compile(r"-[^-\s].")
"""One dash and two characters at least: no command that filters has such an option."""


class Parser(argparse.ArgumentParser):
    """Complains by raising `Usage`, so that every complaint looks alike."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            Usage: always.
        """
        raise Usage(f"{_plain(message)} {self.prog} --help shows how it is used.")


def parse(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Read `arguments`; None when they only asked for help, which is then printed.

    Raises:
        Usage: they make no sense.
    """
    word = next((word for word in arguments if not word.startswith("-")), "")
    if word:
        _check_known(word)
    # What stands before the command, --help say, is about all commands.
    only = word if arguments[:1] == [word] else ""
    try:
        return _parser(only).parse_args(_pieces(arguments) if only in _FILTERING else arguments)
    except SystemExit:
        return None


def _pieces(arguments: Sequence[str]) -> list[str]:
    """Let pieces of a filter that are turned round, ``-reason:other`` say, be no options: a blank before them helps."""
    return [f" {word}" if _NEGATED.match(word) else word for word in arguments]


def _check_known(name: str) -> None:
    names = list(dict.fromkeys(_head(entry) for entry in ENTRIES))
    if name in names:
        return
    import difflib

    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise Usage(f"There is no command “{name}”.{hint} handoff --help lists them.")


def _plain(message: str) -> str:
    """Turn argparse's complaint into a sentence."""
    required = "the following arguments are required: "
    if message.startswith(required):
        return f"{message.removeprefix(required)} is missing."
    if message.startswith("unrecognized arguments: "):
        return f"“{message.removeprefix('unrecognized arguments: ')}” is not understood."
    if message.startswith("argument "):
        name, _, rest = message.removeprefix("argument ").partition(": ")
        return f"{name}: {rest.rstrip('.')}."
    return message[:1].upper() + message[1:].rstrip(".") + "."


def _head(entry: Entry) -> str:
    return entry.name.partition(" ")[0]


def _parser(only: str) -> Parser:
    """Return what understands the commands whose first word is `only`, or all of them where it is empty."""
    parser = Parser(
        prog="handoff",
        description="Marketing hands leads over, sales decides them, both see why.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version and stop")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.set_defaults(module="opening", function="say_version", json=False)
    groups = parser.add_subparsers(title="commands", metavar="COMMAND")
    nested = {name: _group(groups, name) for name in GROUPS if only in ("", name)}
    for entry in ENTRIES:
        head, _, tail = entry.name.partition(" ")
        if only not in ("", head):
            continue
        into, name = (nested[head], tail) if tail else (groups, head)
        made = into.add_parser(
            name,
            help=entry.help,
            description=entry.help,
            epilog=entry.shape,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        entry.arguments(made)
        _finish(made, entry)
    return parser


def _group(groups: "argparse._SubParsersAction[Parser]", name: str) -> "argparse._SubParsersAction[Parser]":
    """Make a command of several words; one that stands alone too means the first of them."""
    group = GROUPS[name]
    made = groups.add_parser(name, help=group.help, description=group.help, allow_abbrev=False)
    alone = next((entry for entry in ENTRIES if group.alone and entry.name.startswith(f"{name} ")), None)
    if alone is not None:
        _finish(made, alone)
    return made.add_subparsers(title="what", metavar=group.metavar, required=alone is None)


def _finish(parser: argparse.ArgumentParser, entry: Entry) -> None:
    if entry.shape:
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error"
    )
    parser.set_defaults(module=entry.module, function=entry.function, json=False)
