"""What a filter's words and a list's order mean at one moment, for one person."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from math import inf

import msgspec

from api.model.agreement import Agreement
from api.model.people import Person
from api.rules.clocks import BusinessClock, NeverOpen


class Setting(msgspec.Struct, frozen=True):
    """Now, and what has names. Times are epoch seconds, days are ordinals (`date.toordinal`) where business is done."""

    now: float
    today: int
    begins: Callable[[int], float]
    """When a day begins."""
    later: Callable[[float], float]
    """The moment so many minutes of business time from now."""
    me: Person
    campaigns: Mapping[str, str]
    """Names by id."""
    owner_name: Callable[[str], str]
    """The name of an owner, as rows name them."""
    reason_name: Callable[[str], str]
    """The label of a reason's code."""


def setting_at(
    now: float,
    clock: BusinessClock,
    agreement: Agreement,
    me: Person,
    *,
    campaigns: Mapping[str, str],
    people: Mapping[str, str],
) -> Setting:
    """Return the setting at `now` under an agreement; `people` are the names of owners that are one person."""
    at = datetime.fromtimestamp(now, UTC)

    def begins(day: int) -> float:
        try:
            return clock.begins(date.fromordinal(day)).timestamp()
        except (ValueError, OverflowError):
            # Beyond the calendar, where nothing is ever reached.
            return inf

    def later(minutes: float) -> float:
        try:
            return clock.add(at, int(minutes)).timestamp()
        except (NeverOpen, OverflowError):
            return inf

    def reason_name(code: str) -> str:
        reason = agreement.reason(code)
        return reason.label if reason is not None else code.replace("_", " ")

    def owner_name(owner: str) -> str:
        return people.get(owner) or owner.partition(":")[2]

    return Setting(now, clock.today(at).toordinal(), begins, later, me, campaigns, owner_name, reason_name)
