"""What the searchable fields of forms find: leads, people and teams."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.model.people import Role
from api.rules.wording import relative
from widgets.basis.runs import join
from widgets.forms.fields import Finder, Found, Reader, Reading

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.rules.queue import Row

MANY = 50
"""So many leads are offered; whoever means another types more."""


def whom(desk: "Desk") -> list[Found]:
    """Return everybody else who may have a lead, and their teams."""
    people = [one for one in desk.people() if one.active and one.role in (Role.REP, Role.MANAGER)]
    teams = sorted({one.team for one in people if one.team})
    return [
        *(Found(f"team:{team}", f"team {team}") for team in teams),
        *(
            Found(f"person:{one.id}", one.name, " ".join(part for part in (one.role.value, one.team) if part))
            for one in people
            if one.id != desk.me.id
        ),
    ]


def other_leads(desk: "Desk", lead: "Lead") -> Finder:
    """Return a finder of leads other than `lead`: for no words those that look like the same person, with why."""
    likely = [(one.id, join(one.why, ", ")) for one in desk.likely_duplicates(lead)]

    def find(text: str) -> Sequence[Found]:
        if not text:
            hits = likely
        else:
            why = dict(likely)
            ids = [one for one in desk.queue(text) if one != lead.id]
            first = [one for one in ids if one in why]
            hits = [(one, why.get(one, "")) for one in dict.fromkeys([*first, *ids[: MANY + 1]])]
        rows = ((desk.row(one), why) for one, why in hits[:MANY])
        return [_found(desk, row, why) for row, why in rows if row is not None]

    return find


def _found(desk: "Desk", row: "Row", why: str) -> Found:
    handed = relative(datetime.fromtimestamp(row.handed, UTC), desk.now())
    about = join([row.state, desk.owner_words(row.owner), f"handed {handed}"])
    return Found(row.id, join(dict.fromkeys([row.title, row.company])), about, why)


def days(desk: "Desk", *, past: bool = False) -> Reader:
    """Return a reader of days as people say them, in the agreement's time zone; `past` ones are as good as others."""
    from api.rules.when import NotADate, day, said

    def read(text: str) -> Reading:
        today = desk.clock.today(desk.now())
        try:
            found = day(text, today, past=past)
        except NotADate as problem:
            return Reading(text, problem=problem.sentence)
        return Reading(found.isoformat(), join([said(found, today), _away((found - today).days)], ", "))

    return read


def _away(away: int) -> str:
    if abs(away) <= 1:
        return ""
    return f"in {away} days" if away > 0 else f"{-away} days ago"


def agreed_attempts(desk: "Desk", lead: "Lead") -> Reader:
    """Return a reader that says how many of the agreed attempts are logged."""
    from api.rules.attempts import attempts_words, too_few

    def read(text: str) -> Reading:
        agreed = desk.agreement.sales.attempts
        return Reading(text, attempts_words(lead, agreed), alarm=too_few(lead, agreed))

    return read
