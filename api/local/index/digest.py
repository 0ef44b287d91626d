"""What stands before a page in the mirror's journal: what the queue needs of its leads, so that none is read again.

A line of its own, which says of the next line where each document stands in it, and of each lead its row and words.
"""

from collections.abc import Sequence

import msgspec

from api.local.layout import GONE, Doc, Ready
from api.rules.queue import Row

FORM = 2
"""Number of the form of rows and words (`api.rules.queue`). Another one makes every index and every digest anew."""

LEADS = "lead"
"""The table whose documents are leads."""


class Brief(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the queue needs of one lead."""

    check: int
    """Checksum of its JSON (crc32)."""
    row: Row
    hay: str
    """What a search looks through."""


class Digest(msgspec.Struct, frozen=True, array_like=True):
    """What the next line holds."""

    docs: list[Doc]
    briefs: list[Brief | None]
    """Of each document that is a lead, in their order; None for one in a form that can't be read."""


_MARK = b"{digest %d}" % FORM
_NEWLINE = ord("\n")
_SWAPPED = bytes.maketrans(b"\n\xc1", b"\xc1\n")
"""Newlines, of which words have many, change places with a byte that MessagePack hardly has."""

_digest = msgspec.msgpack.Decoder(Digest).decode


def leads_of(docs: Sequence[Doc]) -> list[Doc]:
    """Return the documents that are leads, and there."""
    return [doc for doc in docs if doc.table == LEADS and doc.length != GONE]


def digest_line(digest: Digest) -> Ready:
    """Return the line that says so: MessagePack, several times faster to read than JSON, without newlines.

    Where the packed bytes have one all the same, stands first.
    """
    packed = msgspec.msgpack.encode(digest).translate(_SWAPPED)
    broken: list[bytes] = []
    at = packed.find(b"\n")
    while at >= 0:
        broken.append(b"%d" % at)
        at = packed.find(b"\n", at + 1)
    return Ready(_MARK + b",".join(broken) + b";" + packed.replace(b"\n", b"\0"), None)


def read_digest(payload: memoryview) -> Digest | None:
    """Read such a line; None when it is none, or of another version."""
    data = bytes(payload)
    begins = data.find(b";") + 1
    if not begins or not data.startswith(_MARK):
        return None
    try:
        packed = bytearray(data)[begins:]
        for at in data[len(_MARK) : begins - 1].split(b",") if begins > len(_MARK) + 1 else ():
            packed[int(at)] = _NEWLINE
        digest = _digest(packed.translate(_SWAPPED))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, IndexError):
        return None
    return digest if len(leads_of(digest.docs)) == len(digest.briefs) else None
