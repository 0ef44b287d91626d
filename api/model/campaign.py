"""A marketing effort: what it cost, why it exists, and the words it used."""

from datetime import date

import msgspec


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was shown or sent: an ad, a page, an e-mail, an invitation."""

    id: str
    kind: str
    title: str = ""
    words: str = ""
    """What it promised, verbatim; the promise that stands beside the lead."""
    url: str = ""


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """The campaign a lead came from. Money is in whole units of `currency`; None means nobody has said."""

    id: str
    name: str
    channel: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    budget: float | None = None
    spend: float | None = None
    currency: str = "EUR"
    why: str = ""
    """The required line that says what this campaign is for."""
    owner: str = ""
    """Id of the marketer who answers for it."""
    assets: tuple[Asset, ...] = ()
    accepted: int = 0
    """Accept decisions on its leads so far; the hub counts, so cost per accepted lead needs no walk over all leads."""
    rejected: int = 0
    """Reject decisions on its leads so far (purged ones count nowhere)."""
    handed: int = 0
    """Leads handed over from it so far."""
