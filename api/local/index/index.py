"""Shelf and book together: what the mirror's journal held is remembered, what comes is added, and merged at times."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from api.local.files import Files, Handle
from api.local.index.base import Base, Entry, merged
from api.local.index.book import Book, Span
from api.local.index.digest import LEADS, Digest, leads_of, read_digest
from api.local.index.shelf import LeadPlaces, Shelf
from api.local.layout import Doc, place_of
from api.local.storage import Places, Standing

MANY = 3_000
"""Changes on top of the base that cost an opening no more than a few milliseconds."""


class Standstill(NamedTuple):
    """How everything stood at one moment, for making a new base of it."""

    span: Span
    """What was taken in of the journal."""
    base: Base
    changed: dict[str, Entry | None]

    def merged(self) -> Base:
        """Sort the changes into a new base, in memory. Needs no lock.

        Raises:
            IndexDamaged: the base can't be read.
            OSError: the disk can't be read.
        """
        return merged(self.base, self.changed)


class Index:
    """What is known of every lead without reading it, in memory and in a file (a `storage.Memory`).

    Whatever touches the file is called with the journal's lock held; a file that can't be written does no harm.
    """

    def __init__(self, path: Path, files: Files, *, merge_after: int = MANY) -> None:
        self.shelf = Shelf()
        self._merge_after = merge_after
        self.lost: set[str] = set()
        """Leads that were known before all was forgotten; for whoever has to tell that they may be gone."""
        self.live: int | None = None
        """Bytes of the journal that were documents in force when the book was written; None when there was none."""
        self._book = Book(path, files)
        self._written = False
        self._refused = False
        """Whether the disk did not take a book; it is not asked again, since decisions need what room there is."""
        self._unreadable = False
        self._places = LeadPlaces(self.shelf)
        self._told: Digest | None = None
        self._own: tuple[bytes, Digest] | None = None
        self._staged: dict[str, Entry] = {}
        """What the journal told of leads that nobody has asked for yet."""

    # what a journal asks for (see `storage.Memory`)

    def recall(self, handle: Handle, stat: os.stat_result) -> tuple[int, dict[str, Places]] | None:
        """Return up to where the book knows the journal, and what stands where until there."""
        found = self._book.read(handle, stat)
        if found is None:
            return None
        tables = self.forget()
        self.shelf.clear(found.base)
        self._written = True
        self.live = found.live
        return found.span.end, tables | {name: Standing(places) for name, places in found.others.items()}

    def forget(self) -> dict[str, Places]:
        """Forget all that is in memory."""
        self.lost.update(self.shelf)
        self.close()
        return {LEADS: self._places}

    def close(self) -> None:
        """Let go of all that is in memory; nobody is told any more which leads that were."""
        self.shelf.clear()
        self._places = LeadPlaces(self.shelf)
        self._told = None
        self._staged = {}
        self._written = self._unreadable = False

    def told(self, payload: memoryview) -> Sequence[Doc] | None:
        """Take a digest, and return what it says that the next line holds."""
        own, self._own = self._own, None
        self._told = own[1] if own is not None and own[0] is payload.obj else read_digest(payload)
        return self._told.docs if self._told is not None else None

    def came(self, start: int) -> None:
        """Take it that the line is there which the digest told of."""
        if self._told is None:
            return
        for doc, brief in zip(leads_of(self._told.docs), self._told.briefs, strict=True):
            if brief is not None:
                place = place_of(start + doc.offset, doc.length)
                self._staged[doc.id] = Entry(place, brief.check, brief.row, brief.hay)
        self._told = None

    # what the mirror tells it

    def about_to_write(self, payload: bytes, digest: Digest) -> None:
        """Note what a digest line says that is about to be written, so that it is not read back."""
        self._own = (payload, digest)

    def staged(self, lead_ids: Iterable[tuple[str, int | None]]) -> tuple[dict[str, Entry | None], list[str]]:
        """Return what the journal told of leads at these places, and the ids of those that must be read."""
        staged, self._staged = self._staged, {}
        known: dict[str, Entry | None] = {}
        unknown: list[str] = []
        for lead_id, place in lead_ids:
            entry = staged.get(lead_id)
            if place is None:
                known[lead_id] = None
            elif entry is not None and entry.place == place:
                known[lead_id] = entry
            else:
                unknown.append(lead_id)
        return known, unknown

    def put(self, entries: Mapping[str, Entry | None], unreadable: Collection[str] = ()) -> None:
        """Note how leads are now; None for those that are gone.

        Those that are `unreadable` have no row, but keep their place; a book could not tell that of them.
        """
        self.shelf.put({**entries, **dict.fromkeys(unreadable)} if unreadable else entries)
        self._places.settle(entries)
        self._unreadable = self._unreadable or bool(unreadable)

    # the file

    def worth_merging(self, *, pulling: bool) -> bool:
        """Say whether there is no book, or so much changed that the base should take it in.

        While `pulling`, every page is a change, and merging waits until there is as much to add as there was.
        """
        if self._refused or self._unreadable:
            return False
        if not self._written and not pulling:
            return bool(self.shelf)
        return len(self.shelf.changed) > max(self._merge_after, self.shelf.base.count if pulling else 0)

    def standing(self, span: Span) -> Standstill:
        """Return how everything stands, with `span` of the journal taken in."""
        return Standstill(span, self.shelf.base, dict(self.shelf.changed))

    def take(self, before: Standstill, base: Base, others: Mapping[str, Mapping[str, int]], live: int) -> None:
        """Write a base that has the changes of `before` into a book, and go on with it, unless another came up since.

        `others` are the places of all other tables, `live` the bytes of the journal that are documents in force.

        Raises:
            IndexDamaged: the base can't be read.
            OSError: the disk is full, or can't be read; everything stands as it was.
        """
        if self.shelf.base is not before.base:
            return
        try:
            written = self._book.write(before.span, base, others, live)
        except OSError:
            self._refused = True
            raise
        self.shelf.rebase(written, before.changed)
        self._written = True

    def throw_away(self) -> None:
        """Remove the book, so that the journal is read from its beginning at the next look."""
        self._written = False
        with suppress(OSError):
            self._book.remove()
