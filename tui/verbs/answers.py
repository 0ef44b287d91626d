"""What people type into a verb's questions, turned into what an operation holds."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.errors import HandoffError
from api.model.text import PROSE_LIMIT, clean_line, clean_prose
from tui.verbs.deed import Unanswered

if TYPE_CHECKING:
    from api.desk import Desk

YES, NO = "yes", "no"
YES_OR_NO = ((YES, "yes"), (NO, "no"))

_TIMES = {"k": 1_000, "m": 1_000_000}


def agreed_zone(desk: "Desk") -> ZoneInfo:
    """Return the time zone of the agreed hours."""
    return ZoneInfo(desk.agreement.time_zone)


def zone(desk: "Desk") -> ZoneInfo:
    """Return the time zone in which people type and read times: their own; where it can't be told, the agreed one."""
    import tzlocal

    try:
        return tzlocal.reload_localzone()
    except (LookupError, OSError, ValueError):
        return agreed_zone(desk)


def opens(desk: "Desk", there: ZoneInfo) -> time:
    """Return when business opens by the clocks of another zone."""
    return datetime.combine(today(desk), desk.agreement.hours.opens, agreed_zone(desk)).astimezone(there).time()


def today(desk: "Desk") -> date:
    """Return the calendar day there."""
    return desk.clock.today(desk.now())


def words(answers: Mapping[str, str], key: str) -> str:
    """Return an answer of free words, in one harmless line."""
    return clean_line(answers.get(key, ""), PROSE_LIMIT)


def prose(answers: Mapping[str, str], key: str) -> str:
    """Return an answer of free words whose line breaks are kept."""
    return clean_prose(answers.get(key, ""))


def required(text: str, key: str, sentence: str) -> str:
    """Return `text`.

    Raises:
        Unanswered: it is empty.
    """
    if not text:
        raise Unanswered(key, sentence)
    return text


def yes(answers: Mapping[str, str], key: str) -> bool:
    """Say whether a question was answered with yes."""
    return answers.get(key, "").strip().casefold() in (YES, "y", "true", "1")


def choice(answers: Mapping[str, str], key: str, options: Sequence[tuple[str, str]], label: str) -> str:
    """Return the option that was meant, by its value, its words or how one of them begins; empty for none.

    Raises:
        Unanswered: no option is meant, or more than one.
    """
    text = clean_line(answers.get(key, "")).casefold()
    if not text:
        return ""
    for value, said in options:
        if text in (value.casefold(), said.casefold()):
            return value
    found = [value for value, said in options if said.casefold().startswith(text)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(said for _, said in options)
    raise Unanswered(key, f"“{label}” is one of: {known}.")


def day(desk: "Desk", answers: Mapping[str, str], key: str) -> date | None:
    """Return the date that was meant; None when nothing was said.

    Raises:
        Unanswered: it is no date.
    """
    from api.rules import when

    text = clean_line(answers.get(key, ""))
    if not text:
        return None
    try:
        return when.day(text, today(desk))
    except HandoffError as problem:
        raise Unanswered(key, problem.sentence) from None


def moment(desk: "Desk", answers: Mapping[str, str], key: str) -> datetime | None:
    """Return the moment that was meant, in UTC; None when nothing was said.

    Raises:
        Unanswered: it is no moment, or one that is past.
    """
    from datetime import UTC

    from api.rules import when

    text = clean_line(answers.get(key, ""))
    if not text:
        return None
    try:
        there = zone(desk)
        return when.moment(text, desk.now(), there, opens(desk, there)).astimezone(UTC)
    except HandoffError as problem:
        raise Unanswered(key, problem.sentence) from None


def amount(answers: Mapping[str, str], key: str) -> float | None:
    """Return a sum of money as people write it (``12,400``, ``12 400.50 EUR``, ``12.5k``); None for none.

    Raises:
        Unanswered: it is no sum, or one below nothing.
    """
    text = clean_line(answers.get(key, ""))
    if not text:
        return None
    bare = re.sub(r"^[^\d\-.,]+|[\s'’_]", "", text.replace("\xa0", " "))
    found = re.fullmatch(r"([\d.,]*\d[\d.,]*)([kKmM]?)(?:[^\d]{0,4})", bare)
    number = _number(found[1]) if found else None
    if found is None or number is None:
        raise Unanswered(key, f"“{text[:60]}” is no sum; write one like 12,400 or 12.5k.")
    value = number * _TIMES.get(found[2].casefold(), 1)
    if value >= 1e15:
        raise Unanswered(key, f"“{text[:60]}” is too much to be a deal.")
    return value


def _number(text: str) -> float | None:
    """Read digits with points and commas: the last sign is the decimal one, unless three digits follow it."""
    head, sign, tail = text.rpartition(max((".", ","), key=text.rfind)) if re.search("[.,]", text) else ("", "", text)
    if sign and (len(tail) == 3 or sign in head):
        head, tail = head + tail, ""
    elif not sign:
        head, tail = tail, ""
    whole = re.sub("[.,]", "", head)
    return float(f"{whole or 0}.{tail or 0}") if (whole + tail).isdigit() else None


def next_open_day(desk: "Desk", days: int = 1) -> date:
    """Return the first day with business hours that lies `days` or more after today; that day itself if none has."""
    first = today(desk) + timedelta(days=days)
    hours = desk.agreement.hours
    for later in range(31):
        there = first + timedelta(days=later)
        if desk.clock.is_open(datetime.combine(there, hours.opens, agreed_zone(desk))):
            return there
    return first


def day_words(desk: "Desk", there: date) -> str:
    """Return a day as people would type it: ``tomorrow``, a weekday within a week, else the date."""
    gap = (there - today(desk)).days
    if gap == 1:
        return "tomorrow"
    if not 1 < gap < 7:
        return there.isoformat()
    from api.rules.when import WEEKDAYS

    return WEEKDAYS[there.weekday()].casefold()
