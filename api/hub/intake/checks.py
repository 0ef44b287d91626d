"""What every posted item goes through: harmless text, sensible times and numbers, and a sentence for what is wrong."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from api.errors import HandoffError
from api.hub.data.book import Book
from api.model.ingest import Ingested, Status
from api.model.people import Owner, Person, parse_owner
from api.model.text import clean_line

T = TypeVar("T")

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

ID_LIMIT = 200
"""Longest id of a source, in characters."""

MONEY_LIMIT = 1e12
"""Largest amount taken for real, in whole units of any currency."""


class UnfitItem(HandoffError):
    """A posted item that can't be taken: the field that is wrong, and why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def each(items: Sequence[T], take: Callable[[T], tuple[Status, str] | tuple[Status, str, str]]) -> list[Ingested]:
    """Take items one by one; what is wrong with one is its own affair.

    `take` returns what it did, the record's id and, where the sender should hear of something odd, a remark.
    """
    results = []
    for index, item in enumerate(items):
        try:
            status, identifier, *remark = take(item)
        except HandoffError as wrong:
            field = wrong.field if isinstance(wrong, UnfitItem) else ""
            results.append(Ingested(index=index, status=Status.REJECTED, field=field, sentence=wrong.sentence))
        else:
            results.append(Ingested(index=index, status=status, id=identifier, sentence="".join(remark)))
    return results


def fingerprint(*parts: str) -> str:
    """Return 16 hexadecimal digits that are the same for the same parts, everywhere and always."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=8).hexdigest()


def lead_id(source: str, source_id: str) -> str:
    """Return the hub's id of the lead that `source` calls `source_id`.

    Raises:
        UnfitItem: one of the two is empty.
    """
    return fingerprint(needed("source", source), needed("source_id", source_id))


def needed(field: str, text: str) -> str:
    """Return `text` as one clean line.

    Raises:
        UnfitItem: nothing is left of it, or it is too long to be an id.
    """
    if len(text) > ID_LIMIT:
        raise UnfitItem(field, f"“{field}” is too long: {ID_LIMIT} characters at most.")
    clean = clean_line(text)
    if not clean:
        raise UnfitItem(field, f"“{field}” is missing: it is part of what the item is known by.")
    return clean


def moment(field: str, at: datetime | None, otherwise: datetime) -> datetime:
    """Return `at` in UTC, `otherwise` when nothing was said.

    Raises:
        UnfitItem: it is outside 1990 to 2100.
    """
    if at is None:
        return otherwise
    if at.tzinfo is None:
        raise UnfitItem(field, f"“{field}” needs a time zone, as in 2026-03-31T09:00:00Z.")
    if not EARLIEST <= at < LATEST:
        raise UnfitItem(field, f"“{field}” lies outside the years 1990 to 2100.")
    return at.astimezone(UTC)


def money(field: str, amount: float | None) -> float | None:
    """Return the amount.

    Raises:
        UnfitItem: it is negative or beyond all sense.
    """
    if amount is not None and not 0 <= amount <= MONEY_LIMIT:
        raise UnfitItem(field, f"“{field}” is an amount from 0 to {MONEY_LIMIT:,.0f}.")
    return amount


def owner(book: Book, text: str) -> Owner | None:
    """Return the owner that `text` names (``person:ID``, ``team:NAME``, or a bare id); None for an empty text.

    Raises:
        UnfitItem: it is none, or there is no such person.
    """
    if not clean_line(text):
        return None
    try:
        named = parse_owner(clean_line(text, ID_LIMIT))
    except ValueError as error:
        raise UnfitItem("owner", str(error)) from None
    if named.kind == "person" and person(book, named.id) is None:
        raise UnfitItem("owner", f"There is nobody with the id “{named.id}”: add them first, or name a team.")
    return named


def person(book: Book, identifier: str) -> Person | None:
    """Return the person with this id, or None."""
    found: Person | None = book.write.get("person", identifier)
    return found
