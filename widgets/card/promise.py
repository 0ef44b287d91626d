"""What the lead was told: the words of the ads, pages and e-mails it saw, newest first."""

from datetime import datetime

from api.model.campaign import Campaign
from api.model.lead import Lead, Touch
from api.rules.wording import relative
from widgets.basis.runs import Line, heading, join, quoted, short

MOST = 4
"""Promises shown; older ones are in the time line."""


def promises(lead: Lead, campaign: Campaign | None) -> list[tuple[Touch, str, str]]:
    """Return touches that carried a promise, newest first, each promise once: (touch, title, words)."""
    assets = {asset.id: asset for asset in campaign.assets} if campaign else {}
    found: list[tuple[Touch, str, str]] = []
    seen: set[str] = set()
    for touch in sorted(lead.touches, key=lambda touch: touch.at, reverse=True):
        asset = assets.get(touch.asset_id)
        words = touch.words or (asset.words if asset else "")
        if words and words not in seen:
            seen.add(words)
            found.append((touch, touch.title or (asset.title if asset else ""), words))
    return found


def told(lead: Lead, campaign: Campaign | None, now: datetime, width: int) -> list[Line]:
    """Return what they were told, each in its own words with where and when."""
    found = promises(lead, campaign)
    if not found:
        return []
    note = "" if len(found) <= MOST else f"{MOST} newest of {len(found)}"
    lines = [heading("What they were told", width, note)]
    for touch, title, words in found[:MOST]:
        lines += quoted(words, width, limit=6)
        lines.append(((short("  " + join([touch.kind, title, relative(touch.at, now)]), width), "dim"),))
    return lines
