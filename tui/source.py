"""What queue and card show, taken from the desk when a line comes into sight."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.model.people import Owner
from api.rules.clocks import BusinessClock
from api.rules.queue import Row, concerns
from api.rules.wishes import open_wishes

if TYPE_CHECKING:
    from api.desk import Desk, Overturned, Unsettled
    from api.model.lead import Lead
    from api.rules.showing.beside import Beside

SIDES = {"rep": "sales", "marketer": "marketing", "manager": "manager"}
"""On which side a person is, by their role."""

_KEPT = 200
"""Leads of which it is remembered who is beside them."""


class DeskSource:
    """Answers the questions of queue and card from the desk, and remembers until told that an answer is stale."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._campaigns: dict[str, str] = {}
        self._sides: dict[str, str] = {}
        self._age = 0
        self._beside: dict[str, tuple[int, Beside]] = {}
        self._own: tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]] | None = None

    @property
    def clock(self) -> BusinessClock:
        """Business time under the agreement in force."""
        return self._desk.clock

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return self._desk.now()

    def row(self, lead_id: str) -> Row | None:
        """Return a lead's row."""
        return self._desk.row(lead_id)

    def campaign_words(self, row: Row) -> str:
        """Return the name of the row's campaign, else its id, else its origin."""
        if not row.campaign_id:
            return row.origin
        words = self._campaigns.get(row.campaign_id)
        if words is None:
            campaign = self._desk.campaign(row.campaign_id)
            words = self._campaigns[row.campaign_id] = campaign.name if campaign else (row.origin or row.campaign_id)
        return words

    def whose(self, row: Row) -> str:
        """Return who else an undecided row waits for; empty when it waits for the person at the desk."""
        return "" if concerns(row, self._desk.me) else self._desk.owner_words(row.owner)

    def sides(self, lead: "Lead") -> dict[str, str]:
        """Return on which side those are who wrote about the lead, by their ids."""
        for one in {mark.by for mark in lead.remarks} - self._sides.keys():
            person = self._desk.person(one)
            self._sides[one] = SIDES.get(person.role.value, "") if person is not None else ""
        return self._sides

    def beside(self, lead_id: str) -> "Beside | None":
        """Return the records beside a lead as they were when last looked for; None while nobody has."""
        return self._beside.get(lead_id, (0, None))[1]

    def knows_beside(self, lead_id: str) -> bool:
        """Say whether the records beside a lead were looked for since anything changed."""
        return self._beside.get(lead_id, (-1, None))[0] == self._age

    def look_beside(self, lead: "Lead") -> bool:
        """Look for the records beside a lead, and say whether that is any news. Takes its time: not for the loop."""
        age, before = self._age, self.beside(lead.id)
        found = self._desk.beside(lead)
        if len(self._beside) > _KEPT:
            self._beside = {}
        self._beside[lead.id] = (age, found)
        return found != before if before is not None else bool(found)

    def unsettled(self, lead_id: str) -> tuple[str, ...]:
        """Return own decisions on the lead that were not applied, as sentences with what became of each."""
        return self._matters()[0].get(lead_id, ())

    def matters(self, lead: "Lead") -> Iterator[str]:
        """Yield what others want of the person about the lead, or have put out of effect, as sentences."""
        yield from self._matters()[1].get(lead.id, ())
        if lead.standing.owner == Owner("person", self._desk.me.id):
            for wish in open_wishes(lead):
                words = f": “{wish.text}”" if wish.text else "."
                yield f"{wish.by_name or 'Somebody'} asks you to hand it over{words}"

    def _matters(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        # What can be done about each is worked out by the desk with it, so that it is asked once, not at each move.
        if self._own is None:
            status = self._desk.status()
            failed = self._desk.unsettled() if status.conflicts or status.refused else ()
            overturned = self._desk.overturned() if status.overturned else ()
            self._own = (_by_lead(failed), _by_lead(overturned))
        return self._own

    def forget(self) -> None:
        """Drop what was remembered, because something changed: campaigns come in the same pages as leads."""
        self._campaigns.clear()
        self._sides = {}
        self._age += 1
        self._own = None


def _by_lead(matters: "Sequence[Unsettled | Overturned]") -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in matters:
        words = one.sentence.removeprefix(f"{one.title}: ")
        found[one.lead_id] = (*found.get(one.lead_id, ()), words[:1].upper() + words[1:])
    return found
