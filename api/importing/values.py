"""Dates, numbers and results as people write them, decided over a whole column where one value can't tell."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal

from api.importing.columns import plain

Order = Literal["", "dmy", "mdy"]
"""Which comes first in 03/04/2018; empty: decide by looking."""

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?\Z",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})\Z")
_CLOCK = r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(AM|PM|a\.m\.|p\.m\.)?)?"
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK + r"\Z", re.IGNORECASE)
_DAY_MONTH = re.compile(
    r"(\d{1,2})\.?[ -](?:de )?([^\W\d_]{3,10})\.?,?[ -](?:de )?(\d{4})" + _CLOCK + r"\Z", re.IGNORECASE
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})" + _CLOCK + r"\Z", re.IGNORECASE)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?\Z")
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene", "jän"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)


def numeric_parts(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date like 03/04/2018, which could be day or month; None for other shapes."""
    found = _NUMERIC.match(text)
    return (int(found.group(1)), int(found.group(3))) if found and found.group(2) != "." else None


def decide_order(texts: Iterable[str]) -> tuple[Order, bool]:
    """Return the order that a column's ambiguous dates are in, and whether anything in it proved that."""
    day_first = month_first = clock_words = 0
    for text in texts:
        parts = numeric_parts(text)
        if parts is None:
            continue
        day_first += parts[0] > 12
        month_first += parts[1] > 12
        clock_words += text[-1:] in "mM."
    if day_first or month_first:
        return ("dmy" if day_first >= month_first else "mdy"), True
    return ("mdy" if clock_words else ""), False


def read_moment(text: str, order: Order) -> datetime:
    """Return the moment `text` names; one without a zone is taken as UTC, one without a clock as midnight.

    Raises:
        ValueError: it is no date in a shape that is known, or there is no such day.
    """
    text = text.strip()
    if found := _ISO.match(text):
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        clock = (int(hour or 0), int(minute or 0), int(second or 0), micro)
        return datetime(int(year), int(month), int(day), *clock, tzinfo=_zone(zone)).astimezone(UTC)
    if found := _COMPACT.match(text):
        return datetime(int(found.group(1)), int(found.group(2)), int(found.group(3)), tzinfo=UTC)
    if found := _NUMERIC.match(text):
        first, dot, second_number, year = int(found.group(1)), found.group(2), int(found.group(3)), found.group(4)
        day_first = dot == "." or order != "mdy"
        day_number, month_number = (first, second_number) if day_first else (second_number, first)
        return _with_clock(_year(year), month_number, day_number, found.groups()[4:])
    if found := _DAY_MONTH.match(text):
        return _with_clock(int(found.group(3)), _month(found.group(2)), int(found.group(1)), found.groups()[3:])
    if found := _MONTH_DAY.match(text):
        return _with_clock(int(found.group(3)), _month(found.group(1)), int(found.group(2)), found.groups()[3:])
    if _EPOCH.match(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text) * (1 if len(text) == 13 else 1000))
    raise ValueError(text)


def read_day(text: str, order: Order) -> date:
    """Return the day `text` names.

    Raises:
        ValueError: as `read_moment`.
    """
    return read_moment(text, order).date()


def has_zone(text: str) -> bool:
    """Say whether a moment names its own zone (or needs none)."""
    found = _ISO.match(text.strip())
    return bool(found and found.group(8)) or bool(_EPOCH.match(text.strip()))


def has_clock(text: str) -> bool:
    """Say whether a moment names a time of day."""
    return ":" in text


def _zone(text: str | None) -> timezone:
    if not text or text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _year(text: str) -> int:
    number = int(text)
    if len(text) == 4:
        return number
    return 2000 + number if number < 70 else 1900 + number


def _month(word: str) -> int:
    low = word.casefold()
    for number, starts in enumerate(_MONTHS, start=1):
        if low.startswith(starts):
            return number
    raise ValueError(word)


def _with_clock(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=UTC)


_THOUSANDS = re.compile(r"\d{1,3}(?:[., '’\u00a0\u202f]\d{3})+(?!\d)")
_COUNT = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPING = re.compile(r"[., '’\u00a0\u202f]")
_BELOW = re.compile(r"(?:<|under|less than|unter|weniger als|moins de|menos de)", re.IGNORECASE)
_KILO = re.compile(r"\d\s?k\b", re.IGNORECASE)


def read_count(text: str) -> tuple[int, bool]:
    """Return a head count and whether it is the lower bound of a range ("51-200" is 51, "1.234" is 1234).

    Raises:
        ValueError: no number stands there, or more digits than any head count has.
    """
    grouped = _THOUSANDS.sub(lambda found: _GROUPING.sub("", found.group()), text)
    numbers = _COUNT.findall(grouped)
    if not numbers or len(numbers[0]) > 12:
        raise ValueError(text)
    value = float(numbers[0].replace(",", "."))
    if _KILO.search(grouped):
        value *= 1000
    below = bool(_BELOW.search(text))
    if below and len(numbers) == 1:
        return max(int(value) - 1, 0), True
    return int(value), len(numbers) > 1 or "+" in text


_MONEY = re.compile(r"-?\d[\d.,'’\s\u00a0\u202f]*")
Decimal = Literal[".", ","]


def decide_decimal(texts: Iterable[str]) -> Decimal | None:
    """Return the decimal sign of a column of amounts, or None when nothing in it tells."""
    votes = {".": 0, ",": 0}
    for text in texts:
        found = _MONEY.search(text)
        if not found:
            continue
        sign = _decimal_of(found.group().strip())
        if sign:
            votes[sign] += 1
    if not any(votes.values()):
        return None
    return "," if votes[","] > votes["."] else "."


def _decimal_of(number: str) -> str:
    """Return the sign that must be the decimal one in this number; empty when it can't be told."""
    dots, commas = number.count("."), number.count(",")
    if dots and commas:
        return "." if number.rfind(".") > number.rfind(",") else ","
    sign = "." if dots else "," if commas else ""
    if not sign:
        return ""
    if dots + commas > 1:
        return "," if sign == "." else "."
    tail = number.partition(sign)[2]
    return sign if len(tail) != 3 or number.lstrip("-").startswith("0") else ""


def read_amount(text: str, decimal: Decimal | None) -> float:
    """Return an amount of money or a plain number; `decimal` is what `decide_decimal` said of its column.

    Raises:
        ValueError: no number stands there.
    """
    found = _MONEY.search(text)
    if not found:
        raise ValueError(text)
    number = re.sub(r"[\s'’\u00a0\u202f]", "", found.group()).rstrip(".,")
    sign = decimal or _decimal_of(number)
    if sign:
        number = number.replace("," if sign == "." else ".", "").replace(sign, ".")
    else:
        number = number.replace(".", "").replace(",", "")
    return float(number)


_WON = ("won", "closedwon", "closewon", "gewonnen", "gagne", "gagnee", "ganado", "ganho", "vinto", "true", "1")
_LOST = ("lost", "closedlost", "closelost", "verloren", "perdu", "perdue", "perdido", "perdida", "perso")


def read_result(text: str) -> Literal["won", "lost", ""]:
    """Return how a deal ended; empty when it is still open or nothing that is known."""
    word = plain(text)
    if word in _WON or word.startswith("closedwon"):
        return "won"
    if word in _LOST or word.startswith("closedlost"):
        return "lost"
    return ""
