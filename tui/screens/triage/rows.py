"""What the rows of the queue say besides themselves: until when one sleeps, how one was decided, what is news."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.rules.queue import Row
from tui.source import DeskSource
from widgets.basis.runs import cells

if TYPE_CHECKING:
    from api.desk import Desk


_MANY = 5_000
"""Rows remembered."""

_ROOM = 30
"""Cells in which a snooze has room for all its words."""


class RowSource(DeskSource):
    """Answers the queue's questions for rows in sight."""

    def __init__(self, desk: "Desk") -> None:
        super().__init__(desk)
        self._desk_of_rows = desk
        self.fresh: set[str] = set()
        """Leads that something happened to since the person last looked at them."""
        self._looked: dict[str, Row] = {}

    def row(self, lead_id: str) -> Row | None:
        """Return a lead's row, and remember what it was when it was in sight."""
        row = super().row(lead_id)
        if row is not None:
            if len(self._looked) > _MANY:
                self._looked.clear()
            self._looked[lead_id] = row
        return row

    def note_changed(self, lead_ids: Collection[str]) -> None:
        """Note which of the leads that were in sight did something, or were judged or asked for anew, since then."""
        for lead_id in self._looked.keys() & lead_ids:
            before, now = self._looked[lead_id], super().row(lead_id)
            if now is not None and _happened(before) != _happened(now):
                self.fresh.add(lead_id)

    def is_news(self, row: Row) -> bool:
        """Say whether something happened to the row since the person last looked at it."""
        return row.id in self.fresh

    def asleep_words(self, row: Row, room: int) -> str:
        """Return until when or what a snoozed row sleeps, in about `room` cells: ``asleep until 1 Dec or activity``."""
        try:
            snooze = self._desk_of_rows.lead(row.id).snooze
        except HandoffError:
            snooze = None
        if snooze is None:
            return "asleep"
        if snooze.until is None:
            return "asleep until they do something" if room >= _ROOM else "till active"
        day = day_words(snooze.until, self.now(), brief=room < _ROOM)
        rest = " or activity" if snooze.or_activity else ""
        for words in (f"asleep until {day}{rest}", f"until {day}{rest}", f"till {day}{rest}"):
            if cells(words) <= room:
                return words
        return f"till {day}{'…' if rest else ''}"

    def done_words(self, row: Row, room: int) -> str:
        """Return when and why the row was decided, in about `room` cells: ``10:14 bad data``."""
        if row.decided is None:
            return ""
        time = f"{datetime.fromtimestamp(row.decided, UTC).astimezone():%H:%M}"
        reason = self._desk_of_rows.agreement.reason(row.reason) if row.reason else None
        if reason is None or room < 12:
            return time
        return f"{time} {reason.label[:1].lower()}{reason.label[1:]}"


def _happened(row: Row) -> tuple[object, ...]:
    """Return what of a row is never this person's own doing."""
    return row.fit, row.engagement, row.stirred, row.number, row.asked


def day_words(moment: datetime, now: datetime, *, brief: bool = False) -> str:
    """Return the day of a moment, or its time when it is today: ``14:30``, ``Tue 1 Dec``, ``1 Dec 2027``."""
    local, here = moment.astimezone(), now.astimezone()
    if local.date() == here.date():
        return f"{local:%H:%M}"
    if (local.date() - here.date()).days < 7:
        return f"{local:%a}" if brief else f"{local:%a} {local.day} {local:%b}"
    return f"{local.day} {local:%b}" + (f" {local.year}" if local.year != here.year else "")
