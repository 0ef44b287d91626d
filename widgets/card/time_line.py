"""The touches of a lead as a time line, newest first."""

from collections.abc import Sequence
from datetime import datetime

from api.model.campaign import Campaign
from api.model.lead import Touch
from api.rules.wording import relative
from widgets.basis.runs import Line, fit, fit_right, heading, join, short

WHEN = 10
KIND = 9


def time_line(touches: Sequence[Touch], campaign: Campaign | None, now: datetime, width: int) -> list[Line]:
    """Return one line a touch: when, what kind, through which channel, what."""
    if not touches:
        return []
    titles = {asset.id: asset.title for asset in campaign.assets} if campaign else {}
    lines = [heading("Touches", width, str(len(touches)))]
    for touch in sorted(touches, key=lambda touch: touch.at, reverse=True):
        what = join([touch.channel, touch.title or titles.get(touch.asset_id, "") or touch.url])
        lines.append(
            (
                (fit_right(relative(touch.at, now), WHEN) + "  ", "dim"),
                (fit(touch.kind, KIND) + " ", ""),
                (short(what, width - WHEN - KIND - 3), "dim"),
            )
        )
    return lines
