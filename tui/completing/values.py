"""What only the profile knows; asked while somebody presses Tab, so it is quick and asks no network."""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.desk import Desk
    from api.local.profile import Profile

MOST = 40
"""Values that are offered at most; who types on gets the others."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]*")


def values(kind: str, begun: str) -> Iterator[tuple[str, str]]:
    """Yield values of a kind that begin with `begun`, each with what it is.

    Values are words that no shell takes for anything else; names of views, which may hold spaces, are quoted by the
    shell's own script.
    """
    from api.local.profile import Profile

    place = Profile.named(os.environ)
    if kind == "view":
        yield from _views(place, begun)
        return
    if place.seen_connection() is None or not place.mirror_path.exists():
        return
    from api.desk import Desk

    desk = Desk.open(place)
    found = {"lead": _leads, "reason": _reasons, "whom": _whom}.get(kind)
    if found is None:
        return
    count = 0
    for value, about in found(desk):
        if value.startswith(begun) and _WORD.fullmatch(value):
            yield value, about
            count += 1
            if count == MOST:
                return


def _leads(desk: "Desk") -> Iterator[tuple[str, str]]:
    waiting = desk.queue()
    for lead_id in waiting:
        row = desk.row(lead_id)
        yield lead_id, f"{row.title}, {row.company}".rstrip(", ") if row is not None else ""
    known = set(waiting)
    for lead_id in desk.rows():
        if lead_id not in known:
            yield lead_id, ""


def _reasons(desk: "Desk") -> Iterator[tuple[str, str]]:
    for reason in desk.agreement.reasons:
        if reason.active:
            yield reason.code, reason.label


def _whom(desk: "Desk") -> Iterator[tuple[str, str]]:
    teams = set()
    for person in desk.people():
        if person.active:
            yield f"person:{person.id}", person.name
            teams.add(person.team)
    for team in sorted(teams - {""}):
        yield f"team:{team}", f"team {team}"


def _views(place: "Profile", begun: str) -> Iterator[tuple[str, str]]:
    from api.local.views import Views

    if place.views_path.exists():
        for view in Views(place.views_path).read():
            if view.name.startswith(begun) and view.name.isprintable():
                yield view.name, view.filter
