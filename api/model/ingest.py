"""What forms, marketing automation and importers post to a hub, and what the hub says to each item.

An empty text and None mean "not said": they never wipe out what the hub already knows. Times carry a time zone.
Money is in whole units of `currency`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from api.model.campaign import Asset
from api.model.lead import Score

ITEMS_LIMIT = 1_000
"""Most items that one request may carry."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time, with its time zone."""


class TouchIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a lead did or was sent by marketing."""

    at: Moment
    kind: str
    id: str = ""
    """Its identity at the source: the same id again updates. Empty: made of time, kind, title and asset."""
    channel: str = ""
    campaign: str = ""
    """Id or name of a campaign; an unknown one is created with that name."""
    asset: str = ""
    """Id of one of the campaign's assets."""
    title: str = ""
    words: str = ""
    url: str = ""
    source: str = ""
    """Source of the lead, when the touch is posted alone."""
    source_id: str = ""
    """Id of the lead at its source, when the touch is posted alone."""


class LeadIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lead to hand over. `source` and `source_id` are its identity: posted again, it is updated."""

    source: str
    source_id: str
    created_at: Moment | None = None
    """When it was handed over; None means now."""
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    company: str = ""
    website: str = ""
    industry: str = ""
    employees: int | None = None
    company_country: str = ""
    campaign: str = ""
    """Id or name of a campaign; an unknown one is created with that name."""
    origin: str = ""
    message: str = ""
    url: str = ""
    fit: Score | None = None
    engagement: Score | None = None
    owner: str = ""
    """``person:ID`` or ``team:NAME``; counts at the first handover only, later owners are the lead's own affair."""
    touches: tuple[TouchIn, ...] = ()


class CampaignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign, known by its id; without one, by its name."""

    name: str
    id: str = ""
    channel: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    budget: float | None = None
    spend: float | None = None
    currency: str = ""
    why: str = ""
    owner: str = ""
    """Id of the marketer who answers for it."""
    assets: tuple[Asset, ...] = ()
    """The same asset id again replaces that asset; others stay."""


class OutcomeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a lead ended in the CRM that the deal was made in."""

    source: str
    source_id: str
    result: Literal["won", "lost"]
    at: Moment | None = None
    """When it ended; None means now."""
    amount: float | None = None
    by: str = ""
    """Id or name of who closed it, as the source says."""


class Status(StrEnum):
    """What became of one posted item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Ingested(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer to one posted item."""

    index: int
    """Position in the request, from 0."""
    status: Status
    id: str = ""
    """The hub's id of the record; empty when rejected."""
    field: str = ""
    """The field that was wrong, when rejected."""
    sentence: str = ""
    """What was wrong and what to do, when rejected; else what was odd about it, if anything was."""


class IngestReply(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer to a whole request: one result for each item, in order."""

    results: tuple[Ingested, ...]
