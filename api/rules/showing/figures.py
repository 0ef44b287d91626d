"""What a campaign cost and what came of it so far, each figure with what it is counted from."""

from math import sqrt

from api.model.campaign import Campaign
from api.rules.wording import money

FEWEST = 10
"""Under this many decisions a rate says nothing, so only the counts are shown."""

_Z = 1.959964
"""Standard deviations to either side that hold 95 % of all cases."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the Wilson interval, at 95 %, of a share of `hits` out of `of` (at least 1)."""
    share, z2 = hits / of, _Z * _Z
    middle = share + z2 / (2 * of)
    reach = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (middle - reach) / (1 + z2 / of), (middle + reach) / (1 + z2 / of)


def dates(campaign: Campaign) -> str:
    """Return from when to when it runs."""
    if campaign.starts_on and campaign.ends_on:
        return f"{campaign.starts_on} to {campaign.ends_on}"
    if campaign.starts_on:
        return f"since {campaign.starts_on}"
    return f"until {campaign.ends_on}" if campaign.ends_on else ""


def spent(campaign: Campaign) -> str:
    """Return spend and budget, and how much of it is gone."""
    budget = "" if campaign.budget is None else money(campaign.budget, campaign.currency)
    if campaign.spend is None:
        return f"not known, of {budget}" if budget else "not known"
    spend = money(campaign.spend, campaign.currency)
    if not campaign.budget:
        return f"{spend} of {budget}" if budget else f"{spend}; its budget is not known"
    return f"{spend} of {budget} ({campaign.spend / campaign.budget:.0%})"


def acceptance(campaign: Campaign) -> str:
    """Return how many of the leads decided so far were accepted; a rate only where there are enough for one."""
    decided = campaign.accepted + campaign.rejected
    handed = f"; {campaign.handed:,} handed".replace(",", " ") if campaign.handed else ""
    if not decided:
        return f"nothing decided yet{handed}"
    counts = f"{campaign.accepted} of {decided} decided"
    if decided < FEWEST:
        return f"{counts}, too few for a rate{handed}"
    low, high = wilson(campaign.accepted, decided)
    return f"{campaign.accepted / decided:.0%}, {counts} (likely {low:.0%} to {high:.0%}){handed}"


def cost(campaign: Campaign) -> str:
    """Return what one accepted lead cost so far."""
    if campaign.spend is None:
        return "not known without its spend"
    if not campaign.accepted:
        return "no accepted lead yet"
    return f"{money(campaign.spend / campaign.accepted, campaign.currency)} for an accepted lead"
