"""The campaign behind a lead: what it cost so far, what came of it, and why it exists."""

from api.model.campaign import Campaign
from api.rules.wording import money
from widgets.basis.runs import Line, heading, join, labelled, wrapped

FEWEST = 10
"""Under this many decisions a rate says nothing, so only the counts are shown."""


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
    lines += labelled("accepted", acceptance(campaign), width)
    lines += labelled("each costs", cost(campaign), width)
    if owner:
        lines += labelled("answers", owner, width)
    return lines


def dates(campaign: Campaign) -> str:
    """Return from when to when it runs."""
    if campaign.starts_on and campaign.ends_on:
        return f"{campaign.starts_on} to {campaign.ends_on}"
    if campaign.starts_on:
        return f"since {campaign.starts_on}"
    return f"until {campaign.ends_on}" if campaign.ends_on else ""


def spent(campaign: Campaign) -> str:
    """Return spend and budget."""
    budget = "" if campaign.budget is None else money(campaign.budget, campaign.currency)
    if campaign.spend is None:
        return f"not known, of {budget}" if budget else "not known"
    spend = money(campaign.spend, campaign.currency)
    return f"{spend} of {budget}" if budget else spend


def acceptance(campaign: Campaign) -> str:
    """Return acceptance with its denominator; a rate only where there are enough decisions for one."""
    decided = campaign.accepted + campaign.rejected
    handed = f", {campaign.handed} handed" if campaign.handed else ""
    if not decided:
        return f"nothing decided yet{handed}"
    rate = f" ({campaign.accepted / decided:.0%})" if decided >= FEWEST else ""
    return f"{campaign.accepted} of {decided} decided{rate}{handed}"


def cost(campaign: Campaign) -> str:
    """Return what one accepted lead cost so far."""
    if campaign.spend is None:
        return "not known without its spend"
    if not campaign.accepted:
        return "no accepted lead yet"
    return f"{money(campaign.spend / campaign.accepted, campaign.currency)} for an accepted lead"
