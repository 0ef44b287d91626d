"""The campaign behind a lead: what it cost so far, what came of it, and why it exists."""

from api.model.campaign import Campaign
from api.rules.showing.figures import acceptance, cost, dates, spent
from widgets.basis.runs import Line, heading, join, labelled, wrapped


def campaign_panel(campaign: Campaign | None, campaign_id: str, origin: str, owner: str, width: int) -> list[Line]:
    """Return the campaign, or what little is known where nobody described it."""
    if campaign is None:
        words = join([campaign_id, origin])
        if not words:
            return []
        return [heading("Campaign", width), *wrapped(words, width), *wrapped("Nobody has described it.", width, "dim")]
    lines = [heading("Campaign", width, join([campaign.channel, dates(campaign)]))]
    lines += wrapped(campaign.name, width, "strong")
    lines += wrapped(campaign.why or "Nobody has said why.", width, "" if campaign.why else "dim")
    lines += labelled("spent", spent(campaign), width)
    lines += labelled("each costs", cost(campaign), width)
    lines += labelled("accepted", acceptance(campaign), width)
    lines += labelled("answers", owner or "nobody is named", width, ink="" if owner else "dim")
    return lines
