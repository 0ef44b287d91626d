"""When a lead can be called: what time it is where they sit, and whether offices are open there."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from api.model.agreement import OpenHours
from api.model.lead import Lead

_FRIDAY, _SATURDAY, _SUNDAY = 5, 6, 7
_DAY = timedelta(days=1)


class There(msgspec.Struct, frozen=True):
    """The time where a lead sits."""

    country: str
    """As it stands behind “in”."""
    local: tuple[datetime, ...]
    """The local time; where the country spans several zones, that of its western and of its eastern end."""
    open: bool | None
    """Whether offices are open; None where that depends on the part of the country."""
    opens: datetime | None
    """When they open again, in the zone that opens first; None while they are open."""


def there(lead: Lead, now: datetime, hours: OpenHours) -> There | None:
    """Return the time where the person, else the company, sits; None when the country says nothing about it.

    Offices are taken to keep our own days and `hours`, each country on its own weekend.
    """
    found = _country(lead.contact.country or lead.company.country)
    if found is None:
        return None
    code, name, zones = found
    local = tuple(now.astimezone(zone) for zone in zones)
    days = _working_days(code, hours)
    states = {_open(at, hours, days) for at in local}
    state = states.pop() if len(states) == 1 else None
    return There(name, local, state, None if state else _opens(now, zones, hours, days))


@lru_cache(512)
def _country(text: str) -> tuple[str, str, tuple[ZoneInfo, ...]] | None:
    from api.rules.showing.countries import COUNTRIES

    code = _codes().get(text.strip().casefold().removeprefix("the "))
    if code is None:
        return None
    name, *zones = COUNTRIES[code]
    try:
        return code, name, tuple(ZoneInfo(zone) for zone in zones)
    except ZoneInfoNotFoundError:
        # A system without this zone's rules knows no more than we do.
        return None


@cache
def _codes() -> Mapping[str, str]:
    from api.rules.showing.countries import ALSO_CALLED, COUNTRIES

    names = {words[0].casefold().removeprefix("the "): code for code, words in COUNTRIES.items()}
    return {code.casefold(): code for code in COUNTRIES} | names | ALSO_CALLED


def _working_days(code: str, hours: OpenHours) -> frozenset[int]:
    from api.rules.showing.countries import FRIDAY_OFF

    days = frozenset(hours.days)
    if code in FRIDAY_OFF and _FRIDAY in days and _SUNDAY not in days:
        return days - {_FRIDAY, _SATURDAY} | {_SUNDAY}
    return days


def _open(at: datetime, hours: OpenHours, days: frozenset[int]) -> bool:
    return at.isoweekday() in days and hours.opens <= at.time() < hours.closes


def _opens(now: datetime, zones: tuple[ZoneInfo, ...], hours: OpenHours, days: frozenset[int]) -> datetime | None:
    found = (_opens_in(now.astimezone(zone), hours.opens, days) for zone in zones)
    return min((at for at in found if at is not None), default=None)


def _opens_in(local: datetime, opens: time, days: frozenset[int]) -> datetime | None:
    for ahead in range(8):
        at = datetime.combine(local.date() + ahead * _DAY, opens, local.tzinfo)
        if at > local and at.isoweekday() in days:
            return at
    return None


def there_words(place: There, now: datetime) -> tuple[str, str]:
    """Return the local time with the place, and whether one can call now or when again."""
    first, last = place.local[0], place.local[-1]
    clock = f"{first:%H:%M}" if first.utcoffset() == last.utcoffset() else f"{first:%H:%M} to {last:%H:%M}"
    here = now.astimezone()
    day = f"{first:%a} " if first.date() != here.date() else ""
    time_there = f"{day}{clock} in {place.country}"
    if place.open:
        return time_there, "office hours"
    if place.open is None:
        return time_there, "office hours in a part of it"
    if place.opens is None:
        return time_there, "no office hours"
    # What the person at the desk needs is when that is on their own clock.
    opens = place.opens.astimezone()
    again = f"{opens:%H:%M}" if opens.date() == here.date() else f"{opens:%a %H:%M}"
    return time_there, f"closed, opens {again} here"
