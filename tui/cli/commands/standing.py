"""How things stand, from what this machine knows; asks nobody."""

import argparse
from typing import TYPE_CHECKING, Any

from tui.cli.commands.outbox import print_unsent, unsent_data
from tui.cli.commands.showing import unsettled_data
from tui.cli.matters import brief, matters, shown_ids
from tui.cli.output import DONE, Output, words
from tui.cli.workplace import NOT_CONNECTED, at_the_desk, profile, shortcomings, signed_out, who

if TYPE_CHECKING:
    from api.desk import Desk, Status, Waiting
    from tui.cli.matters import Matter

SHOWN = 10
"""Unsent decisions, and matters, that the text lists at most; JSON lists all."""


def status(options: argparse.Namespace, output: Output) -> int:
    """Say who and where you are, how the line stands, what is not sent yet and what needs you."""
    if profile().connection() is not None:
        return _status(options, output)
    output.document(_nowhere())
    output.line(NOT_CONNECTED)
    return DONE


@at_the_desk
def _status(opened: "Desk", _options: argparse.Namespace, output: Output) -> int:
    connection = opened.profile.connection()
    url = connection.url if connection is not None else ""
    # Looking for wishes is what makes them known, so the count comes after.
    found, unsent, now = matters(opened), opened.waiting(), opened.status()
    waiting, cannot, closed = len(opened.queue()), shortcomings(), signed_out(opened)
    output.document(
        {
            "connected_to": url,
            "person": opened.me,
            "leads": len(opened.rows()),
            "waiting": waiting,
            "line": _line_data(now, closed=bool(closed)),
            "last_exchange": now.last_exchange,
            "pending": now.pending,
            "oldest_pending": now.oldest,
            "unsent": [unsent_data(one) for one in unsent],
            "conflicts": now.conflicts,
            "refused": now.refused,
            "overturned": now.overturned,
            "wishes": now.wishes,
            "matters": found,
            "unsettled": [unsettled_data(one) for one in opened.unsettled()],
            "agreement": opened.agreement.version,
            "message": closed or now.message,
            "cannot": cannot,
            "warnings": opened.warnings,
        }
    )
    from api.rules.wording import relative

    output.line(f"{who(opened.me)}, at {url}")
    exchanged = f"; last exchange {relative(now.last_exchange, opened.now())}" if now.last_exchange else ""
    output.line(f"{words(waiting, 'lead')} waiting for you, {len(opened.rows()):,} known{exchanged}")
    for line in [closed] if closed else _line_words(opened, now):
        output.line(line)
    _unsent(output, opened, now, unsent)
    _matters(output, now, found)
    for sentence in cannot:
        output.line(sentence)
    return DONE


def _nowhere() -> dict[str, Any]:
    nobody: dict[str, Any] = dict.fromkeys(("connected_to", "person", "line", "last_exchange", "oldest_pending"))
    nobody |= dict.fromkeys(("leads", "waiting", "pending", "conflicts", "refused", "overturned", "wishes"), 0)
    return nobody | {key: [] for key in ("unsent", "matters", "unsettled", "cannot", "warnings")} | {"message": ""}


def _line_data(now: "Status", *, closed: bool) -> dict[str, Any]:
    return {
        "connected": now.connected,
        "since": now.since,
        "signed_out": closed,
        "live": now.live,
        "elsewhere": now.elsewhere,
        "failures": now.failures,
        "next_try": now.next_try,
    }


def _line_words(opened: "Desk", now: "Status") -> list[str]:
    """Return how the line stands; nothing where all is well and nobody holds it."""
    from api.rules.wording import relative

    said = []
    since = f" since {relative(now.since, opened.now())}" if now.since is not None else ""
    if now.connected:
        said.append("A window of this profile is connected" + (", and told of changes at once" if now.live else ""))
    elif now.connected is False:
        said.append(f"The CRM can't be reached{since}")
    elif now.elsewhere:
        said.append("A window of this profile talks to the CRM")
    if now.failures:
        again = f"; next try {relative(now.next_try, opened.now())}" if now.next_try is not None else ""
        many = f"{now.failures:,} attempts" if now.failures > 1 else "attempt"
        said.append(f"The last {many} to reach the CRM failed{again}")
    return [*said, now.message] if now.message else said


def _unsent(output: Output, opened: "Desk", now: "Status", unsent: "tuple[Waiting, ...]") -> None:
    from api.rules.wording import relative

    if not now.pending:
        return
    since = f", the oldest {relative(now.oldest, opened.now())}" if now.oldest else ""
    output.line(f"{words(now.pending, 'decision')} not sent yet{since}")
    print_unsent(output, opened, unsent[:SHOWN])
    if len(unsent) > SHOWN:
        output.line(f"… {len(unsent) - SHOWN:,} more: handoff outbox")


def _matters(output: Output, now: "Status", found: "list[Matter]") -> None:
    if not found:
        return
    counted = (
        (now.conflicts, "conflict", ""),
        (now.overturned, "overturned", "overturned"),
        (now.refused, "refused", "refused"),
        (now.wishes, "wish", "wishes"),
    )
    output.line(", ".join(words(number, one, many) for number, one, many in counted if number) + " for you to settle")
    short = shown_ids([one.id for one in found])
    for one in found[:SHOWN]:
        output.line(f"  {brief(short[one.id], one)}")
    more = f"… {len(found) - SHOWN:,} more; " if len(found) > SHOWN else ""
    output.line(f"  {more}“handoff conflicts” shows both sides")
