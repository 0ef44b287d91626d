"""TinyDB over a journal: tables of documents with text ids, each change appended instead of everything rewritten.

Documents stay on the disk, undecoded; in memory is only where each one stands. Ways that must be fast take a
document's JSON by its id (`JournalStorage.raw`, `JournalStorage.each`); TinyDB's own search decodes what it looks at.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from api.local.errors import NotSaved
from api.local.files import Files, Handle
from api.local.frames import PREFIX, Header
from api.local.journal import Journal
from api.local.sink import Damage

Document = dict[str, Any]
Changed = tuple[str, str, Any]
"""Table, id, and the whole document (anything msgspec encodes), or None for one that is gone."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding bytes from outside may raise."""

_Decoded = tuple[str, str, msgspec.Raw]
_decode = msgspec.json.Decoder(list[_Decoded]).decode
_GONE = msgspec.Raw(b"null")
_Key = TypeVar("_Key")
_LENGTH_BITS = 28
_LENGTH = (1 << _LENGTH_BITS) - 1
_WINDOW = 1 << 20


class News(NamedTuple):
    """What was read or written since the last look."""

    everything: bool
    """The file is another one: whatever was known of it is void."""
    changed: list[tuple[str, str]]
    """Table and id, in the order of the journal; empty when it is everything."""


class _State(NamedTuple):
    """The file and what stands where in it; exchanged as one, so that readers need no lock."""

    handle: Handle | None
    tables: dict[str, dict[str, int]]


class JournalStorage(Storage):
    """A TinyDB storage that keeps its documents in a `Journal`.

    Raises:
        JournalTooNew: a newer program wrote the file.
        Unreadable: the disk can't be read.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        *,
        durable: bool,
        damage: Damage,
        marker: Path | None = None,
        files: Files | None = None,
    ) -> None:
        self._state = _State(None, {})
        self._everything = False
        self._changed: list[tuple[str, str]] = []
        self._foreign: list[int] = []
        self.journal = Journal(path, header, self, durable=durable, damage=damage, marker=marker, files=files)
        with self.journal.exclusive(writing=False):
            pass

    def close(self) -> None:
        """Let go of the file, and of what is known of it."""
        self.clear(None)
        self.journal.close()

    def clear(self, handle: Handle | None) -> None:
        """Forget everything (see `Sink`)."""
        self._state = _State(handle, {})
        self._foreign = []
        self._everything = True
        self._changed = []

    def moved(self, handle: Handle) -> None:
        """Read from another file with the same offsets (see `Sink`)."""
        self._state = _State(handle, self._state.tables)

    def take(self, line: bytes, start: int) -> None:
        """Note what a line of the journal holds (see `Sink`)."""
        try:
            changes = _decode(memoryview(line)[PREFIX:])
        except UNDECODABLE:
            self._foreign.append(_place(start + PREFIX, len(line) - PREFIX))
            return
        self._index(changes, line, start, PREFIX)

    @property
    def foreign(self) -> int:
        """How many lines another version of the program wrote in a form that this one can't read."""
        return len(self._foreign)

    def news(self) -> News:
        """Return what changed since the last call, whoever changed it."""
        news = News(self._everything, self._changed)
        self._everything = False
        self._changed = []
        return news

    def coming(self, table: str) -> set[str]:
        """Return which documents of a table the next `news` names; none when it is everything."""
        return set() if self._everything else {doc_id for name, doc_id in self._changed if name == table}

    def unread(self) -> None:
        """Tell everything anew: who asked for the news could not read it."""
        self._everything = True
        self._changed = []

    def behind(self) -> bool:
        """Say whether there is news, or may be some in the file; costs one look at its size."""
        return self._everything or bool(self._changed) or self.journal.stale()

    def refresh(self, *, wait: bool = False) -> bool:
        """Catch up with other processes; costs one look at the file's size when there is nothing new.

        Returns whether there was something. Unless `wait`, a journal that is being written is left for next time.
        """
        if not self.journal.stale():
            return False
        with self.journal.exclusive(writing=False, wait=wait) as had:
            return had

    def count(self, table: str) -> int:
        """Return how many documents the table has."""
        return len(self._state.tables.get(table, ()))

    def ids(self, table: str) -> list[str]:
        """Return the ids of the table, oldest first."""
        return list(self._state.tables.get(table, ()))

    def raw(self, table: str, doc_id: str) -> bytes | None:
        """Return the JSON of one document, read from the disk; None when there is none.

        Raises:
            OSError: the disk can't be read.
        """
        state = self._state
        place = state.tables.get(table, {}).get(doc_id)
        if place is None or state.handle is None:
            return None
        return state.handle.read(place & _LENGTH, place >> _LENGTH_BITS)

    def each(self, table: str, ids: Iterable[str] | None = None) -> Iterator[tuple[str, memoryview]]:
        """Yield id and JSON of every document of the table, or of those with these ids, in the order of the file."""
        state = self._state
        places = state.tables.get(table, {})
        if ids is None:
            yield from _sweep(state.handle, places.items())
        else:
            yield from _sweep(state.handle, ((doc_id, places[doc_id]) for doc_id in ids if doc_id in places))

    def live(self) -> int:
        """Return how many bytes of the file are documents in force."""
        return sum(place & _LENGTH for table in self._state.tables.values() for place in table.values())

    def size_of(self, table: str, doc_id: str) -> int:
        """Return how many bytes a document takes; 0 when there is none."""
        return self._state.tables.get(table, {}).get(doc_id, 0) & _LENGTH

    def append(self, lines: list[list[Changed]]) -> None:
        """Write changes as one batch, all or none; each inner list becomes one line.

        Raises:
            NotSaved: nothing is kept.
            JournalTooNew: a newer program took the file over meanwhile.
        """
        with self.journal.exclusive(writing=True):
            payloads = [_encode(changes) for changes in lines]
            try:
                decoded = [_decode(payload) for payload in payloads]
            except UNDECODABLE as error:
                raise NotSaved("Not saved: what the CRM sent is not a record that can be kept.") from error
            for changes, payload, start in zip(decoded, payloads, self.journal.append(payloads), strict=True):
                self._index(changes, payload, start, 0)

    def replace(self, lines: list[list[Changed]]) -> None:
        """Put exactly these documents in the place of all, in one step.

        Raises:
            NotSaved: the old ones stand.
        """
        with self.journal.exclusive(writing=True):
            self.journal.rewrite([_encode(changes) for changes in lines])

    def compact(
        self, *, per_line: int, drop: Collection[str] = (), without: str = "", extra: list[Changed] | None = None
    ) -> None:
        """Write the file anew with only what is in force, in the same order, in one step.

        Documents with an id in `drop` and the table `without` are left out, `extra` comes last.

        Raises:
            NotSaved: the old file stands.
        """
        with self.journal.exclusive(writing=True):
            self.journal.rewrite(self._lines_to_keep(per_line, drop, without, extra or []))

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the tables as views that decode a document when it is looked at (TinyDB's `Storage.read`)."""
        names = [name for name, places in self._state.tables.items() if places]
        views: dict[str, Any] = {name: Documents(self, name) for name in names}
        return views or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Append what differs between `data` and the tables (TinyDB's `Storage.write`)."""
        with self.journal.exclusive(writing=True):
            changes: list[Changed] = []
            for name in self._state.tables:
                changes += [(name, doc_id, None) for doc_id in self.ids(name) if doc_id not in data.get(name, {})]
            for name, documents in data.items():
                mine = Documents(self, name)
                changes += [(name, doc_id, doc) for doc_id, doc in documents.items() if mine.get(doc_id) != doc]
            if changes:
                self.append([changes])

    def _index(self, changes: Iterable[_Decoded], line: bytes, start: int, begin: int) -> None:
        position = begin
        tables = self._state.tables
        for name, doc_id, raw in changes:
            table = tables.setdefault(name, {})
            # An updated document moves to the end: the order of a table is the order of the file.
            table.pop(doc_id, None)
            if raw != _GONE:
                data = bytes(raw)
                length = len(data)
                # Our own lines have no blanks, so the place is known; anything else is searched for.
                found = position + len(name) + len(msgspec.json.encode(doc_id)) + (7 if position > begin else 6)
                if not line.startswith(data, found):
                    found = line.index(data, position)
                table[doc_id] = _place(start + found, length)
                position = found + length
            if not self._everything:
                self._changed.append((name, doc_id))

    def _lines_to_keep(
        self, per_line: int, drop: Collection[str], without: str, extra: list[Changed]
    ) -> Iterator[bytes]:
        handle, tables = self._state
        for _, data in _sweep(handle, (("", place) for place in self._foreign)):
            yield bytes(data)
        places = [
            ((name, doc_id), place)
            for name, table in tables.items()
            for doc_id, place in table.items()
            if name != without and doc_id not in drop
        ]
        line: list[Changed] = []
        for (name, doc_id), data in _sweep(handle, places):
            line.append((name, doc_id, msgspec.Raw(bytes(data))))
            if len(line) == per_line:
                yield _encode(line)
                line = []
        if line or extra:
            yield _encode(line + extra)


class Documents(Mapping[str, Document]):
    """One table, decoded a document at a time."""

    def __init__(self, storage: JournalStorage, name: str) -> None:
        self._storage = storage
        self._name = name

    def __getitem__(self, doc_id: str) -> Document:
        raw = self._storage.raw(self._name, doc_id)
        if raw is None:
            raise KeyError(doc_id)
        document: Document = msgspec.json.decode(raw)
        return document

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and self._storage.size_of(self._name, doc_id) > 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._storage.ids(self._name))

    def __len__(self) -> int:
        return self._storage.count(self._name)


class _Draft(MutableMapping[str, Document]):
    """A table while one update runs on it: remembers what it touched, so that only that is written."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.touched: dict[str, Document | None] = {}

    def __getitem__(self, doc_id: str) -> Document:
        if doc_id not in self.touched:
            self.touched[doc_id] = self._documents[doc_id]
        document = self.touched[doc_id]
        if document is None:
            raise KeyError(doc_id)
        return document

    def __setitem__(self, doc_id: str, document: Document) -> None:
        self.touched[doc_id] = document

    def __delitem__(self, doc_id: str) -> None:
        if doc_id not in self:
            raise KeyError(doc_id)
        self.touched[doc_id] = None

    def __contains__(self, doc_id: object) -> bool:
        return self.touched[doc_id] is not None if doc_id in self.touched else doc_id in self._documents

    def __iter__(self) -> Iterator[str]:
        yield from (doc_id for doc_id in self._documents if doc_id in self)
        yield from (doc_id for doc_id in self.touched if doc_id in self and doc_id not in self._documents)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class JournalTable(Table):
    """A TinyDB table with text ids; every update becomes one batch of the documents it changed."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB declares int and asks only for str() of it

    def __init__(self, storage: JournalStorage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        # Other processes change documents too, so a cache of query results would go stale.
        super().__init__(storage, name, cache_size, persist_empty)
        self._journal = storage

    def put(self, documents: Mapping[str, object]) -> None:
        """Insert or replace whole documents in one batch, one line each.

        Raises:
            NotSaved: nothing is kept.
        """
        if documents:
            self._journal.append([[(self.name, doc_id, document)] for doc_id, document in documents.items()])

    def _get_next_id(self) -> str:
        return uuid4().hex

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._journal.journal.exclusive(writing=True):
            documents = Documents(self._journal, self.name)
            draft = _Draft(documents)
            updater(draft)
            changed = {doc_id: new for doc_id, new in draft.touched.items() if new != documents.get(doc_id)}
            self.put(changed)


class JournalDatabase(TinyDB):
    """TinyDB over one journal; takes the arguments of `JournalStorage`."""

    table_class = JournalTable  # type: ignore[assignment]  # TinyDB's documented hook, declared too narrowly
    default_storage_class = JournalStorage  # type: ignore[assignment]


def _place(offset: int, length: int) -> int:
    """Pack an offset and a length into one small number, of which there may be a hundred thousand."""
    return offset << _LENGTH_BITS | length


def _encode(changes: list[Changed]) -> bytes:
    payload = msgspec.json.encode(changes)
    # A document taken over as it came may be laid out over several lines.
    return msgspec.json.format(payload, indent=-1) if b"\n" in payload else payload


def _sweep(handle: Handle | None, places: Iterable[tuple[_Key, int]]) -> Iterator[tuple[_Key, memoryview]]:
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
