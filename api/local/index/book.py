"""The index's file: a base in columns.

The file is keyed on the journal's size and time: it tells for how much of the journal it speaks, and opening reads on
from there. Whatever is wrong with it, it is thrown away and made again from the journal.
"""

import errno
import os
from array import array
from collections.abc import Mapping
from pathlib import Path
from sys import byteorder
from typing import Any
from zlib import crc32

import msgspec

from api.local.files import Files, Handle, write_whole
from api.local.index.base import CODES, Base, Columns, IndexDamaged, columns_of
from api.local.index.digest import FORM

_MAGIC = b"handoff index %d\n" % FORM
_SPARE = 2
"""How many times as much room there must be as the file takes: decisions must not find the disk full because of it."""

_LENGTHS = 8
"""Bytes before the contents: how long they are, and their checksum."""

_TAIL = 4_096
"""Bytes at the end of what the file speaks for, by which a journal is known again."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, IndexDamaged, ValueError, KeyError, OverflowError, EOFError)
_encode = msgspec.msgpack.Encoder().encode


class Span(msgspec.Struct, frozen=True):
    """The part of a journal that was taken in."""

    end: int
    """Bytes from its beginning."""
    size: int
    """Size of the journal when that was noted."""
    at: int
    """Time of its last change then (nanoseconds)."""
    tail: int
    """Checksum of its last bytes before `end`."""

    @classmethod
    def of(cls, handle: Handle, end: int, stat: os.stat_result) -> "Span":
        """Return the span that ends at `end`.

        Raises:
            OSError: the disk can't be read.
        """
        return cls(end, stat.st_size, stat.st_mtime_ns, _tail(handle, end))

    def begins(self, handle: Handle, stat: os.stat_result) -> bool:
        """Say whether a journal begins with this span; one that grew since does, one changed in place does not.

        Raises:
            OSError: the disk can't be read.
        """
        if stat.st_size < self.end or (stat.st_size == self.size and stat.st_mtime_ns != self.at):
            return False
        return _tail(handle, self.end) == self.tail


class Recalled(msgspec.Struct):
    """What the file holds."""

    span: Span
    base: Base
    others: dict[str, dict[str, int]]
    """Where documents of other tables stand, by table and id."""
    live: int
    """Bytes of the journal that were documents in force when the base was made."""


class _Contents(msgspec.Struct, frozen=True):
    span: Span
    count: int
    new: int
    owners: list[str]
    campaigns: list[str]
    others: dict[str, dict[str, int]]
    live: int
    check: int
    """Checksum of ids and columns together; rows are checked as they are read, words when all are."""
    order: str
    """The machine's order of bytes."""
    ids: int
    columns: dict[str, int]
    rows: int
    hays: int
    """Lengths in bytes, in the order of the file."""
    hays_check: int


_contents = msgspec.msgpack.Decoder(_Contents).decode
_ids = msgspec.msgpack.Decoder(list[str]).decode


class Book:
    """The index's file at `path`. Every method is called with the journal's lock held."""

    def __init__(self, path: Path, files: Files) -> None:
        self._path = path
        self._files = files

    def read(self, journal: Handle, stat: os.stat_result) -> Recalled | None:
        """Return what is known of the journal; None when there is no file, or none that speaks of this journal."""
        try:
            handle = Handle(self._files, self._files.open(self._path, os.O_RDONLY))
            found = self._read(handle, os.fstat(handle.fd).st_size)
            return found if found is not None and found.span.begins(journal, stat) else None
        except (OSError, *_UNREADABLE):
            return None

    def write(self, span: Span, base: Base, others: Mapping[str, Mapping[str, int]], live: int) -> Base:
        """Put a new file in the place of the old one; returns the base read from it, the words no longer in memory.

        `others` are the places of all other tables, `live` the bytes of the journal that are documents in force.

        Raises:
            IndexDamaged: `base` can't be read.
            OSError: the old file stands, or none.
        """
        ids = _encode(base.ids)
        columns = {name: getattr(base.columns, name).tobytes() for name in CODES}
        rows, hays = base.packed_rows(0, base.count), base.packed_hays(0, base.count)
        contents = _Contents(
            span=span,
            count=base.count,
            new=base.new,
            owners=base.owners,
            campaigns=base.campaigns,
            others={name: dict(places) for name, places in others.items()},
            live=live,
            check=_check([ids, *columns.values()]),
            order=byteorder,
            ids=len(ids),
            columns={name: len(data) for name, data in columns.items()},
            rows=len(rows),
            hays=len(hays),
            hays_check=crc32(hays),
        )
        before = [_MAGIC, _framed(_encode(contents)), ids, *columns.values()]
        size = sum(map(len, before)) + len(rows) + len(hays)
        if self._files.room(self._path.parent) < _SPARE * size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_whole(self._files, self._path, [*before, rows, hays])
        handle = Handle(self._files, self._files.open(self._path, os.O_RDONLY))
        return _based(base.columns, contents, handle, sum(map(len, before)))

    def remove(self) -> None:
        """Throw the file away, so that it is made anew."""
        self._files.remove(self._path)

    def _read(self, handle: Handle, size: int) -> Recalled | None:
        if handle.read(len(_MAGIC), 0) != _MAGIC:
            return None
        at = len(_MAGIC)
        framed = _frame_at(handle, at, size)
        if framed is None:
            return None
        contents = _contents(framed)
        if contents.order != byteorder or contents.columns.keys() != CODES.keys():
            return None
        at += _LENGTHS + len(framed)
        pieces = [handle.read(contents.ids, at)]
        at += contents.ids
        arrays: dict[str, array[Any]] = {}
        for name, length in contents.columns.items():
            pieces.append(handle.read(length, at))
            arrays[name] = array(CODES[name])
            arrays[name].frombytes(pieces[-1])
            at += length
        if _check(pieces) != contents.check or at + contents.rows + contents.hays > size:
            return None
        columns = columns_of(_ids(pieces[0]), contents.new, contents.owners, contents.campaigns, arrays)
        base = _based(columns, contents, handle, at)
        return Recalled(contents.span, base, contents.others, contents.live)


class _Part:
    """A piece of a file as a source of its own."""

    def __init__(self, handle: Handle, start: int) -> None:
        self._handle = handle
        self._start = start

    def read(self, size: int, offset: int) -> bytes:
        return self._handle.read(size, self._start + offset)


def _based(columns: Columns, contents: _Contents, handle: Handle, start: int) -> Base:
    if not len(columns.ids) == contents.count == len(columns.found) == len(columns.hay_end):
        raise IndexDamaged
    rows, hays = _Part(handle, start), _Part(handle, start + contents.rows)
    return Base(columns, rows, hays, hays_check=contents.hays_check)


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + crc32(data).to_bytes(4, "little") + data


def _frame_at(handle: Handle, at: int, size: int) -> bytes | None:
    lengths = handle.read(_LENGTHS, at)
    length = int.from_bytes(lengths[:4], "little")
    if len(lengths) < _LENGTHS or at + _LENGTHS + length > size:
        return None
    data = handle.read(length, at + _LENGTHS)
    return data if crc32(data) == int.from_bytes(lengths[4:], "little") else None


def _check(pieces: list[bytes]) -> int:
    check = 0
    for piece in pieces:
        check = crc32(piece, check)
    return check


def _tail(handle: Handle, end: int) -> int:
    start = max(end - _TAIL, 0)
    return crc32(handle.read(end - start, start))
