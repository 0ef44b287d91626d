"""Where TinyDB keeps its tables: a journal to which each change is appended, instead of everything rewritten.

Documents stay on the disk, undecoded; in memory is only where each one stands. Ways that must be fast take a
document's JSON by its id (`JournalStorage.raw`, `JournalStorage.each`); TinyDB's own search decodes what it looks at.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
from tinydb.storages import Storage

from api.local.errors import NotSaved
from api.local.files import Files, Handle
from api.local.frames import PREFIX, Header
from api.local.journal import Journal
from api.local.layout import (
    GONE,
    UNDECODABLE,
    Changed,
    Doc,
    Ready,
    encode,
    laid_out,
    length_at,
    place_of,
    read_at,
    sweep,
)
from api.local.sink import Damage

Document = dict[str, Any]


class News(NamedTuple):
    """What was read or written since the last look."""

    everything: bool
    """The file is another one: whatever was known of it is void."""
    changed: list[tuple[str, str]]
    """Table and id, in the order of the journal; when it is everything, what is not known from the `Memory`."""
    remembered: bool
    """Whether a `Memory` told what it knows of the file."""


class Places(Protocol):
    """Where each document of a table stands in the file, by its id: offset and length, packed into one number."""

    def get(self, doc_id: str, /) -> int | None:
        """Return where a document stands; None when there is none."""
        ...

    def put(self, doc_id: str, place: int | None) -> None:
        """Note where a document stands now; None for one that is gone."""
        ...

    def items(self) -> Iterable[tuple[str, int]]:
        """Every document's id and place."""
        ...

    def __len__(self) -> int:
        """How many documents there are."""
        ...


class Standing(dict[str, int]):
    """Places in memory, the longest unchanged first."""

    def put(self, doc_id: str, place: int | None) -> None:
        """Note where a document stands now; None for one that is gone."""
        self.pop(doc_id, None)
        if place is not None:
            self[doc_id] = place


class Memory(Protocol):
    """Whoever knows from elsewhere what a journal holds, so that it need not be read from its beginning."""

    def recall(self, handle: Handle, stat: os.stat_result) -> tuple[int, dict[str, Places]] | None:
        """Return up to where it knows the file, and what stands where until there; None when it does not know it."""
        ...

    def forget(self) -> dict[str, Places]:
        """Forget all; return the tables to begin with, others than these are kept here."""
        ...

    def close(self) -> None:
        """Let go of all that is in memory, for good."""
        ...

    def told(self, payload: memoryview) -> Sequence[Doc] | None:
        """Take a line that is no list of documents, and return what it says that the next line holds.

        None when it can't be understood; then that line is read as if nothing had been said.
        """
        ...

    def came(self, start: int) -> None:
        """Take it that the line just told of is there; its JSON begins at `start` in the file."""
        ...


class _State(NamedTuple):
    """The file and what stands where in it; exchanged as one, so that readers need no lock."""

    handle: Handle | None
    tables: dict[str, Places]


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
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._state = _State(None, {})
        self._everything = self._remembered = False
        self._changed: list[tuple[str, str]] = []
        self._foreign: list[int] = []
        self._told: Sequence[Doc] | None = None
        self.journal = Journal(path, header, self, durable=durable, damage=damage, marker=marker, files=files)
        with self.journal.exclusive(writing=False):
            pass

    def close(self) -> None:
        """Let go of the file, and of what is known of it."""
        if self._memory is not None:
            self._memory.close()
        self._begin(None, {})
        self.journal.close()

    def clear(self, handle: Handle | None) -> None:
        """Forget everything (see `Sink`)."""
        self._begin(handle, self._memory.forget() if self._memory is not None else {})

    def _begin(self, handle: Handle | None, tables: dict[str, Places]) -> None:
        self._state = _State(handle, tables)
        self._foreign = []
        self._told = None
        self._everything = True
        self._remembered = False
        self._changed = []

    def resume(self, handle: Handle, stat: os.stat_result) -> int:
        """Ask the memory, if there is one, how much of the file it knows (see `Sink`)."""
        known = self._memory.recall(handle, stat) if self._memory is not None else None
        if known is None:
            return 0
        end, tables = known
        self._state = _State(handle, tables)
        self._remembered = True
        return end

    def moved(self, handle: Handle) -> None:
        """Read from another file with the same offsets (see `Sink`)."""
        self._state = _State(handle, self._state.tables)

    def take(self, line: bytes, start: int) -> None:
        """Note what a line of the journal holds (see `Sink`)."""
        self._take(line, start, PREFIX)

    def _take(self, line: bytes, start: int, begin: int) -> None:
        """Note what the JSON holds that begins at `begin` of a line, which begins at `start` of the file."""
        told, self._told = self._told, None
        if self._memory is not None:
            if told is not None:
                self._note(told, start + begin)
                self._memory.came(start + begin)
                return
            if line.startswith(b"{", begin):
                self._told = self._memory.told(memoryview(line)[begin:])
                return
        try:
            docs = laid_out(line, begin)
        except UNDECODABLE:
            self._foreign.append(place_of(start + begin, len(line) - begin))
            return
        self._note(docs, start + begin)

    @property
    def foreign(self) -> int:
        """How many lines another version of the program wrote in a form that this one can't read."""
        return len(self._foreign)

    def news(self) -> News:
        """Return what changed since the last call, whoever changed it."""
        news = News(self._everything, self._changed, self._remembered)
        self._everything = self._remembered = False
        self._changed = []
        return news

    def coming(self, table: str) -> set[str]:
        """Return which documents of a table the next `news` names; none when it is everything."""
        return set() if self._everything else {doc_id for name, doc_id in self._changed if name == table}

    def unread(self) -> None:
        """Tell everything anew: who asked for the news could not read it."""
        self._everything = True
        self._remembered = False
        self._changed = []

    def heard(self) -> bool:
        """Say whether there is news that nobody has asked for yet."""
        return self._everything or bool(self._changed)

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

    def places(self) -> list[tuple[str, Places]]:
        """Return every table's name and where its documents stand."""
        return list(self._state.tables.items())

    def count(self, table: str) -> int:
        """Return how many documents the table has."""
        places = self._state.tables.get(table)
        return len(places) if places is not None else 0

    def ids(self, table: str) -> list[str]:
        """Return the ids of the table, oldest first."""
        return [doc_id for doc_id, _ in self.places_of(table)]

    def raw(self, table: str, doc_id: str) -> bytes | None:
        """Return the JSON of one document, read from the disk; None when there is none.

        Raises:
            OSError: the disk can't be read.
        """
        found = self.document(table, doc_id)
        return found[1] if found is not None else None

    def document(self, table: str, doc_id: str) -> tuple[int, bytes] | None:
        """Return where a document stands, and its JSON as it stands there; None when there is none.

        Raises:
            OSError: the disk can't be read.
        """
        state = self._state
        places = state.tables.get(table)
        place = places.get(doc_id) if places is not None else None
        if place is None or state.handle is None:
            return None
        return place, read_at(state.handle, place)

    def place(self, table: str, doc_id: str) -> int | None:
        """Return where a document stands; None when there is none."""
        places = self._state.tables.get(table)
        return places.get(doc_id) if places is not None else None

    def places_of(self, table: str, ids: Iterable[str] | None = None) -> Iterable[tuple[str, int | None]]:
        """Return id and place of every document of the table, or of these: None for one that is not there."""
        places = self._state.tables.get(table)
        if places is None:
            return () if ids is None else ((doc_id, None) for doc_id in ids)
        return places.items() if ids is None else ((doc_id, places.get(doc_id)) for doc_id in ids)

    def each(self, table: str, ids: Iterable[str] | None = None) -> Iterator[tuple[str, int, memoryview]]:
        """Yield id, place and JSON of every document of the table, or of those with these ids, as they stand."""
        handle = self._state.handle
        there = ((doc_id, place) for doc_id, place in self.places_of(table, ids) if place is not None)
        for (doc_id, place), data in sweep(handle, ((known, known[1]) for known in there)):
            yield doc_id, place, data

    def live(self) -> int:
        """Return how many bytes of the file are documents in force."""
        return sum(length_at(place) for table in self._state.tables.values() for _, place in table.items())

    def size_of(self, table: str, doc_id: str) -> int:
        """Return how many bytes a document takes; 0 when there is none."""
        return length_at(self.place(table, doc_id) or 0)

    def ready(self, changes: Iterable[Changed]) -> Ready:
        """Return changes as a line that can be written; touches no disk.

        Raises:
            NotSaved: they can't be kept.
        """
        payload = encode(changes)
        try:
            return Ready(payload, laid_out(payload, 0))
        except UNDECODABLE as error:
            raise NotSaved("Not saved: what the CRM sent is not a record that can be kept.") from error

    def append(self, lines: list[list[Changed]]) -> None:
        """Write changes as one batch, all or none; each inner list becomes one line.

        Raises:
            NotSaved: nothing is kept.
            JournalTooNew: a newer program took the file over meanwhile.
        """
        self.append_ready([self.ready(changes) for changes in lines])

    def append_ready(self, lines: list[Ready]) -> None:
        """Write lines as one batch, all or none; raises what `append` raises."""
        with self.journal.exclusive(writing=True):
            starts = self.journal.append([line.payload for line in lines])
            self._told = None
            for line, start in zip(lines, starts, strict=True):
                if line.docs is None or self._told is not None:
                    self._take(line.payload, start, 0)
                else:
                    self._note(line.docs, start)

    def replace(self, lines: list[Ready]) -> None:
        """Put exactly these lines in the place of all, in one step.

        Raises:
            NotSaved: the old ones stand.
        """
        with self.journal.exclusive(writing=True):
            self.journal.rewrite([line.payload for line in lines])

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

    def _note(self, docs: Iterable[Doc], start: int) -> None:
        """Note where documents stand whose line's JSON begins at `start` of the file."""
        tables, heard = self._state.tables, self._remembered or not self._everything
        for name, doc_id, offset, length in docs:
            table = tables.get(name)
            if table is None:
                table = tables[name] = Standing()
            # An updated document moves to the end: the order of a table is the order of the file.
            table.put(doc_id, None if length == GONE else place_of(start + offset, length))
            if heard:
                self._changed.append((name, doc_id))

    def _lines_to_keep(
        self, per_line: int, drop: Collection[str], without: str, extra: list[Changed]
    ) -> Iterator[bytes]:
        handle, tables = self._state
        for _, data in sweep(handle, (("", place) for place in self._foreign)):
            yield bytes(data)
        places = [
            ((name, doc_id), place)
            for name, table in tables.items()
            for doc_id, place in table.items()
            if name != without and doc_id not in drop
        ]
        line: list[Changed] = []
        for (name, doc_id), data in sweep(handle, places):
            line.append((name, doc_id, msgspec.Raw(bytes(data))))
            if len(line) == per_line:
                yield encode(line)
                line = []
        if line or extra:
            yield encode(line + extra)


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
