"""What a lead did and was sent, gathered so that many touches stay a short list, and what it was promised."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from api.model.campaign import Campaign
from api.model.lead import Lead, Touch

FRESH = timedelta(hours=24)
"""A touch younger than this is marked."""

ONE_BY_ONE = 8
"""Of many touches, as many of the newest are shown each on its own; the older ones are counted by kind."""


class Moment(msgspec.Struct, frozen=True):
    """One touch, or several alike that came one after another."""

    newest: Touch
    title: str
    count: int
    fresh: bool


class TimeLine(msgspec.Struct, frozen=True):
    """A lead's touches, newest first."""

    total: int
    fresh: int
    """How many came in the last 24 hours."""
    moments: tuple[Moment, ...]
    older: tuple[Touch, ...]
    """Those that are only counted, newest first."""

    def older_words(self) -> str:
        """Return the older ones by kind, the most frequent first: ``7 page, 3 e-mail``."""
        kinds = Counter(touch.kind for touch in self.older)
        return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def time_line_of(touches: Sequence[Touch], campaign: Campaign | None, now: datetime) -> TimeLine:
    """Return the touches as they are shown."""
    titles = {asset.id: asset.title for asset in campaign.assets} if campaign else {}
    newest_first = sorted(touches, key=lambda touch: touch.at, reverse=True)
    moments: list[Moment] = []
    older: list[Touch] = []
    fresh = 0
    for touch in newest_first:
        title = touch.title or titles.get(touch.asset_id, "") or touch.url
        new = now - touch.at < FRESH
        fresh += new
        last = moments[-1] if moments else None
        if older or (len(moments) == ONE_BY_ONE and not (last and _alike(last, touch, title, fresh=new))):
            older.append(touch)
        elif last is not None and _alike(last, touch, title, fresh=new):
            moments[-1] = Moment(last.newest, last.title, last.count + 1, last.fresh)
        else:
            moments.append(Moment(touch, title, 1, new))
    if len(older) == 1:
        # Counting one takes as much room as showing it.
        touch = older.pop()
        title = touch.title or titles.get(touch.asset_id, "") or touch.url
        moments.append(Moment(touch, title, 1, now - touch.at < FRESH))
    return TimeLine(len(newest_first), fresh, tuple(moments), tuple(older))


def _alike(moment: Moment, touch: Touch, title: str, *, fresh: bool) -> bool:
    newest = moment.newest
    return (newest.kind, newest.channel, moment.title, moment.fresh) == (touch.kind, touch.channel, title, fresh)


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
