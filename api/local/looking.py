"""Looks at the journals of a profile and changes nothing: no lock, no mending, no index."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from api.local.errors import unreadable
from api.local.files import Files, Handle
from api.local.frames import Header, Kind, Line, parse_header, read_lines
from api.local.index.book import Book


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal looks like."""

    lines: int
    damaged: int
    """Lines whose checksum is wrong, or whose JSON can't be read."""
    torn: bool
    """Whether the last line was cut short; it never counted."""
    version: int | None
    """Of its format; None when its first line is not that of the journal that was looked for."""


class Owed(msgspec.Struct, frozen=True):
    """What an outbox still owes the CRM."""

    pending: int
    oldest: datetime | None


class _Stamp(msgspec.Struct):
    at: datetime


class _Recorded(msgspec.Struct):
    operation: _Stamp


_changes = msgspec.json.Decoder(list[tuple[str, str, msgspec.Raw]])
_recorded = msgspec.json.Decoder(_Recorded)
_GONE = b"null"
_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def look_at(path: Path, header: Header) -> Seen:
    """Read the journal at `path` whole and return what it looks like.

    Raises:
        Unreadable: there is none, or it can't be read.
    """
    lines = damaged = 0
    torn = False
    version = None
    for line in _lines(path):
        lines += line.kind is not Kind.TORN
        damaged += line.kind is Kind.BAD
        torn |= line.kind is Kind.TORN
        if line.start == 0 and line.kind is Kind.CLOSES:
            found = parse_header(line.payload)
            version = found.version if found is not None and found.format == header.format else None
    return Seen(lines=lines, damaged=damaged, torn=torn, version=version)


def owed(path: Path) -> Owed:
    """Return how many operations of the outbox at `path` wait for the CRM's answer, and since when the oldest does.

    Raises:
        Unreadable: there is none, or it can't be read.
    """
    recorded: dict[str, datetime] = {}
    answered: set[str] = set()
    for line in _lines(path):
        if line.kind not in (Kind.CLOSES, Kind.MORE) or line.start == 0:
            continue
        try:
            for table, doc_id, document in _changes.decode(line.payload):
                if table == "operation":
                    if bytes(document) == _GONE:
                        recorded.pop(doc_id, None)
                    else:
                        recorded[doc_id] = _recorded.decode(document).operation.at
                elif table in ("receipt", "withdrawn") and bytes(document) != _GONE:
                    answered.add(doc_id)
        except _UNDECODABLE:
            # Another version's line: opening the program tells of it.
            continue
    waiting = [at for operation_id, at in recorded.items() if operation_id not in answered]
    return Owed(len(waiting), min(waiting, default=None))


def index_speaks(mirror: Path) -> bool | None:
    """Say whether the index beside the mirror speaks for it; None when there is none.

    Raises:
        Unreadable: the mirror can't be read.
    """
    path = mirror.with_suffix(".index")
    if not path.exists():
        return None
    try:
        handle = _opened(mirror)
        return Book(path, Files()).read(handle, os.fstat(handle.fd)) is not None
    except OSError as error:
        raise unreadable(mirror, error) from error


def _opened(path: Path) -> Handle:
    files = Files()
    return Handle(files, files.open(path, os.O_RDONLY))


def _lines(path: Path) -> Iterator[Line]:
    try:
        handle = _opened(path)
        yield from read_lines(handle, 0, os.fstat(handle.fd).st_size)
    except OSError as error:
        raise unreadable(path, error) from error
