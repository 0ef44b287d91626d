"""What stands before a page in the mirror's journal: what the queue needs of its leads, so that none is read again.

A line of its own, which says of the next line where each document stands in it, and of each lead its row and words.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

import msgspec

from api.local.layout import GONE, Doc, Ready
from api.rules.queue import Row

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


class _Line(msgspec.Struct):
    digest: str


_line = msgspec.json.Decoder(_Line).decode
_digest = msgspec.msgpack.Decoder(Digest).decode


def leads_of(docs: Sequence[Doc]) -> list[Doc]:
    """Return the documents that are leads, and there."""
    return [doc for doc in docs if doc.table == LEADS and doc.length != GONE]


def digest_line(digest: Digest) -> Ready:
    """Return the line that says so; binary, since JSON knows no infinity."""
    packed = b64encode(msgspec.msgpack.encode(digest)).decode()
    return Ready(msgspec.json.encode(_Line(packed)), None)


def read_digest(payload: memoryview) -> Digest | None:
    """Read such a line; None when it is none, or of another version."""
    try:
        digest = _digest(b64decode(_line(payload).digest))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None
    return digest if len(leads_of(digest.docs)) == len(digest.briefs) else None
