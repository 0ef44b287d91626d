"""Exported decisions: a file that carries what one machine owes the CRM to another. Holds no secrets."""

from collections.abc import Sequence

import msgspec

from api.desk.news import NotAnExport, NotYours
from api.model.operation import Operation, Receipt
from api.model.text import PROSE_LIMIT, clean_prose

FORMAT = "handoff outbox"
VERSION = 1
LARGEST = 64 << 20
"""Bytes of the largest file that is read."""


class Failed(msgspec.Struct, frozen=True):
    """An operation that did not take effect, with the CRM's answer."""

    operation: Operation
    receipt: Receipt


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What one export holds."""

    format: str = FORMAT
    version: int = VERSION
    person: str
    """Id of the author of everything in it."""
    epoch: str
    """The CRM's history that it is meant for; empty when it was not known."""
    operations: tuple[Operation, ...] = ()
    unsettled: tuple[Failed, ...] = ()


class _Head(msgspec.Struct):
    format: str
    version: int


def pack(person: str, epoch: str, operations: Sequence[Operation], unsettled: Sequence[Failed]) -> bytes:
    """Return the export as a JSON text that people can read, too."""
    parcel = Parcel(person=person, epoch=epoch, operations=tuple(operations), unsettled=tuple(unsettled))
    return msgspec.json.format(msgspec.json.encode(parcel), indent=2) + b"\n"


def unpack(data: bytes, *, person: str, epoch: str) -> Parcel:
    """Read an export for this person and this history of the CRM; everything in it is cleaned.

    Raises:
        NotAnExport: it is no export, or one of another version.
        NotYours: it is another person's, or meant for another CRM.
    """
    if len(data) > LARGEST:
        raise NotAnExport(f"That file is larger than {LARGEST >> 20} MB: it is no export of Handoff's.")
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAnExport("That file is not one that “handoff outbox export” wrote.") from None
    if head.format != FORMAT:
        raise NotAnExport("That file is not one that “handoff outbox export” wrote.")
    if head.version != VERSION:
        raise NotAnExport(
            f"That file has the format {head.version}, this Handoff reads {VERSION}; install the newest Handoff."
        )
    try:
        parcel = msgspec.convert(_cleaned(msgspec.json.decode(data)), Parcel)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAnExport("That file is damaged: not every decision in it can be read. None was taken in.") from None
    authors = {operation.actor for operation in _operations(parcel)} | {parcel.person}
    if authors != {person}:
        other = next(iter(sorted(authors - {person})))
        raise NotYours(f"These decisions are {other[:60]}'s, this profile is {person}'s. None was taken in.")
    if "" not in (parcel.epoch, epoch) and parcel.epoch != epoch:
        raise NotYours("These decisions were made for another CRM than this profile's. None was taken in.")
    if any(failed.receipt.operation_id != failed.operation.id for failed in parcel.unsettled):
        raise NotAnExport("That file is damaged: an answer in it belongs to another decision. None was taken in.")
    return parcel


def _operations(parcel: Parcel) -> list[Operation]:
    return [*parcel.operations, *(failed.operation for failed in parcel.unsettled)]


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        cleaned = clean_prose(value, max(len(value), PROSE_LIMIT))
        # What is harmless stays to the letter: the CRM may have it already.
        return value if cleaned == value.strip(" \t\n") else cleaned
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    return value
