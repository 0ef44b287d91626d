"""How the line to the CRM stands, in plain words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.rules.wording import grouped, relative, span
from widgets.frame.sync_mark import since_words
from widgets.matters.line_panel import LineState

if TYPE_CHECKING:
    from api.crm.port import Capabilities
    from api.desk.news import Status
    from tui.settings.keymap import KeyHint

_KEPT = "What you decide is kept here."


def line_state(
    status: "Status",
    now: datetime,
    *,
    capabilities: "Capabilities | None" = None,
    problem: str = "",
    warnings: Sequence[str] = (),
    hint: "KeyHint | None" = None,
) -> LineState:
    """Return what to say; `problem`: why no line could be opened at all, `warnings`: damage found on the disk."""
    takes = hint("app.sign_in", "takes a new token. ") if hint is not None else ""
    sign, sentence = _sentence(status, now, problem, takes)
    odd = (status.message,) if status.connected and status.message else ()
    return LineState(
        sign=sign,
        sentence=sentence,
        facts=tuple(_facts(status, now)),
        lacks=lacks(capabilities),
        alarms=(*odd, *warnings[:2]),
        alarming=status.signed_out or bool(problem),
    )


def _sentence(status: "Status", now: datetime, problem: str, takes: str) -> tuple[str, str]:
    elsewhere = "Another window of this profile talks to the CRM" if status.elsewhere else ""
    message = status.message
    if status.signed_out:
        return "○", f"Signed out. {message or 'The token is not accepted any more.'} {takes}{_KEPT}"
    if problem:
        return "○", f"{problem} {_KEPT}"
    if status.connected:
        how = "changes arrive live" if status.live else "the CRM is asked for changes now and then"
        return "●", f"{elsewhere}; it is connected." if elsewhere else f"Connected; {how}."
    if status.connected is None and elsewhere:
        return "○", f"{elsewhere}; both see what either does."
    if status.connected is None:
        return "○", message or "Asking the CRM…"
    since = f" since {since_words(status.since, now)}" if status.since is not None else ""
    why = f": {message}" if message else "."
    return "○", f"Offline{since}{why}"


def _facts(status: "Status", now: datetime) -> Iterator[str]:
    if status.last_exchange is not None:
        yield f"last exchange {relative(status.last_exchange, now)}"
    else:
        yield "nothing was exchanged yet"
    if status.failures:
        times = "attempt" if status.failures == 1 else "attempts"
        yield f"{grouped(status.failures)} {times} failed"
    if status.next_try is not None and not status.connected:
        yield f"next try in {span(status.next_try - now)}" if status.next_try > now else "trying now"
    if status.pending:
        yield _owed(status.pending, status.oldest, now)
    elif status.connected is False:
        yield "what you decide is kept here"


def _owed(pending: int, oldest: datetime | None, now: datetime) -> str:
    words = "1 decision waits here" if pending == 1 else f"{grouped(pending)} decisions wait here"
    if oldest is None or now - oldest < timedelta(minutes=1):
        return words
    return f"{words} for {span(now - oldest)}" if pending == 1 else f"{words}, the oldest for {span(now - oldest)}"


def lacks(capabilities: "Capabilities | None") -> str:
    """Say what this CRM can't do; empty when it can do everything, or nobody knows."""
    return " ".join(capabilities.shortcomings()) if capabilities is not None else ""
