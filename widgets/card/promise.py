"""What the lead was told: the words of the ads, pages and e-mails it saw, newest first."""

from datetime import datetime

from api.model.campaign import Campaign
from api.model.lead import Lead
from api.rules.showing.touches import promises
from api.rules.wording import relative
from widgets.basis.runs import Line, heading, join, quoted, short

MOST = 4
"""Promises shown; older ones are in the time line."""


def told(lead: Lead, campaign: Campaign | None, now: datetime, width: int) -> list[Line]:
    """Return what they were told, each in its own words with where and when."""
    found = promises(lead, campaign)
    if not found:
        if not lead.touches:
            return []
        return [heading("What they were told", width), (("None of what they saw has its words recorded.", "dim"),)]
    note = "" if len(found) <= MOST else f"{MOST} newest of {len(found)}"
    lines = [heading("What they were told", width, note)]
    for touch, title, words in found[:MOST]:
        lines += quoted(words, width, limit=6)
        lines.append(((short("  " + join([touch.kind, title, relative(touch.at, now)]), width), "dim"),))
    return lines
