"""Joining a CRM: the address, the token, and the first fetch."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.cli.commands.syncing import note_skew
from tui.cli.errors import Failed, NotAllowed, Usage
from tui.cli.output import DONE, Output, words
from tui.cli.workplace import profile, who

if TYPE_CHECKING:
    from api.crm.port import Identity
    from api.local.profile import Profile

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANSWER_LIMIT = 30.0
"""Seconds that a hub has to say whose token it is."""


def connect_hub(options: argparse.Namespace, output: Output) -> int:
    """Join the hub at a URL: check the token, keep both, fetch the leads."""
    url = address(options.url, insecure=options.insecure)
    place = profile()
    _nothing_unsent(place, url)
    identity, kept = join(place, url, _token(url))
    output.line(f"Connected to {url} as {who(identity.person)}.")
    output.line(kept)
    note_skew(output, identity.at, datetime.now(UTC))
    leads = _first_fetch(place, output)
    output.document({"person": identity.person, "url": url, "token_kept": kept, "leads": leads})
    return DONE


class PlainHttp(Usage):
    """The address would show the token to everybody on the way."""


def join(
    place: "Profile",
    url: str,
    token: str,
    seconds: float = ANSWER_LIMIT,
    wanted: Callable[[], bool] = lambda: True,
) -> "tuple[Identity, str]":
    """Ask the hub whose token this is and keep both in the profile; return the answer and where the token is.

    `wanted` is asked once the hub has answered: whoever went away meanwhile is not joined.

    Raises:
        HandoffError: the hub can't be reached, is none, does not know the token, or decisions of another account are
            not sent yet; nothing was changed.
    """
    _nothing_unsent(place, url)
    identity = ask_who(url, token, seconds)
    _nothing_unsent(place, url, identity.person.id)
    if not wanted():
        raise Failed("It was called off; nothing was changed.")
    return identity, keep(place, url, token, identity)


def ask_who(url: str, token: str, seconds: float = ANSWER_LIMIT) -> "Identity":
    """Ask the hub whose token this is.

    Raises:
        HandoffError: it can't be reached, is no hub, or does not know the token.
    """
    from tui.cli.exchange import hub_at, talk

    try:
        return talk(hub_at(url, token), lambda crm: crm.whoami(), seconds)
    except TimeoutError:
        raise Failed(f"{url} did not answer within {seconds:.0f} s.") from None


def keep(place: "Profile", url: str, token: str, identity: "Identity") -> str:
    """Keep the connection and the token in the profile; return where the token is."""
    from api.local.credentials import save_token
    from api.local.profile import Connection

    kept = save_token(place, url, token)
    place.save_connection(Connection(url=url, person=identity.person, epoch=identity.epoch))
    return kept


def address(text: str, *, insecure: bool) -> str:
    """Return the hub's address in its one spelling.

    Raises:
        Usage: it is none, carries a user name or password, or is plain http to another machine.
    """
    written = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise Usage(f"“{text}” is not the address of a hub; one looks like https://handoff.example.com.") from None
    name = parts.hostname or ""
    # A lone word is more likely a slip than a machine; with https:// before it, it is taken at its word.
    lone = written != text and port is None and not set(".:") & set(name) and name != "localhost"
    if parts.scheme not in ("http", "https") or not name or lone or parts.query or parts.fragment:
        raise Usage(f"“{text}” is not the address of a hub; one looks like https://handoff.example.com.")
    if parts.username or parts.password:
        raise Usage("The address carries a user name or password: leave it out, the token is asked for.")
    if parts.scheme == "http" and name not in _LOOPBACK and not insecure:
        raise PlainHttp(
            f"Plain http would show the token to everybody between here and {name}: use https, or say --insecure."
        )
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _nothing_unsent(place: "Profile", url: str, person_id: str = "") -> None:
    """Refuse to change the hub or the person while decisions are unsent: they would go nowhere, or in a wrong name.

    Raises:
        NotAllowed: there are such decisions.
    """
    connection = place.connection()
    if connection is not None and connection.url == url and person_id in ("", connection.person.id):
        return
    if connection is None and not person_id:
        return
    from api.local.outbox import Outbox

    pending = Outbox.open(place.outbox_path).pending()
    # Where the profile was lost, the decisions themselves say whose they are.
    others = [entry for entry in pending if connection is not None or entry.operation.actor != person_id]
    if others:
        whose = f"of {connection.person.name} for {connection.url}" if connection else "of somebody else"
        raise NotAllowed(
            f"{words(len(others), 'decision')} {whose} not sent yet: "
            "“handoff sync” sends, “handoff undo” takes back; or keep the other account elsewhere (HANDOFF_HOME)."
        )


def _token(url: str) -> str:
    given = os.environ.get("HANDOFF_TOKEN", "").strip()
    if not given:
        if not sys.stdin.isatty():
            raise Usage("There is no terminal to ask for the token in: put it into HANDOFF_TOKEN.")
        from getpass import getpass

        given = getpass(f"Token for {url}: ").strip()
    return checked_token(given)


def checked_token(given: str) -> str:
    """Return the token, once it is clear that it can be one; raises `Usage`."""
    if not given:
        raise Usage("No token was given; a manager gets one with “handoff user token” or “handoff user add”.")
    if not given.isascii() or not given.isprintable() or " " in given:
        raise Usage("That is not a token: it holds characters that no token has.")
    return given


def _first_fetch(place: "Profile", output: Output) -> int:
    """Fetch the leads; that it fails is no reason to forget the connection."""
    from api.desk import Desk
    from tui.cli.exchange import exchange

    opened = Desk.open(place)
    output.note("Fetching the leads …")
    try:
        report, _ = exchange(opened)
        if report.problem is not None:
            output.note(f"{report.problem.sentence} “handoff sync” fetches the leads later.")
        leads = len(opened.rows())
        waiting = len(opened.queue())
        output.line(f"{words(leads, 'lead')} fetched, {waiting:,} waiting for you. “handoff” opens them.")
        return leads
    finally:
        opened.close()
