"""What an HTTP answer without success means, as one of the port's errors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec

from api.crm.port import Busy, CrmError, CursorLost, Forbidden, NotTaken, Rubbish, SignedOut, Unreachable
from api.model.text import clean_line

LONGEST_WAIT = 3_600.0
"""Longest pause that a CRM may ask for, in seconds; more is tried again after this."""

PROBLEM_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """What of a problem document (RFC 9457) is used."""

    type: str = ""
    title: str = ""
    detail: str = ""


def problem_in(body: bytes) -> Problem | None:
    """Return the problem document, or None when it is none."""
    try:
        return msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def sent_on(host: str, location: str) -> Rubbish:
    """Return the error for an answer that sends us to another address, where the token does not belong."""
    target = clean_line(urlsplit(location).netloc, 100) or "another address"
    return Rubbish(
        f"{host} sends us on to {target}, and your token is not carried along: "
        "connect to that address if it is the right one."
    )


def error_of(host: str, status: int, headers: Mapping[str, str], problem: Problem | None) -> CrmError:
    """Return the error that an answer with this status means, in the CRM's own words where it has some."""
    words = clean_line((problem.detail or problem.title) if problem else "", 300)
    if status in (429, 503):
        return Busy(words or f"{host} asks us to wait.", wait_asked_for(headers))
    if status == 408 or status >= 500:
        return Unreachable(words or f"{host} has a fault (status {status}).")
    if status == 401:
        return SignedOut(words or "The token is not accepted: run “handoff connect” with a new one.")
    if problem is None:
        return Rubbish(f"{host} answers with status {status}, and not as a Handoff hub does.")
    if status == 403:
        return Forbidden(words or "Your role may not do this.")
    if status == 410 and problem.type.endswith("/cursor-lost"):
        return CursorLost(words or "The CRM does not know what we had last.")
    return NotTaken(words or f"{host} did not take it (status {status}).", status)


def wait_asked_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait: a number, or a date by the server's own clock (ours where it does not tell its own).

    None when the server does not say how long; never more than `LONGEST_WAIT`.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        # A number of any length is a number; only its size matters.
        return LONGEST_WAIT if len(text) > 9 else min(float(text), LONGEST_WAIT)
    until = _date(text)
    if until is None:
        return None
    now = _date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def media_type(headers: Mapping[str, str]) -> str:
    """Return the kind of an answer's body, without its parameters."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()
