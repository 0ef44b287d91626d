"""Leads and their touches. Importing again brings news of the lead, and never changes what was decided about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from api.hub.data.book import Book
from api.hub.intake import campaigns
from api.hub.intake.checks import UnfitItem, each, fingerprint, lead_id, moment, needed, owner
from api.model.ingest import Ingested, LeadIn, Status, TouchIn
from api.model.lead import FIELDS, Lead, Part, Score, Standing, Touch, field_value, with_field
from api.model.people import Person
from api.model.text import clean_line, clean_prose
from api.rules.lifecycle import hand

TOUCHES = 200
"""Most touches kept of one lead; the oldest go first."""

EMPLOYEES = 100_000_000
"""More than any company has."""


def take_leads(book: Book, items: Sequence[LeadIn], _actor: Person) -> list[Ingested]:
    """Hand leads over, or update those that are known by source and source id."""
    book.write.load("lead", (fingerprint(clean_line(item.source), clean_line(item.source_id)) for item in items))
    return each(items, lambda item: _take_lead(book, item))


def take_touches(book: Book, items: Sequence[TouchIn], _actor: Person) -> list[Ingested]:
    """Add touches to known leads, or update those that are known by their id."""
    return each(items, lambda item: _take_touch(book, item))


def _take_lead(book: Book, item: LeadIn) -> tuple[Status, str]:
    identifier = lead_id(item.source, item.source_id)
    _check(book, item)
    before = book.lead(identifier)
    if before is None:
        book.save(_new(book, identifier, item))
        return Status.CREATED, identifier
    after = _with_touches(_with_fields(book, before, item), _touches(book, item.touches))
    if after == before:
        return Status.UNCHANGED, identifier
    book.save(replace(after, revision=before.revision + 1))
    return Status.UPDATED, identifier


def _check(book: Book, item: LeadIn) -> None:
    """Raise what is wrong with the item before anything of it is written."""
    moment("created_at", item.created_at, book.write.at)
    owner(book, item.owner)
    if item.employees is not None and not 0 <= item.employees <= EMPLOYEES:
        raise UnfitItem("employees", f"“employees” is a number from 0 to {EMPLOYEES:,}.")
    _score(book, "fit", item.fit, None)
    _score(book, "engagement", item.engagement, None)
    for touch in item.touches:
        moment("touches.at", touch.at, book.write.at)
        needed("touches.kind", touch.kind)


def _new(book: Book, identifier: str, item: LeadIn) -> Lead:
    handed_at = moment("created_at", item.created_at, book.write.at)
    bare = Lead(
        id=identifier,
        source=needed("source", item.source),
        source_id=needed("source_id", item.source_id),
        created_at=handed_at,
        handed_at=handed_at,
        standing=Standing(owner=owner(book, item.owner)),
    )
    told = _with_touches(_with_fields(book, bare, item), _touches(book, item.touches))
    return hand(told, book.agreement())


def _with_fields(book: Book, lead: Lead, item: LeadIn) -> Lead:
    for field in FIELDS:
        if field != "campaign":
            lead = _with_text(lead, field, _said(item, field))
    return replace(
        lead,
        campaign_id=campaigns.named(book, item.campaign) or lead.campaign_id,
        url=clean_line(item.url, 2_000) or lead.url,
        fit=_score(book, "fit", item.fit, lead.fit),
        engagement=_score(book, "engagement", item.engagement, lead.engagement),
    )


def _said(item: LeadIn, field: str) -> str:
    value = getattr(item, field)
    if value is None:
        return ""
    return clean_prose(value) if field == "message" else clean_line(str(value))


def _with_text(lead: Lead, field: str, text: str) -> Lead:
    if not text or text == field_value(lead, field):
        return lead
    # What a person has put right is not undone by a source that goes on saying what was wrong.
    if any(fact.field == field and fact.before == text for fact in lead.corrections):
        return lead
    return with_field(lead, field, text)


def _score(book: Book, field: str, said: Score | None, before: Score | None) -> Score | None:
    """Return the score as the source says it now, with what it was before it last changed; `before` when it is silent.

    A source that keeps the change itself is believed; else it is told from what was said before.
    """
    if said is None:
        return before
    if not 0 <= said.value <= 100:
        raise UnfitItem(f"{field}.value", f"“{field}” is a score from 0 to 100.")
    if any(abs(part.points) > 1_000 for part in said.parts):
        raise UnfitItem(f"{field}.parts", f"A part of “{field}” has at most 1,000 points.")
    parts = tuple(Part(clean_line(part.label), part.points) for part in said.parts[:20])
    was, since = _change(book, field, said, before)
    return Score(said.value, parts, was, since)


def _change(book: Book, field: str, said: Score, before: Score | None) -> tuple[int | None, datetime | None]:
    if said.was is None and said.since is not None:
        raise UnfitItem(f"{field}.was", f"“{field}” says since when it is so, but not what it was before.")
    if said.was is not None:
        if not 0 <= said.was <= 100:
            raise UnfitItem(f"{field}.was", f"“{field}” was a score from 0 to 100 before, too.")
        # Told again without a time, a change that is known is not a new one.
        known = before is not None and (before.value, before.was) == (said.value, said.was)
        if said.since is None and known and before is not None:
            return before.was, before.since
        return said.was, min(moment(f"{field}.since", said.since, book.write.at), book.write.at)
    if before is None:
        return None, None
    if before.value != said.value:
        return before.value, book.write.at
    return before.was, before.since


def _touches(book: Book, items: Iterable[TouchIn]) -> list[Touch]:
    return [_touch(book, item) for item in items]


def _touch(book: Book, item: TouchIn) -> Touch:
    at = moment("at", item.at, book.write.at)
    kind, title, asset = needed("kind", item.kind), clean_line(item.title), clean_line(item.asset)
    return Touch(
        id=clean_line(item.id) or fingerprint(at.isoformat(), kind, title, asset),
        at=at,
        kind=kind,
        channel=clean_line(item.channel),
        campaign_id=campaigns.named(book, item.campaign),
        asset_id=asset,
        title=title,
        words=clean_prose(item.words),
        url=clean_line(item.url, 2_000),
    )


def _with_touches(lead: Lead, new: Sequence[Touch]) -> Lead:
    known = {touch.id: touch for touch in lead.touches}
    kept = sorted((known | {touch.id: touch for touch in new}).values(), key=lambda touch: (touch.at, touch.id))
    return replace(lead, touches=tuple(kept[-TOUCHES:]))


def _take_touch(book: Book, item: TouchIn) -> tuple[Status, str]:
    before = book.lead(lead_id(item.source, item.source_id))
    if before is None:
        raise UnfitItem("source_id", f"There is no lead “{clean_line(item.source_id)}” of this source: post it first.")
    touch = _touch(book, item)
    after = _with_touches(before, [touch])
    if after == before:
        return Status.UNCHANGED, touch.id
    known = any(made.id == touch.id for made in before.touches)
    book.save(replace(after, revision=before.revision + 1))
    return Status.UPDATED if known else Status.CREATED, touch.id
