"""What the queue paints, taken from the desk when a line comes into sight."""

from datetime import datetime
from typing import TYPE_CHECKING

from api.rules.clocks import BusinessClock
from api.rules.queue import Row, concerns

if TYPE_CHECKING:
    from api.desk import Desk


class DeskSource:
    """Answers the queue's questions from the desk and remembers the answers until told that they are stale."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._campaigns: dict[str, str] = {}

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

    def forget(self) -> None:
        """Drop what was remembered, because something changed: campaigns come in the same pages as leads."""
        self._campaigns.clear()
