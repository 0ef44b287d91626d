"""What the outbox keeps of one operation, and the archive of those that it is done with."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from api.local.errors import unreadable
from api.local.files import Files
from api.local.frames import Header
from api.local.layout import UNDECODABLE
from api.local.sink import Damage
from api.local.storage import JournalStorage
from api.local.tables import JournalDatabase, JournalTable
from api.model.lead import Decided
from api.model.operation import Operation, Receipt

ARCHIVE = Header("handoff archive", 1)


class Resolution(msgspec.Struct, frozen=True):
    """What the author did about an operation that did not take effect, or about having been overruled."""

    how: str
    """One of the ways of `api.desk.news.Way`; empty when it was taken back."""
    at: datetime
    by: str = ""
    """Id of the operation that took the matter up again, if one did."""


class Overruled(msgspec.Struct, frozen=True):
    """Somebody's openly taking back or overruling of an operation that had taken effect."""

    entry: Decided
    at: datetime


class Entry(msgspec.Struct, frozen=True):
    """One operation and what became of it."""

    sequence: int
    """Order of recording on this profile; counts, where clocks may be wrong."""
    operation: Operation
    receipt: Receipt | None = None
    withdrawn: bool = False
    """Taken back before it was sent."""
    offered: bool = False
    """Sending has begun at least once, so the CRM may know of it."""
    withdrawn_at: datetime | None = None
    overruled: Overruled | None = None
    resolution: Resolution | None = None

    @property
    def open(self) -> bool:
        """Whether its author has not answered yet what kept or put it out of effect."""
        failed = self.receipt is not None and not self.receipt.result.took_effect
        return self.resolution is None and (failed or self.overruled is not None)

    @property
    def settled(self) -> bool:
        """Whether the CRM has answered."""
        return self.receipt is not None

    @property
    def pending(self) -> bool:
        """Whether it is still owed to the CRM."""
        return self.receipt is None and not self.withdrawn


_entry = msgspec.json.Decoder(Entry).decode


class Archive:
    """Operations that the outbox no longer needs; opened only to add to it or to list it."""

    def __init__(self, path: Path, files: Files | None = None) -> None:
        self._path = path
        self._files = files
        self.warnings: list[str] = []
        """Sentences about damage found and what was recovered."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Add entries with one flush; one that is there already is not added twice.

        Raises:
            NotSaved: none of them is kept.
            JournalTooNew: a newer program wrote the archive.
        """
        database, storage = self._open()
        try:
            table = database.table("entry")
            if isinstance(table, JournalTable):
                table.put({entry.operation.id: entry for entry in entries})
        finally:
            storage.close()

    def entries(self) -> Iterator[Entry]:
        """Yield what was put, in that order.

        Raises:
            LocalError: the archive can't be read.
        """
        _, storage = self._open()
        try:
            for id_, _, data in storage.each("entry"):
                try:
                    yield _entry(data)
                except UNDECODABLE:
                    self._warn(f"A past decision ({id_}) was written by another version of Handoff; it is not listed.")
        except OSError as error:
            raise unreadable(self._path, error) from error
        finally:
            storage.close()

    def _open(self) -> tuple[JournalDatabase, JournalStorage]:
        database = JournalDatabase(self._path, ARCHIVE, durable=True, damage=Damage.SALVAGE, files=self._files)
        storage = database.storage
        if not isinstance(storage, JournalStorage):
            raise TypeError("An archive needs a database over a journal.")
        for warning in storage.journal.warnings:
            self._warn(warning)
        return database, storage

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)
