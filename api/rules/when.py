"""Dates as people say them: ``fri``, ``in 2 weeks``, ``tomorrow 9:00``, ``1.12.``; and back into words.

Weeks start on Monday. A weekday is the next one to come, never today; with ``next`` before it, the one of next week. A
day without a year is the next one to come.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.errors import HandoffError

EXAMPLES = "fri, tomorrow 9:00, in 3 days, 2w, next week, end of month, 1 dec, 2026-12-01"
"""What may be written, for hints and refusals."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1}
_FILLERS = frozenset({"on", "at", "until", "till", "by", "the", "of"})
_EVENING = time(18)
_PARTS = {"noon": time(12), "afternoon": time(14), "evening": _EVENING, "night": _EVENING, "tonight": _EVENING}

_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(am|pm)?")
_LENGTH = re.compile(r"(?:in )?([0-9]{1,4}|[a-z]+) ?([a-z]+)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})(?:\.(?: ?([0-9]{4}))?)?")
_NAMED = re.compile(
    r"(?:([0-9]{1,2})(?:st|nd|rd|th)?\.? ([a-z]+)|([a-z]+) ([0-9]{1,2})(?:st|nd|rd|th)?)(?: ([0-9]{4}))?"
)


class NotADate(HandoffError):
    """What was written is no date or moment, or one that has passed."""


def day(text: str, today: date, *, past: bool = False) -> date:
    """Return the day that `text` means for somebody whose day is `today`.

    With `past`, days that lie behind are meant and taken too: ``yesterday``, and the last 1 December.

    Raises:
        NotADate: it is none, it names a time of day, or (without `past`) it has passed.
    """
    words = _words(text)
    found = _day(words, today, past=past)
    if found is None:
        raise _unknown(text)
    if found < today and not past:
        raise NotADate(f"{_date_words(found, today)} has passed: write a day from today on, e.g. fri, 3d or 1 dec.")
    return found


def moment(text: str, now: datetime, zone: ZoneInfo, opens: time = time(9)) -> datetime:
    """Return the moment that `text` means, aware, in `zone`; a bare day means `opens` there, when business opens.

    `now` is aware. A time of day alone is the next one to come. One that the change of the clocks leaves out lies as
    much later.

    Raises:
        NotADate: it is none, or it has passed.
    """
    here = now.astimezone(zone)
    words = _words(text)
    try:
        found = _after(words, now, zone) or _at(words, here, opens)
    except OverflowError:
        found = None
    if found is None:
        raise _unknown(text)
    # Moments of one zone are compared by what their clocks show, which is not what is meant here.
    if found.astimezone(UTC) <= now.astimezone(UTC):
        raise NotADate(f"{said(found, now)} has passed: write a moment ahead, e.g. 4h, tomorrow 9:00 or mon 14:30.")
    return found


def since(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment behind `now` that `text` means, in UTC: ``2h``, ``30 min ago``, ``9:00``, ``yesterday``.

    A time of day is the last one that has passed; a day means its beginning. ISO 8601 is understood too.

    Raises:
        NotADate: it is none, or it lies ahead.
    """
    here = now.astimezone(zone)
    words = [word for word in _words(text) if word not in ("ago", "since")]
    try:
        found = _behind(words, here, zone) or _written(text.strip(), zone)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        shown = " ".join(text.split())[:40]
        raise NotADate(f"“{shown}” is no moment behind us; write one like 2h, 30 min, 9:00, yesterday or 2026-11-20.")
    if found.astimezone(UTC) > now.astimezone(UTC):
        raise NotADate(f"{said(found, now)} lies ahead: write a moment behind us, e.g. 2h, 9:00 or yesterday.")
    return found.astimezone(UTC)


def _behind(words: list[str], here: datetime, zone: ZoneInfo) -> datetime | None:
    length = _length(" ".join(words))
    if length is not None and length[1] != "month":
        unit = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
        return here.astimezone(UTC) - length[0] * unit[length[1]]
    clock, rest = _clock(words, time())
    on = _day(rest, here.date(), past=True) if rest else None
    if rest and on is None:
        return None
    if clock is None:
        return None if on is None else datetime.combine(on, time(), zone)
    if on is not None:
        return datetime.combine(on, clock, zone)
    found = datetime.combine(here.date(), clock, zone)
    gone = found.astimezone(UTC) <= here.astimezone(UTC)
    return found if gone else datetime.combine(here.date() - timedelta(days=1), clock, zone)


def _written(text: str, zone: ZoneInfo) -> datetime | None:
    if not _ISO.match(text):
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def said(at: datetime | date, now: datetime | date) -> str:
    """Return a moment or a day in words, in its own time zone: ``tomorrow, Friday 27 November, 9:00``.

    The year is left out where it is that of `now`.
    """
    if not isinstance(at, datetime):
        today = now.date() if isinstance(now, datetime) else now
        return _date_words(at, today)
    here = now.astimezone(at.tzinfo) if isinstance(now, datetime) else datetime.combine(now, time(), at.tzinfo)
    return f"{_date_words(at.date(), here.date())}, {at.hour}:{at.minute:02}"


def _unknown(text: str) -> NotADate:
    shown = " ".join(text.split())[:40]
    return NotADate(f"“{shown}” is no date that is understood here; write one like {EXAMPLES}.")


def _date_words(found: date, today: date) -> str:
    words = f"{WEEKDAYS[found.weekday()]} {found.day} {MONTHS[found.month - 1]}"
    if found.year != today.year:
        words += f" {found.year}"
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((found - today).days, "")
    return f"{near}, {words}" if near else words


def _words(text: str) -> list[str]:
    words = [word for word in text[:100].casefold().replace(",", " ").split() if word not in _FILLERS]
    # “9 am” and “9am” are one.
    joined: list[str] = []
    for word in words:
        if word in ("am", "pm") and joined and joined[-1][-1:].isdigit():
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _after(words: list[str], now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return what lies some hours or minutes from now."""
    length = _length(" ".join(words))
    if length is None or length[1] not in ("h", "min"):
        return None
    count, unit = length
    gap = timedelta(hours=count) if unit == "h" else timedelta(minutes=count)
    return (now.astimezone(UTC) + gap).astimezone(zone)


def _at(words: list[str], here: datetime, opens: time) -> datetime | None:
    """Return what a day, a time of day, or both together mean."""
    clock, rest = _clock(words, opens)
    today = here.date()
    if not rest:
        if clock is None:
            return None
        found = _combined(today, clock, here)
        gone = found.astimezone(UTC) <= here.astimezone(UTC)
        return _combined(today + timedelta(days=1), clock, here) if gone and words != ["tonight"] else found
    on = _day(rest, today)
    return None if on is None else _combined(on, opens if clock is None else clock, here)


def _combined(on: date, clock: time, here: datetime) -> datetime:
    found = datetime.combine(on, clock, here.tzinfo)
    if found.astimezone(UTC) <= here.astimezone(UTC):
        # In the hour that the clocks go through twice, the second is meant once the first has passed.
        found = found.replace(fold=1)
    # Through UTC and back, so that a time left out by the change of the clocks becomes one that exists.
    return found.astimezone(UTC).astimezone(here.tzinfo)


def _clock(words: list[str], opens: time) -> tuple[time | None, list[str]]:
    """Part a time of day, at the end or at the beginning, from the words of the day."""
    for index in dict.fromkeys((len(words) - 1, 0)):
        if words and (found := _time(words[index], opens)) is not None:
            rest = words[:index] + words[index + 1 :]
            # “this evening” and “tonight” are today’s; “evening” alone is the next one.
            return found, ["today"] if rest == ["this"] else rest
    return None, words


def _time(word: str, opens: time) -> time | None:
    if word == "morning":
        return opens
    if word in _PARTS:
        return _PARTS[word]
    found = _CLOCK.fullmatch(word)
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: list[str], today: date, *, past: bool = False) -> date | None:
    text = " ".join(words)
    try:
        found = _by_name(text, today, past=past) or _by_length(text, today, past=past)
        return found or _by_date(text, today, past=past)
    except (ValueError, OverflowError):
        # A day that no calendar has, or no machine can count to.
        return None


def _by_name(text: str, today: date, *, past: bool) -> date | None:
    if text == "yesterday":
        return today - timedelta(days=1)
    if text in ("today", "tomorrow"):
        return today + timedelta(days=int(text == "tomorrow"))
    monday = today + timedelta(days=7 - today.weekday())
    if text == "next week":
        return monday
    if text == "next month":
        return _months_on(today.replace(day=1), 1)
    if text == "next year":
        return date(today.year + 1, 1, 1)
    if text in ("end month", "end this month", "month end"):
        return today.replace(day=monthrange(today.year, today.month)[1])
    if text == "end next month":
        later = _months_on(today.replace(day=1), 1)
        return later.replace(day=monthrange(later.year, later.month)[1])
    head, _, tail = text.rpartition(" ")
    number = _weekday(tail)
    if number is None or head not in ("", "next", "this", "last"):
        return None
    if head == "next":
        return monday + timedelta(days=number)
    if head == "last" or (past and not head):
        return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1) if past else None
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _weekday(word: str) -> int | None:
    word = word.rstrip(".")
    if len(word) < 3:
        return None
    return next((at for at, name in enumerate(WEEKDAYS) if name.casefold().startswith(word)), None)


def _by_length(text: str, today: date, *, past: bool) -> date | None:
    back = past and text.endswith(" ago")
    length = _length(text.removesuffix(" ago") if back else text)
    if length is None:
        return None
    count, unit = length
    away = -count if back else count
    if unit == "month":
        return _months_on(today, away)
    days = {"d": 1, "w": 7}.get(unit)
    return None if days is None else today + timedelta(days=days * away)


def _length(text: str) -> tuple[int, str] | None:
    """Return how many of which unit: ``d``, ``w``, ``month``, ``h``, ``min``."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdigit() else _NUMBERS.get(found[1])
    units = {
        "d": ("d", "day", "days"),
        "w": ("w", "wk", "week", "weeks"),
        "month": ("mo", "month", "months"),
        "h": ("h", "hr", "hrs", "hour", "hours"),
        "min": ("min", "mins", "minute", "minutes"),
    }
    unit = next((name for name, spelled in units.items() if found[2] in spelled), "")
    return None if count is None or not unit else (count, unit)


def _months_on(start: date, count: int) -> date:
    """Return the same day `count` months on, or the last of a month that is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _by_date(text: str, today: date, *, past: bool) -> date | None:
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.fullmatch(text):
        return _in_year(int(found[1]), int(found[2]), found[3], today, past=past)
    if found := _NAMED.fullmatch(text):
        month = _month(found[2] or found[3])
        return None if month is None else _in_year(int(found[1] or found[4]), month, found[5], today, past=past)
    return None


def _month(word: str) -> int | None:
    if len(word) < 3:
        return None
    return next((at for at, name in enumerate(MONTHS, 1) if name.casefold().startswith(word)), None)


def _in_year(number: int, month: int, year: str | None, today: date, *, past: bool) -> date | None:
    if year:
        return date(int(year), month, number)
    # Eight years hold a 29 February, whatever the century.
    for away in range(9):
        candidate = today.year + (-away if past else away)
        if number <= monthrange(candidate, month)[1]:
            found = date(candidate, month, number)
            if found <= today if past else found >= today:
                return found
    return None
