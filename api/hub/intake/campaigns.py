"""Campaigns: known by an id or by a name, and made of a bare name when a lead brings one that nobody has described."""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import insert, select

from api.hub.data import tables
from api.hub.data.book import Book
from api.hub.intake.checks import ID_LIMIT, UnfitItem, each, fingerprint, money, needed
from api.model.campaign import Asset, Campaign
from api.model.ingest import CampaignIn, Ingested, Status
from api.model.people import Person
from api.model.text import clean_line, clean_prose

ASSETS = 200
"""Most assets of one campaign."""


def take_campaigns(book: Book, items: Sequence[CampaignIn], _actor: Person) -> list[Ingested]:
    """Add campaigns or update them."""
    return each(items, lambda item: _take(book, item))


def named(book: Book, text: str) -> str:
    """Return the id of the campaign with this id or name, making one of that name if there is none; empty for empty."""
    name = clean_line(text, ID_LIMIT)
    if not name:
        return ""
    if known := _found(book, f"id:{name}") or _found(book, _name_key(name)):
        return known
    identifier = f"c-{fingerprint(name.casefold())}"
    book.write.put("campaign", identifier, Campaign(id=identifier, name=name))
    _know(book, _name_key(name), identifier)
    return identifier


def _take(book: Book, item: CampaignIn) -> tuple[Status, str]:
    name = needed("name", item.name)
    code = clean_line(item.id, ID_LIMIT)
    identifier = _match(book, code, name)
    status = Status.UPDATED
    if not identifier:
        identifier = code or f"c-{fingerprint(name.casefold())}"
        status = Status.CREATED
    before: Campaign = book.write.get("campaign", identifier) or Campaign(id=identifier, name=name)
    after = _updated(before, item, name)
    if code:
        _know(book, f"id:{code}", identifier)
    _know(book, _name_key(name), identifier)
    if status is Status.UPDATED and after == before:
        return Status.UNCHANGED, identifier
    book.write.put("campaign", identifier, after)
    return status, identifier


def _match(book: Book, code: str, name: str) -> str:
    if code and (known := _found(book, f"id:{code}")):
        return known
    for key in [_name_key(name)] + ([_name_key(code)] if code else []):
        known = _found(book, key)
        # Two described campaigns may share a name; one that a lead's word has made waits for its description.
        if known and (not code or not _described(book, known)):
            return known
    return ""


def _updated(before: Campaign, item: CampaignIn, name: str) -> Campaign:
    assets = {asset.id: asset for asset in before.assets}
    for asset in item.assets:
        code = needed("assets", asset.id)
        assets[code] = Asset(
            id=code,
            kind=clean_line(asset.kind),
            title=clean_line(asset.title),
            words=clean_prose(asset.words),
            url=clean_line(asset.url, 2_000),
        )
    if len(assets) > ASSETS:
        raise UnfitItem("assets", f"A campaign has at most {ASSETS} assets.")
    if item.starts_on and item.ends_on and item.ends_on < item.starts_on:
        raise UnfitItem("ends_on", "“ends_on” comes before “starts_on”.")
    budget, spend = money("budget", item.budget), money("spend", item.spend)
    return replace(
        before,
        name=name,
        channel=clean_line(item.channel) or before.channel,
        starts_on=item.starts_on or before.starts_on,
        ends_on=item.ends_on or before.ends_on,
        budget=before.budget if budget is None else budget,
        spend=before.spend if spend is None else spend,
        currency=clean_line(item.currency, 3).upper() or before.currency,
        why=clean_prose(item.why) or before.why,
        owner=clean_line(item.owner, ID_LIMIT) or before.owner,
        assets=tuple(assets.values()),
    )


def _name_key(name: str) -> str:
    return f"name:{name.casefold()}"


def _found(book: Book, key: str) -> str:
    if key not in book.campaign_ids:
        table = tables.campaign_keys
        statement = select(table.c.campaign_id).where(table.c.key == key)
        book.campaign_ids[key] = book.write.connection.execute(statement).scalar_one_or_none() or ""
    return book.campaign_ids[key]


def _described(book: Book, identifier: str) -> bool:
    table = tables.campaign_keys
    keys = book.write.connection.execute(select(table.c.key).where(table.c.campaign_id == identifier)).scalars()
    return any(key.startswith("id:") for key in keys)


def _know(book: Book, key: str, identifier: str) -> None:
    if not _found(book, key):
        book.write.connection.execute(insert(tables.campaign_keys).values(key=key, campaign_id=identifier))
        book.campaign_ids[key] = identifier
