"""What changed at a CRM, in pages: the same records on the hub's wire, in the port, and in the mirror."""

from typing import Literal

import msgspec

RecordKind = Literal["lead", "campaign", "person", "agreement"]

GONE = msgspec.Raw(b"null")
"""Stands for a record that is gone: a tombstone."""


class Change(msgspec.Struct, frozen=True):
    """One changed record; `record` is its JSON, undecoded, since most are never looked at."""

    n: int
    kind: RecordKind
    id: str
    record: msgspec.Raw

    @property
    def gone(self) -> bool:
        """Whether the record is no more."""
        return bytes(self.record) == b"null"


class Page(msgspec.Struct, frozen=True):
    """Changes in the order of their numbers, and where to go on. Another `epoch` means: pull everything again."""

    epoch: str
    changes: tuple[Change, ...]
    cursor: str
    """Opaque; names the last change of this page and the epoch."""
    n: int
    """Number of the last change of this page."""
    more: bool
