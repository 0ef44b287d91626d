"""What the lead did and was sent before it was handed over, in an order that makes sense, and what that scores."""

from datetime import datetime, timedelta
from random import Random

from msgspec.structs import replace

from api.model.campaign import Asset
from api.model.ingest import CampaignIn, TouchIn
from api.model.lead import Part, Score
from api.sample.material import CampaignText

_POINTS = {
    "ad": 2,
    "letter": 4,
    "page": 6,
    "e-mail": 6,
    "event": 18,
    "pricing page": 18,
    "webinar": 22,
    "form": 28,
    "reply": 28,
    "demo request": 34,
}
_SIGNS = {"e-mail": "Opened", "ad": "Clicked", "page": "Read", "pricing page": "Read", "letter": "Answered"}
_VISIT = timedelta(hours=4)
"""Touches that lie closer together than this to the last one are one visit."""
_SITE = {
    "price": ("Page: Prices", "https://www.tideroster.example/price"),
    "council": ("Page: Questions of the works council", "https://www.tideroster.example/works-council"),
    "customers": ("Page: Who plans with it", "https://www.tideroster.example/customers"),
    "import": ("Page: From your sheet in an afternoon", "https://www.tideroster.example/import"),
}
"""Pages of the site that belong to no campaign."""
_ROAMED = ("page:council", "page:customers", "page:import")
INTENT = frozenset({"form", "webinar", "demo request", "pricing page", "reply"})
"""Kinds of touch that show intent."""


def campaign_in(text: CampaignText, today: datetime) -> CampaignIn:
    """Return the campaign with its dates placed around the day of `today`."""
    day = today.date()
    return CampaignIn(
        id=text.id,
        name=text.name,
        channel=text.channel,
        starts_on=day + timedelta(days=text.starts),
        ends_on=day + timedelta(days=text.ends),
        budget=text.budget,
        spend=text.spend,
        currency="EUR",
        why=text.why,
        owner=text.owner,
        assets=tuple(
            Asset(id=asset.id, kind=asset.kind, title=asset.title, words=asset.words, url=asset.url)
            for asset in text.assets
        ),
    )


def make_journey(
    rng: Random, campaign: CampaignText, truth: str, handed: datetime, begins: datetime
) -> tuple[TouchIn, ...]:
    """Return the touches of a lead handed over at `handed`, oldest first, none before the campaign `begins`."""
    steps = _path(rng, campaign, truth)
    at = handed - timedelta(seconds=rng.randint(20, 240))
    touches: list[TouchIn] = []
    for number, step in reversed(list(enumerate(steps))):
        kind, _, identifier = step.partition(":")
        asset = campaign.asset(identifier)
        title, url = (asset.title, asset.url) if asset else _SITE[identifier or "price"]
        touches.append(
            TouchIn(
                id=f"{number + 1}",
                at=max(at, begins + timedelta(minutes=number)),
                kind=kind,
                channel=campaign.channel if number == 0 else "email" if kind in ("e-mail", "reply") else "web",
                campaign=campaign.id,
                asset=asset.id if asset else "",
                title=title,
                url=url,
            )
        )
        at -= _pause(rng, kind)
    return tuple(reversed(touches))


def score_of(touches: tuple[TouchIn, ...], handed: datetime) -> Score:
    """Return how much the lead did, at most 100, with the parts that make the sum and what it was a visit before."""
    now = _scored(touches, handed)
    last = touches[-1].at
    earlier = tuple(touch for touch in touches if last - touch.at >= _VISIT)
    was = _scored(earlier, earlier[-1].at).value if earlier else now.value
    return now if was == now.value else replace(now, was=was, since=last)


def _scored(touches: tuple[TouchIn, ...], handed: datetime) -> Score:
    parts: list[Part] = []
    left = 100
    named: list[tuple[str, int]] = [
        (f"{_SIGNS.get(touch.kind, touch.kind.capitalize())}: {_bare(touch.title)}", _POINTS[touch.kind])
        for touch in sorted(touches, key=lambda touch: -_POINTS[touch.kind])
    ]
    recent = handed - touches[-1].at < timedelta(days=2)
    if recent:
        named.append(("Active in the last two days", 10))
    if len(touches) > 2 and handed - touches[0].at < timedelta(days=7):
        named.append(("Came back within a week", 8))
    for label, points in named:
        taken = min(points, left)
        if taken:
            parts.append(Part(label, taken))
            left -= taken
    return Score(100 - left, tuple(parts))


def _bare(title: str) -> str:
    return title.partition(": ")[2] or title


def _path(rng: Random, campaign: CampaignText, truth: str) -> list[str]:
    def eager(path: tuple[str, ...]) -> bool:
        return any(step.partition(":")[0] in INTENT - {"pricing page"} for step in path)

    wanted = truth != "low_intent"
    fitting = [path for path in campaign.paths if eager(path) is wanted] or list(campaign.paths)
    steps = list(rng.choice(fitting))
    if truth in ("opportunity", "timing") and rng.random() < 0.35 and "pricing page:" not in steps:
        steps.insert(len(steps) - 1, "pricing page:")
    if wanted:
        for page in rng.sample(_ROAMED, rng.choice((0, 0, 0, 1, 1, 2))):
            steps.insert(len(steps) - 1, page)
    return steps


def _pause(rng: Random, kind: str) -> timedelta:
    """Return the time between the touch before and one of this kind."""
    if kind in ("form", "page", "demo request"):
        return timedelta(seconds=rng.randint(25, 900)) if rng.random() < 0.7 else timedelta(hours=rng.randint(5, 60))
    if kind == "pricing page":
        return timedelta(minutes=rng.randint(1, 30))
    return timedelta(hours=rng.randint(18, 150), minutes=rng.randint(0, 59))
