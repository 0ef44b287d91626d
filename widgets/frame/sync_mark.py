"""How the line to the CRM stands, in a sign and words."""

from datetime import datetime, timedelta

from widgets.basis.runs import Line


def since_words(since: datetime, now: datetime) -> str:
    """Return the local time of day, or the date when that was more than a day ago."""
    local = since.astimezone()
    return f"{local:%H:%M}" if now - since < timedelta(days=1) else f"{local:%Y-%m-%d}"


def sync_mark(
    connected: bool | None,
    since: datetime | None,
    now: datetime,
    *,
    live: bool = False,
    signed_out: bool = False,
    elsewhere: bool = False,
    pending: int = 0,
    needing: int = 0,
) -> Line:
    """Return the mark: whether we are connected, what was not sent yet, and how many acts need the person.

    `elsewhere`: this window does not talk to the CRM itself. A word stands beside every sign, so that nothing is said
    by colour or shape alone.
    """
    if signed_out:
        line: Line = (("○ ", "alarm"), ("signed out", "alarm"))
    elif connected:
        line = (("● ", "accent"), ("live" if live else "connected", ""))
    elif connected is None and since and not elsewhere:
        line = (("○ ", "accent"), (f"no answer since {since_words(since, now)}", ""))
    elif connected is None:
        line = (("○ ", "dim"), ("not syncing here" if elsewhere else "connecting", "dim"))
    else:
        words = f"offline since {since_words(since, now)}" if since else "offline"
        line = (("○ ", "accent"), (words, ""))
    if pending:
        line += ((f" · {pending} pending", "dim"),)
    if needing:
        needs = "needs" if needing == 1 else "need"
        line += ((f" · {needing} {needs} you", "alarm"),)
    return line
