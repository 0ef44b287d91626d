"""What the queue paints, taken from the desk when a line comes into sight."""

from datetime import datetime
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.rules.clocks import BusinessClock
from api.rules.queue import Row, concerns

if TYPE_CHECKING:
    from api.desk import Desk

_MOST = 4_096


class DeskSource:
    """Answers the queue's questions from the desk and remembers the answers until told that they are stale."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._campaigns: dict[str, str] = {}
        self._scores: dict[str, tuple[int | None, int | None]] = {}

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

    def scores(self, lead_id: str) -> tuple[int | None, int | None]:
        """Return fit and engagement."""
        known = self._scores.get(lead_id)
        if known is None:
            try:
                lead = self._desk.lead(lead_id)
            except HandoffError:
                # A row may outlive its lead for the moment between a change and the queue's next reading.
                return (None, None)
            known = (lead.fit.value if lead.fit else None, lead.engagement.value if lead.engagement else None)
            if len(self._scores) >= _MOST:
                self._scores.clear()
            self._scores[lead_id] = known
        return known

    def whose(self, row: Row) -> str:
        """Return who else an undecided row waits for; empty when it waits for the person at the desk."""
        return "" if concerns(row, self._desk.me) else self._desk.owner_words(row.owner)

    def forget(self, lead_ids: frozenset[str], *, everything: bool) -> None:
        """Drop what was remembered of these leads, and of campaigns, which come in the same pages."""
        self._campaigns.clear()
        if everything:
            self._scores.clear()
        else:
            for lead_id in lead_ids:
                self._scores.pop(lead_id, None)
