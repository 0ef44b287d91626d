"""How far the program had come when it was killed, told from outside: from its files and from what the line saw."""

import gzip
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from api.local.entries import Entry
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from tests.faults.rounds.lives import Life
from tests.faults.rounds.proxy import Passage


class Phase(StrEnum):
    """Where a kill fell."""

    BEFORE_FLUSH = "before flush"
    AFTER_FLUSH = "after flush"
    SENDING = "sending"
    RECEIPT = "receipt"
    PULL = "pull"
    AGAIN = "offering again"
    REST = "at rest"


MEANING = {
    Phase.BEFORE_FLUSH: "a decision was asked for and is not on the disk",
    Phase.AFTER_FLUSH: "it is in the outbox and was not offered to the hub",
    Phase.SENDING: "it was offered, and no answer has reached the program",
    Phase.RECEIPT: "the answer has reached the program and is not in the outbox",
    Phase.PULL: "changes were asked for and are not in the mirror",
    Phase.AGAIN: "a hub restored from a backup is offered what it had before",
    Phase.REST: "none of these",
}


@dataclass(frozen=True)
class Snapshot:
    """What the files of a profile hold."""

    entries: Mapping[str, Entry]
    cursor: str


class _Page(msgspec.Struct):
    cursor: str


@contextmanager
def copy_of(home: Path) -> Iterator[Path]:
    """Give a copy of a profile's folder, so that looking changes nothing."""
    with tempfile.TemporaryDirectory(prefix="handoff-look-") as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, ignore=lambda _folder, names: [name for name in names if name.endswith(".new")])
        yield copy


def look(home: Path) -> Snapshot:
    """Read the files of the profile in `home`, from a copy."""
    with copy_of(home) as copy:
        outbox = Outbox.open(copy / "outbox.journal")
        entries = {entry.operation.id: entry for entry in outbox.entries()}
        outbox.close()
        mirror = Mirror.open(copy / "mirror.journal")
        cursor = mirror.cursor
        mirror.close()
    return Snapshot(entries, cursor)


def phase(life: Life, before: Snapshot, after: Snapshot, passages: Sequence[Passage]) -> Phase:
    """Return where the kill of `life` fell; `passages` are the requests since its start."""
    pending = {id_ for id_, entry in after.entries.items() if entry.pending}
    posts = [one for one in passages if one.ids]
    told = {id_ for one in posts if one.told(life.killed) for id_ in one.ids}
    if told & pending:
        return Phase.RECEIPT
    asked = {id_ for one in posts for id_ in one.ids}
    begun = {id_ for id_ in pending if after.entries[id_].offered and not _offered(before, id_)}
    if (asked & pending) | begun:
        return Phase.SENDING
    if _pulling(life, after, passages):
        return Phase.PULL
    if passages and passages[-1].ids and not _told_first(before, passages[-1]):
        return Phase.AGAIN
    new = after.entries.keys() - before.entries.keys()
    if new & pending:
        return Phase.AFTER_FLUSH
    if life.decisions > len({after.entries[id_].operation.group for id_ in new}):
        return Phase.BEFORE_FLUSH
    return Phase.REST


def _offered(snapshot: Snapshot, operation_id: str) -> bool:
    entry = snapshot.entries.get(operation_id)
    return entry is not None and entry.offered


def _told_first(before: Snapshot, passage: Passage) -> bool:
    """Say whether the operations of this request had no answer yet."""
    return not any((entry := before.entries.get(id_)) is not None and entry.settled for id_ in passage.ids)


def _pulling(life: Life, after: Snapshot, passages: Sequence[Passage]) -> bool:
    last = next((one for one in reversed(passages) if one.path.startswith("/changes")), None)
    if last is None or last.status not in (0, 200):
        return False
    if not last.told(life.killed):
        return True
    body = gzip.decompress(last.body) if last.body[:2] == b"\x1f\x8b" else last.body
    return msgspec.json.decode(body, type=_Page).cursor != after.cursor
