"""The columns in which leads are listed: in words for people, exactly for programs."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from math import inf
from typing import TYPE_CHECKING

import msgspec

from api.rules.wording import due_words, span
from tui.cli.errors import Usage

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.queue import Row

DEFAULT = ("id", "due", "state", "lead", "company", "fit", "eng", "from")

_FORMULA = re.compile(r"\s*[=@+-](?![0-9.]*$)")
"""How what a spreadsheet would reckon begins; a number with its sign is none."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what it says to people, and what to programs where that is something else."""

    heading: str
    words: "Callable[[Desk, Row], str]"
    exact: "Callable[[Desk, Row], str] | None" = None
    right: bool = False


def chosen(text: str) -> tuple[str, ...]:
    """Return the columns that were named, in that order.

    Raises:
        Usage: one of them does not exist.
    """
    names = tuple(name.strip().casefold() for name in text.split(",") if name.strip()) or DEFAULT
    for name in names:
        if name not in COLUMNS:
            raise Usage(f"There is no column “{name[:60]}”. There are: {', '.join(COLUMNS)}.")
    return names


def cells(opened: "Desk", row: "Row", names: tuple[str, ...], *, exact: bool) -> list[str]:
    """Return a lead's cells; `exact` gives whole moments (ISO 8601, UTC) and codes instead of words.

    Exact ones go into files: what a spreadsheet would take for a formula has an apostrophe before it then.
    """
    columns = (COLUMNS[name] for name in names)
    if not exact:
        return [one.words(opened, row) for one in columns]
    return [_inert((one.exact or one.words)(opened, row)) for one in columns]


def _inert(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def moment(seconds: float) -> datetime:
    """Return epoch seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def _iso(seconds: float | None) -> str:
    return "" if seconds is None or seconds == inf else f"{moment(seconds):%Y-%m-%dT%H:%M:%SZ}"


def _here(seconds: float | None) -> str:
    return "" if seconds is None or seconds == inf else f"{moment(seconds).astimezone():%Y-%m-%d %H:%M}"


def _due(opened: "Desk", row: "Row") -> str:
    if row.due is None or row.state not in ("new", "accepted"):
        return ""
    return due_words(moment(row.due), opened.now(), opened.clock)


def _state(_opened: "Desk", row: "Row") -> str:
    return row.state if row.number == 1 else f"{row.state}, pass {row.number}"


def _campaign(opened: "Desk", row: "Row") -> str:
    if not row.campaign_id:
        return ""
    campaign = opened.campaign(row.campaign_id)
    return campaign.name if campaign else row.campaign_id


def _reason(opened: "Desk", row: "Row") -> str:
    reason = opened.agreement.reason(row.reason) if row.reason else None
    return reason.label if reason is not None else row.reason


def _figure(value: int | None) -> str:
    return "" if value is None else str(value)


def _snoozed(_opened: "Desk", row: "Row") -> str:
    return "until they do something" if row.snoozed == inf else _here(row.snoozed)


def _next(_opened: "Desk", row: "Row") -> str:
    return "" if row.next_on is None else date.fromordinal(row.next_on).isoformat()


COLUMNS: Mapping[str, Column] = {
    "id": Column(heading="ID", words=lambda _, row: row.id),
    "due": Column(heading="DUE", words=_due, exact=lambda _, row: _iso(row.due)),
    "state": Column(heading="STATE", words=_state, exact=lambda _, row: row.state),
    "lead": Column(heading="LEAD", words=lambda _, row: row.title),
    "company": Column(heading="COMPANY", words=lambda _, row: row.company),
    "fit": Column(heading="FIT", words=lambda _, row: _figure(row.fit), right=True),
    "eng": Column(heading="ENG", words=lambda _, row: _figure(row.engagement), right=True),
    "from": Column(heading="FROM", words=lambda opened, row: _campaign(opened, row) or row.origin),
    "campaign": Column(heading="CAMPAIGN", words=_campaign, exact=lambda _, row: row.campaign_id),
    "origin": Column(heading="ORIGIN", words=lambda _, row: row.origin),
    "score": Column(heading="SCORE", words=lambda _, row: str(row.score), right=True),
    "owner": Column(
        heading="OWNER", words=lambda opened, row: opened.owner_words(row.owner), exact=lambda _, row: row.owner
    ),
    "waiting": Column(
        heading="WAITING",
        words=lambda opened, row: span(opened.now() - moment(row.handed)),
        exact=lambda _, row: _iso(row.handed),
        right=True,
    ),
    "handed": Column(heading="HANDED", words=lambda _, row: _here(row.handed), exact=lambda _, row: _iso(row.handed)),
    "pass": Column(heading="PASS", words=lambda _, row: str(row.number), right=True),
    "mark": Column(heading="MARK", words=lambda _, row: row.mark),
    "reason": Column(heading="REASON", words=_reason, exact=lambda _, row: row.reason),
    "by": Column(heading="BY", words=lambda _, row: row.decided_by),
    "decided": Column(
        heading="DECIDED", words=lambda _, row: _here(row.decided), exact=lambda _, row: _iso(row.decided)
    ),
    "snoozed": Column(heading="SNOOZED", words=_snoozed, exact=lambda _, row: _iso(row.snoozed)),
    "next": Column(heading="NEXT", words=_next),
}
"""Every column, by the name that ``--columns`` takes. Names, meanings and their exact form stay as they are."""
