"""Every command with its arguments; who carries it out is named here and imported only when it is chosen."""

import argparse
import difflib
from collections.abc import Callable, Sequence
from typing import NoReturn

import msgspec

from tui.cli.errors import Usage
from tui.commands import COMMANDS

EPILOG = """\
Without a command, Handoff opens on the CRM it is connected to.

exit codes: 0 done, 1 failed, 2 wrong use, 3 saved but not yet sent, 4 conflict or refused
Data goes to stdout, talk to stderr. --json prints one document; each command's --help shows its shape.
environment: HANDOFF_HOME (folder for everything), HANDOFF_TOKEN (used instead of the kept token),
HANDOFF_KEYRING (off: the token goes into a file that only you can read), HANDOFF_DB (database for serve and user add),
NO_COLOR
"""

OUTCOMES = """\
--json: {"outcomes": [{"id", "lead", "result", "sentence", "operation"}], "pending": N}
result is applied, already, agreed, taken, conflict, refused, pending (saved, not yet sent), taken back or failed.
"""


class Entry(msgspec.Struct, frozen=True):
    """One command: its name, who runs it, what it is for, its arguments, and the shape of its JSON."""

    name: str
    module: str
    function: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    shape: str = ""


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
    _known_command(arguments)
    try:
        return _parser().parse_args(arguments)
    except SystemExit:
        return None


def _known_command(arguments: Sequence[str]) -> None:
    name = next((word for word in arguments if not word.startswith("-")), None)
    names = [entry.name for entry in ENTRIES] + ["connect", "user"]
    if name is None or name in names:
        return
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


def _parser() -> Parser:
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
    nested = {
        "connect": _nested(groups, "connect", "Join a CRM: “connect hub URL”.", "CRM"),
        "user": _nested(groups, "user", "Give somebody an account at the hub: “user add NAME”.", "WHAT"),
    }
    for entry in ENTRIES:
        head, _, tail = entry.name.partition(" ")
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
        if entry.shape:
            made.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        made.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error"
        )
        made.set_defaults(module=entry.module, function=entry.function, json=False)
    return parser


def _nested(
    groups: "argparse._SubParsersAction[Parser]", name: str, help_text: str, metavar: str
) -> "argparse._SubParsersAction[Parser]":
    made = groups.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
    return made.add_subparsers(title="what", metavar=metavar, required=True)


def _seconds(text: str) -> float:
    return _number(text, 3_600, "a number of seconds")


def _rate(text: str) -> float:
    return _number(text, 6_000, "a number")


def _number(text: str, most: int, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(f"“{text}” is not {what} from 0 to {most}")
    return number


def _whole(least: int, most: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number from {least} to {most}")

    return whole


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form NAME=VALUE")
    return key.strip(), value.strip()


def _map(text: str) -> str:
    _pair(text)
    return text


def _nothing(_: argparse.ArgumentParser) -> None:
    return None


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--earlier", action="store_true", help="where the last act can't be taken back, take back the newest that can"
    )
    _waiting(parser)


def _waiting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait for the CRM's answer after saving (2; 0 = do not talk to the CRM now)",
    )


def _accept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="a lead's id, or a beginning that only one lead has")
    parser.add_argument("--note", default="", metavar="TEXT", help="words for whoever comes next")
    _waiting(parser)


def _reject(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="a lead's id, or a beginning that only one lead has")
    parser.add_argument("--reason", required=True, metavar="CODE", help="why; “handoff reasons” lists the codes")
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        type=_pair,
        metavar="KEY=VALUE",
        help="an answer to what the reason asks for; may be repeated",
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="words for whoever comes next")
    _waiting(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="show only leads that carry these words")
    parser.add_argument("--all", action="store_true", help="also leads that are decided, or somebody else's")
    parser.add_argument("--limit", type=_whole(1, 1_000_000), metavar="N", help="show at most N leads")


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a lead's id, or a beginning that only one lead has")
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="how long to ask the CRM for a lead that is not known here (2; 0 = do not ask)",
    )


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a CSV file with a line of column names")
    parser.add_argument("--kind", choices=("leads", "campaigns", "touches", "outcomes"), default="leads")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_map,
        metavar="FIELD=COLUMN",
        help="take FIELD from COLUMN, e.g. lead.email=E-mail; may be repeated",
    )
    parser.add_argument("--dates", choices=("dmy", "mdy"), default="", help="whether 03/04/2018 is in April or March")
    parser.add_argument("--source", default="", metavar="NAME", help="name of where the leads come from")
    parser.add_argument("--apply", action="store_true", help="write it to the hub; without it nothing is written")


def _connect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="e.g. https://handoff.example.com")
    parser.add_argument("--insecure", action="store_true", help="allow plain http to another machine")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--leads", type=_whole(0, 200_000), default=600, metavar="N", help="how many leads (600)")
    parser.add_argument("--seed", type=_whole(0, 2**31), default=7, metavar="S", help="same seed, same leads (7)")
    parser.add_argument(
        "--arrivals", type=_rate, default=6.0, metavar="PER_MINUTE", help="new leads a minute (6; 0 = none)"
    )
    parser.add_argument("--port", type=_whole(0, 65_535), default=0, metavar="P", help="port (0 = any free one)")


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--db", metavar="URL", help="database: an SQLite file, or a URL (HANDOFF_DB, else hub.db in the profile)"
    )
    parser.add_argument("--listen", default="127.0.0.1:8700", metavar="HOST:PORT", help="where to listen (%(default)s)")
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
    parser.add_argument("--tls-key", metavar="FILE", help="its private key, PEM")
    parser.add_argument("--agreement", metavar="FILE", help="agreement to use, TOML; a changed file is a new version")


def _user_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as others see it")
    parser.add_argument("--role", required=True, choices=("rep", "marketer", "manager"))
    parser.add_argument("--team", default="", metavar="TEAM", help="leads of this team are theirs to take")
    parser.add_argument("--db", metavar="URL", help="the hub's database (as for “serve”)")


def _verb(name: str) -> str:
    """Return what the registry says of a command that has a key too."""
    return next(one.help for one in COMMANDS if one.cli.partition(" ")[0] == name)


ENTRIES: tuple[Entry, ...] = (
    Entry("demo", "demo", "run", "Try it: start a hub with sample leads that keep arriving, and open it.", _demo),
    Entry(
        "connect hub",
        "connecting",
        "connect_hub",
        "Join a Handoff hub; the token is asked for, or taken from HANDOFF_TOKEN.",
        _connect,
        '--json: {"person": {"id", "name", "role", "team", …}, "url", "token_kept": SENTENCE, "leads": N}',
    ),
    Entry("serve", "serving", "serve", "Run a hub: the CRM server for a team.", _serve),
    Entry(
        "user add",
        "serving",
        "add_user",
        "Add a person to the hub's database and print their token, once.",
        _user_add,
        '--json: {"person": {"id", "name", "role", "team", …}, "token"}',
    ),
    Entry(
        "list",
        "listing",
        "list_leads",
        "List what waits for a decision, what is due first on top.",
        _list,
        '--json: {"leads": [{"id", "title", "company", "state", "owner", "due_at", "handed_at", "fit", "engagement",\n'
        '         "campaign", "origin", "pass", "mark", "reason", "snoozed_until"}], "shown": N, "total": N}',
    ),
    Entry(
        "show",
        "listing",
        "show_lead",
        "Show one lead whole: why it was sent, what it was told, its campaign, its story.",
        _show,
        '--json: {"lead": {…}, "criteria": [{"label", "met", "evidence"}], "campaign": {…} or null, "owner",\n'
        '         "unsettled": [{"lead", "title", "verb", "reason", "result", "sentence"}]}',
    ),
    Entry("accept", "deciding", "accept", _verb("accept"), _accept, OUTCOMES),
    Entry("reject", "deciding", "reject", _verb("reject"), _reject, OUTCOMES),
    Entry("undo", "deciding", "undo", _verb("undo"), _undo, OUTCOMES),
    Entry(
        "reasons",
        "listing",
        "list_reasons",
        "List the agreed reasons and what each asks for.",
        _nothing,
        '--json: {"agreement": VERSION, "reasons": [{"code", "label", "sentence", "moment", "asks": [{"key", "label",\n'
        '         "kind", "options", "word", "required", "prefilled"}]}]}',
    ),
    Entry(
        "sync",
        "syncing",
        "sync",
        _verb("sync"),
        _nothing,
        '--json: {"pulled": N, "sent": N, "pending": N, "elsewhere": BOOL, "problem": SENTENCE or null,\n'
        '         "outcomes": [{"operation", "result", "sentence"}]}',
    ),
    Entry(
        "status",
        "syncing",
        "status",
        "Say who you are, where you are connected, and what is not sent yet.",
        _nothing,
        '--json: {"connected_to": URL or null, "person": {…} or null, "leads": N, "waiting": N, "pending": N,\n'
        '         "oldest_pending": TIME or null, "conflicts": N, "refused": N, "last_exchange": TIME or null,\n'
        '         "unsettled": [{"lead", "title", "verb", "reason", "result", "sentence"}],\n'
        '         "agreement": VERSION, "message": SENTENCE, "warnings": [SENTENCE]}',
    ),
    Entry(
        "import",
        "importing",
        "import_file",
        "Read a CSV file and hand its leads over; shows what was understood first.",
        _import,
        '--json: {"kind", "file", "source", "applied": BOOL, "columns": {FIELD: COLUMN}, "ignored": [COLUMN],\n'
        '         "read": N, "created": N, "updated": N, "unchanged": N, "notes": [SENTENCE],\n'
        '         "rejected": [{"line", "field", "sentence"}], "remarks": [{"line", "sentence"}]}',
    ),
)
