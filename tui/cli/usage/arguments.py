"""What stands behind the commands: their arguments, each read into what it means or refused in a sentence."""

import argparse
from collections.abc import Callable

WAYS = ("yield", "insist", "reroute", "ask", "retry", "edit", "discard", "hand-over", "keep", "reconsider")
"""What can be done about something that needs the person; the last takes a yield or a discard back."""


VIEWS = ("mine", "team", "snoozed", "attempts", "done", "all")
"""The views that always are there, as `api.rules.queue.View` has them."""
ORDERS = ("due", "waiting", "score", "campaign")
"""The orders, as `api.rules.queue.Order` has them."""


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


def pair(text: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``.

    Raises:
        argparse.ArgumentTypeError: it is not of that form.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form NAME=VALUE")
    return key.strip(), value.strip()


def _mapping(text: str) -> str:
    pair(text)
    return text


def _way(text: str) -> str:
    name = text.strip().casefold().replace("_", "-")
    if name in WAYS:
        return name
    raise argparse.ArgumentTypeError(
        f"“{text}” is no way to settle it; it comes last, and there are: {', '.join(WAYS)}"
    )


def nothing(_: argparse.ArgumentParser) -> None:
    """Add nothing."""


def undo(parser: argparse.ArgumentParser) -> None:
    """Add what undo takes."""
    parser.add_argument(
        "--earlier", action="store_true", help="where the last act can't be taken back, take back the newest that can"
    )
    waiting(parser)


def waiting(parser: argparse.ArgumentParser) -> None:
    """Add how long to wait for the CRM."""
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="how long to wait for the CRM's answer after saving (2; 0 = do not talk to the CRM now)",
    )


def leads(parser: argparse.ArgumentParser) -> None:
    """Add which leads are meant."""
    parser.add_argument(
        "ids",
        nargs="+",
        metavar="ID",
        help="a lead's id, or a beginning that only one lead has; - reads ids from stdin, the first word of each line",
    )


def ask(parser: argparse.ArgumentParser) -> None:
    """Add what asking for a lead takes."""
    leads(parser)
    parser.add_argument("--text", default="", metavar="TEXT", help="words for whoever has it")
    waiting(parser)


def answers(parser: argparse.ArgumentParser, text: str) -> None:
    """Add answers to what a reason asks for."""
    parser.add_argument("--answer", action="append", default=[], type=pair, metavar="KEY=VALUE", help=text)


def resolve(parser: argparse.ArgumentParser) -> None:
    """Add what settles something, and how."""
    parser.add_argument(
        "ids",
        nargs="+",
        metavar="ID",
        help="what “handoff conflicts” shows, a beginning that only one has, or the lead's id when one matter is on it",
    )
    parser.add_argument("way", type=_way, metavar="WAY", help=f"one of {', '.join(WAYS)}")
    parser.add_argument("--to", default="", metavar="WHOM", help="reroute: person:ID, team:NAME, or a person's name")
    parser.add_argument("--reason", default="", metavar="CODE", help="edit: the reason that is given instead")
    answers(parser, "edit: an answer that is given instead; may be repeated")
    parser.add_argument("--note", metavar="TEXT", help="edit: the words that are given instead")
    parser.add_argument("--text", default="", metavar="TEXT", help="words for whoever reads it, for a way that is sent")
    waiting(parser)


def log(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the log."""
    parser.add_argument("--lead", default="", metavar="ID", help="only this lead: its id, or a beginning of it")
    parser.add_argument("--limit", type=_whole(1, 1_000_000), metavar="N", help="show the newest N only")


def export(parser: argparse.ArgumentParser) -> None:
    """Add where exported decisions go."""
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="a new file; - or nothing is stdout")
    parser.add_argument("--force", action="store_true", help="write over a file that is there already")


def take_in(parser: argparse.ArgumentParser) -> None:
    """Add where exported decisions come from."""
    parser.add_argument("file", metavar="FILE", help="what “handoff outbox export” wrote; - is stdin")


def on_top(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the queue whose top is shown."""
    parser.add_argument("text", nargs="*", metavar="FILTER", help="the next of the leads that match, as for “list”")
    parser.add_argument(
        "--once", action="store_true", help="show it without asking what is to be done, at a terminal too"
    )
    waiting(parser)


def listing(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the queue, and how it is printed."""
    parser.add_argument(
        "text",
        nargs="*",
        metavar="FILTER",
        help="show only leads that match: words, campaign:fair, due:<1h, -reason:other",
    )
    parser.add_argument(
        "--view", default="", metavar="NAME", help=f"which list: {', '.join(VIEWS)}, or one of your own (mine)"
    )
    parser.add_argument("--all", action="store_true", help="the same as --view all")
    parser.add_argument("--sort", default="", choices=("", *ORDERS), metavar="ORDER", help=", ".join(ORDERS))
    parser.add_argument("--limit", type=_whole(1, 1_000_000), metavar="N", help="show at most N leads")
    parser.add_argument("--columns", default="", metavar="A,B", help="which columns, in this order; see below")
    parser.add_argument("--no-header", action="store_true", help="leave the line of headings out")
    parser.add_argument("--tsv", action="store_true", help="exact values with a tab between them, for other programs")


def keep_view(parser: argparse.ArgumentParser) -> None:
    """Add what a view is to show."""
    parser.add_argument("name", metavar="NAME", help="what it is called")
    parser.add_argument("text", nargs="*", metavar="FILTER", help="what its leads match, as for “list”")
    parser.add_argument("--view", default="mine", choices=VIEWS, metavar="VIEW", help=f"of which: {', '.join(VIEWS)}")
    parser.add_argument("--sort", default="due", choices=ORDERS, metavar="ORDER", help=", ".join(ORDERS))


def drop_view(parser: argparse.ArgumentParser) -> None:
    """Add which view is dropped."""
    parser.add_argument("name", metavar="NAME", help="what it is called")


def watching(parser: argparse.ArgumentParser) -> None:
    """Add what is watched for."""
    parser.add_argument(
        "--since", default="", metavar="WHEN", help="first what has happened since: 2h, 9:00, yesterday, 2026-11-20"
    )
    parser.add_argument(
        "--soon", type=_whole(1, 10_080), default=60, metavar="MINUTES", help="how soon is due soon (60)"
    )


def show(parser: argparse.ArgumentParser) -> None:
    """Add which lead to show."""
    parser.add_argument("id", metavar="ID", help="a lead's id, or a beginning that only one lead has")
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="how long to ask the CRM for a lead that is not known here (2; 0 = do not ask)",
    )


def import_file(parser: argparse.ArgumentParser) -> None:
    """Add what reading a file takes."""
    parser.add_argument("file", metavar="FILE", help="a CSV file with a line of column names")
    parser.add_argument("--kind", choices=("leads", "campaigns", "touches", "outcomes"), default="leads")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_mapping,
        metavar="FIELD=COLUMN",
        help="take FIELD from COLUMN, e.g. lead.email=E-mail; may be repeated",
    )
    parser.add_argument("--dates", choices=("dmy", "mdy"), default="", help="whether 03/04/2018 is in April or March")
    parser.add_argument("--source", default="", metavar="NAME", help="name of where the leads come from")
    parser.add_argument("--apply", action="store_true", help="write it to the hub; without it nothing is written")


def connect(parser: argparse.ArgumentParser) -> None:
    """Add what joining a hub takes."""
    parser.add_argument("url", metavar="URL", help="e.g. https://handoff.example.com")
    parser.add_argument("--insecure", action="store_true", help="allow plain http to another machine")


def demo(parser: argparse.ArgumentParser) -> None:
    """Add how the demo is to be."""
    parser.add_argument("--leads", type=_whole(0, 200_000), default=600, metavar="N", help="how many leads (600)")
    parser.add_argument("--seed", type=_whole(0, 2**31), default=7, metavar="S", help="same seed, same leads (7)")
    parser.add_argument(
        "--arrivals", type=_rate, default=6.0, metavar="PER_MINUTE", help="new leads a minute (6; 0 = none)"
    )
    parser.add_argument("--port", type=_whole(0, 65_535), default=0, metavar="P", help="port (0 = any free one)")


def serve(parser: argparse.ArgumentParser) -> None:
    """Add how the hub is to run."""
    parser.add_argument(
        "--db", metavar="URL", help="database: an SQLite file, or a URL (HANDOFF_DB, else hub.db in the profile)"
    )
    parser.add_argument("--listen", default="127.0.0.1:8700", metavar="HOST:PORT", help="where to listen (%(default)s)")
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
    parser.add_argument("--tls-key", metavar="FILE", help="its private key, PEM")
    parser.add_argument("--agreement", metavar="FILE", help="agreement to use, TOML; a changed file is a new version")


def user_tokens(parser: argparse.ArgumentParser) -> None:
    """Add whose tokens are meant."""
    parser.add_argument("id", metavar="ID", help="the person's id, as “user add” said it")
    parser.add_argument("--db", metavar="URL", help="the hub's database (as for “serve”)")


def user_add(parser: argparse.ArgumentParser) -> None:
    """Add who is to get an account."""
    parser.add_argument("name", metavar="NAME", help="as others see it")
    parser.add_argument("--role", required=True, choices=("rep", "marketer", "manager"))
    parser.add_argument("--team", default="", metavar="TEAM", help="leads of this team are theirs to take")
    parser.add_argument("--db", metavar="URL", help="the hub's database (as for “serve”)")
