"""How documents lie in the lines of a journal: the JSON of a line is a list of changes (table, id, document)."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import msgspec

from api.local.files import Handle

Changed = tuple[str, str, Any]
"""Table, id, and the whole document (anything msgspec encodes), or None for one that is gone."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding bytes from outside may raise."""

_Decoded = tuple[str, str, msgspec.Raw]
_decode = msgspec.json.Decoder(list[_Decoded]).decode
_NULL = msgspec.Raw(b"null")
GONE = -1
"""Length of a document that is gone."""

_Key = TypeVar("_Key")
_LENGTH_BITS = 28
_LENGTH = (1 << _LENGTH_BITS) - 1
_WINDOW = 1 << 20


class Doc(NamedTuple):
    """Where a document stands in the JSON of its line."""

    table: str
    id: str
    offset: int
    length: int
    """In bytes; `GONE` for a document that is gone."""


class Ready(NamedTuple):
    """A line ready to be written."""

    payload: bytes
    docs: Sequence[Doc] | None
    """What it holds; None for a line for the `Memory`."""


def place_of(offset: int, length: int) -> int:
    """Pack an offset and a length into one small number, of which there may be a hundred thousand."""
    return offset << _LENGTH_BITS | length


def length_at(place: int) -> int:
    """Return the length in a place."""
    return place & _LENGTH


def read_at(handle: Handle, place: int) -> bytes:
    """Read what stands at a place.

    Raises:
        OSError: the disk can't be read.
    """
    return handle.read(place & _LENGTH, place >> _LENGTH_BITS)


def laid_out(line: bytes, begin: int) -> list[Doc]:
    """Return what the JSON holds that begins at `begin`; raises one of `UNDECODABLE`."""
    docs: list[Doc] = []
    position = 0
    for name, doc_id, raw in _decode(memoryview(line)[begin:]):
        if raw == _NULL:
            docs.append(Doc(name, doc_id, 0, GONE))
            continue
        data = bytes(raw)
        # Our own lines have no blanks, so the place is known; anything else is searched for.
        found = position + len(name) + len(msgspec.json.encode(doc_id)) + (7 if position else 6)
        if not line.startswith(data, begin + found):
            found = line.index(data, begin + position) - begin
        docs.append(Doc(name, doc_id, found, len(data)))
        position = found + len(data)
    return docs


def encode(changes: Iterable[Changed]) -> bytes:
    payload = msgspec.json.encode(list(changes))
    # A document taken over as it came may be laid out over several lines.
    return msgspec.json.format(payload, indent=-1) if b"\n" in payload else payload


def sweep(handle: Handle | None, places: Iterable[tuple[_Key, int]]) -> Iterator[tuple[_Key, memoryview]]:
    """Yield each key with the bytes at its place, reading the file once from front to back in large pieces."""
    if handle is None:
        return
    start = end = 0
    window = memoryview(b"")
    for key, place in sorted(places, key=itemgetter(1)):
        offset, length = place >> _LENGTH_BITS, place & _LENGTH
        if offset + length > end:
            start = offset
            window = memoryview(handle.read(max(_WINDOW, length), offset))
            end = start + len(window)
        yield key, window[offset - start : offset - start + length]
