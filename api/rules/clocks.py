"""Business time: the minutes in which the agreement says somebody is there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.errors import HandoffError
from api.model.agreement import Agreement


class NeverOpen(HandoffError):
    """The agreement's hours leave no open minute, so nothing can ever be due."""


class BusinessClock:
    """Counts business minutes in the agreement's time zone; a day that closes before it opens has none.

    All moments taken and returned are aware; returned ones are UTC.
    """

    _HORIZON_DAYS = 3_660

    def __init__(self, agreement: Agreement) -> None:
        self._zone = ZoneInfo(agreement.time_zone)
        self._hours = agreement.hours
        self._days: dict[date, tuple[datetime, datetime] | None] = {}

    def today(self, now: datetime) -> date:
        """Return the calendar day at `now` in the agreement's time zone."""
        return now.astimezone(self._zone).date()

    def begins(self, day: date) -> datetime:
        """Return the moment at which a calendar day begins in the agreement's time zone."""
        return datetime.combine(day, time.min, self._zone).astimezone(UTC)

    def is_open(self, at: datetime) -> bool:
        """Say whether `at` is business time."""
        window = self._window(self.today(at))
        return window is not None and window[0] <= at < window[1]

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment `minutes` business minutes after `start`.

        Raises:
            NeverOpen: no business day within ten years.
        """
        left = timedelta(minutes=minutes)
        day = self.today(start)
        for _ in range(self._HORIZON_DAYS):
            window = self._window(day)
            if window is not None and start < window[1]:
                begin = max(start, window[0])
                if begin + left <= window[1]:
                    return begin + left
                left -= window[1] - begin
            day += timedelta(days=1)
        raise NeverOpen("The agreement's business hours never open: give at least one day with opening hours.")

    def between(self, start: datetime, end: datetime) -> int:
        """Return the business minutes from `start` to `end`, rounded down; negative when `end` comes first."""
        if end < start:
            return -self.between(end, start)
        day, last = self.today(start), self.today(end)
        if (last - day).days > self._HORIZON_DAYS:
            return self._estimate(day, last)
        total = timedelta()
        while day <= last:
            window = self._window(day)
            if window is not None:
                total += max(min(end, window[1]) - max(start, window[0]), timedelta())
            day += timedelta(days=1)
        return int(total.total_seconds() // 60)

    def _estimate(self, first: date, last: date) -> int:
        opens, closes = self._hours.opens, self._hours.closes
        minutes = max((closes.hour - opens.hour) * 60 + closes.minute - opens.minute, 0)
        return (last - first).days * len(set(self._hours.days)) * minutes // 7

    def _window(self, day: date) -> tuple[datetime, datetime] | None:
        if day not in self._days:
            self._days[day] = self._open_on(day)
        return self._days[day]

    def _open_on(self, day: date) -> tuple[datetime, datetime] | None:
        hours = self._hours
        if day.isoweekday() not in hours.days or day in hours.holidays:
            return None
        opens = datetime.combine(day, hours.opens, self._zone).astimezone(UTC)
        closes = datetime.combine(day, hours.closes, self._zone).astimezone(UTC)
        return (opens, closes) if opens < closes else None
