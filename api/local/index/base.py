"""All leads at one moment, sorted, in columns: a list of 100,000 costs a few megabytes and is read in milliseconds."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Protocol
from zlib import crc32

import msgspec

from api.model.lead import State
from api.rules.queue import Row, order_key

_NEW = State.NEW.value
STATES = tuple(state.value for state in State)
"""Every state, as rows name them, in the order of their codes."""

_CODE_OF = {state: code for code, state in enumerate(STATES)}
_CHUNK = 2_000
"""Leads whose words are taken apart at a time, so that other threads get their turn in between."""

_REMEMBERED = 2_048
"""Rows kept decoded: a few screens full."""

_END = b"\0"
_pack = msgspec.msgpack.Encoder().encode
_row = msgspec.msgpack.Decoder(Row).decode
_NEVER = float("-inf")


class IndexDamaged(Exception):
    """The index does not say what its own columns promise; it has to be made anew."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What is known of one lead without reading it."""

    place: int
    """Where its JSON stands in the journal: offset and length, packed into one number."""
    check: int
    """Checksum of that JSON (crc32)."""
    row: Row
    hay: str
    """What a search looks through."""


class Source(Protocol):
    """What rows and words are read from: the index's file, or memory."""

    def read(self, size: int, offset: int) -> bytes:
        """Read up to `size` bytes at `offset`."""
        ...


class Held:
    """A `Source` in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int, offset: int) -> bytes:
        """Read up to `size` bytes at `offset`."""
        return self._data[offset : offset + size]


class Columns(msgspec.Struct):
    """One value for each lead, by its position; not to be changed."""

    ids: list[str]
    new: int
    """How many are undecided: positions 0 to `new` - 1."""
    owners: list[str]
    """Every owner that occurs, as rows name them."""
    campaigns: list[str]
    """The id of every campaign that occurs."""
    place: "array[int]"
    check: "array[int]"
    due: "array[float]"
    """When it is due (epoch seconds); infinity when no date is set."""
    handed: "array[float]"
    score: "array[int]"
    wake: "array[float]"
    """End of its snooze; infinity while only an activity ends it, minus infinity when it is awake."""
    owner: "array[int]"
    """Index into `owners`."""
    campaign: "array[int]"
    """Index into `campaigns`."""
    asked: "array[int]"
    """1 where somebody's wish for the lead is open."""
    state: "array[int]"
    """Index into `STATES`."""
    next_on: "array[int]"
    """The day of the next attempt (an ordinal); 0 when none is agreed."""
    stirred: "array[int]"
    """1 where the lead did something after it was put off until it does, or refused."""
    source: "array[int]"
    """Checksum of its id at its source, as rows have it."""
    row_end: "array[int]"
    """Where its row ends in the rows' bytes."""
    hay_end: "array[int]"
    """Where its words end in the words' bytes, the closing zero byte included."""
    found: "array[int]"
    """Sorted: the checksum of an id above, the position of its lead in the lower 32 bits."""


CODES = {
    "place": "Q",
    "check": "I",
    "due": "d",
    "handed": "d",
    "score": "h",
    "wake": "d",
    "owner": "I",
    "campaign": "I",
    "asked": "B",
    "state": "B",
    "next_on": "I",
    "stirred": "B",
    "source": "I",
    "row_end": "I",
    "hay_end": "I",
    "found": "Q",
}
"""The type of each column, as `array` names it."""


class Base:
    """Immutable; any thread may read. First the undecided by `order_key`, then all others, newest handoff first."""

    def __init__(self, columns: Columns, rows: Source, hays: Source, *, hays_check: int | None = None) -> None:
        self.columns = columns
        self.ids, self.new = columns.ids, columns.new
        self.count = len(columns.ids)
        self.due, self.handed, self.score = columns.due, columns.handed, columns.score
        self.wake, self.asked, self.stirred = columns.wake, columns.asked, columns.stirred
        self.state, self.next_on = columns.state, columns.next_on
        self.owner, self.campaign = columns.owner, columns.campaign
        self.owners, self.campaigns = columns.owners, columns.campaigns
        self._rows = rows
        self._hays = hays
        self._hays_check = hays_check
        self._known: dict[int, Row] = {}

    def find(self, lead_id: str) -> int:
        """Return the lead's position, or -1."""
        check = _crc(lead_id) << 32
        found = self.columns.found
        at = bisect_left(found, check)
        while at < len(found) and found[at] - check < 1 << 32:
            place = found[at] - check
            if self.ids[place] == lead_id:
                return place
            at += 1
        return -1

    def known_as(self, source_id: str) -> Iterator[int]:
        """Yield the positions of leads that may have this id at their source (lower-cased): its checksum is theirs."""
        source = self.columns.source
        wanted = _crc(source_id)
        column, sought = source.tobytes(), array(source.typecode, [wanted]).tobytes()
        at = column.find(sought)
        while at >= 0:
            if at % source.itemsize == 0:
                yield at // source.itemsize
            at = column.find(sought, at + 1)

    def row(self, at: int) -> Row:
        """Return the row at a position.

        Raises:
            IndexDamaged: there is something else.
            OSError: the disk can't be read.
        """
        known = self._known.get(at)
        if known is not None:
            return known
        try:
            row = _row(self.packed_rows(at, at + 1))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise IndexDamaged from error
        if row.id != self.ids[at]:
            raise IndexDamaged
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[at] = row
        return row

    def all_rows(self) -> Iterator[list[Row]]:
        """Yield every row, by position, many at a time; giving way to other threads in between.

        Raises:
            IndexDamaged: there is something else.
            OSError: the disk can't be read.
        """
        ends = self.columns.row_end
        for start in range(0, self.count, _CHUNK):
            stop = min(start + _CHUNK, self.count)
            first = ends[start - 1] if start else 0
            packed = self.packed_rows(start, stop)
            bounds = [0, *(end - first for end in ends[start:stop])]
            try:
                rows = [_row(packed[begin:end]) for begin, end in pairwise(bounds)]
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise IndexDamaged from error
            yield rows

    def hay(self, at: int) -> str:
        """Return what a search looks through, of the lead at a position.

        Raises:
            IndexDamaged: it can't be read.
            OSError: the disk can't be read.
        """
        return _text(self.packed_hays(at, at + 1)[:-1])

    def hays(self) -> list[str]:
        """Return that of every lead, by position; giving way to other threads now and then.

        Raises:
            IndexDamaged: it can't be read.
            OSError: the disk can't be read.
        """
        found: list[str] = []
        check = 0
        for start in range(0, self.count, _CHUNK):
            words = self.packed_hays(start, min(start + _CHUNK, self.count))
            check = crc32(words, check)
            found += _text(words[:-1]).split("\0")
        if len(found) != self.count or self._hays_check not in (None, check):
            raise IndexDamaged
        return found

    def having(self, needles: Sequence[str]) -> Iterator[int]:
        """Yield the positions of leads in whose words one of `needles` occurs, in no order, each at least once.

        Raises:
            OSError: the disk can't be read.
        """
        ends = self.columns.hay_end
        sought = [needle.encode(errors="replace") for needle in needles if needle and "\0" not in needle]
        for start in range(0, self.count if sought else 0, _CHUNK):
            stop = min(start + _CHUNK, self.count)
            first = ends[start - 1] if start else 0
            words = self.packed_hays(start, stop)
            for needle in sought:
                hit = words.find(needle)
                while hit >= 0:
                    at = bisect_right(ends, first + hit, start, stop)
                    yield at
                    hit = words.find(needle, ends[at] - first)

    def packed_rows(self, start: int, stop: int) -> bytes:
        """Return the rows from one position to before another, as they are kept."""
        return _between(self._rows, self.columns.row_end, start, stop)

    def packed_hays(self, start: int, stop: int) -> bytes:
        """Return the words from one position to before another, as they are kept."""
        return _between(self._hays, self.columns.hay_end, start, stop)


def _between(source: Source, ends: "array[int]", start: int, stop: int) -> bytes:
    begin = ends[start - 1] if start else 0
    return source.read(ends[stop - 1] - begin, begin) if stop > start else b""


def _crc(text: str) -> int:
    return crc32(text.encode(errors="replace"))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise IndexDamaged from error


def empty() -> Base:
    """Return a base without a lead."""
    return Base(columns_of([], 0, [], [], {name: array(code) for name, code in CODES.items()}), Held(b""), Held(b""))


def columns_of(
    ids: list[str], new: int, owners: list[str], campaigns: list[str], arrays: "Mapping[str, array[Any]]"
) -> Columns:
    """Return the columns with these arrays, by the names of `CODES`."""
    return Columns(ids=ids, new=new, owners=owners, campaigns=campaigns, **arrays)


def merged(base: Base, changes: Mapping[str, Entry | None]) -> Base:
    """Return a base in memory with the leads of `base` and what changed since; None stands for one that is gone.

    Raises:
        IndexDamaged: `base` can't be read.
        OSError: the disk can't be read.
    """
    fresh = [entry for entry in changes.values() if entry is not None]
    kept = [at for at, lead_id in enumerate(base.ids) if lead_id not in changes] if changes else range(base.count)
    both = _Both(base, fresh)
    order, new = both.sorted(kept)
    return both.picked(order, new)


class _Both:
    """The leads of a base, and behind them those that changed, by one position."""

    def __init__(self, base: Base, fresh: list[Entry]) -> None:
        self._base = base
        self._fresh = fresh
        rows = [entry.row for entry in fresh]
        old = base.columns
        self._owners = _Codes(base.owners)
        self._campaigns = _Codes(base.campaigns)
        self._columns = Columns(
            ids=[*base.ids, *(row.id for row in rows)],
            new=0,
            owners=self._owners.words,
            campaigns=self._campaigns.words,
            place=old.place + array("Q", [entry.place for entry in fresh]),
            check=old.check + array("I", [entry.check for entry in fresh]),
            due=old.due + array("d", [float("inf") if row.due is None else row.due for row in rows]),
            handed=old.handed + array("d", [row.handed for row in rows]),
            score=old.score + array("h", [max(-32_768, min(row.score, 32_767)) for row in rows]),
            wake=old.wake + array("d", [_NEVER if row.snoozed is None else row.snoozed for row in rows]),
            owner=old.owner + array("I", [self._owners.code(row.owner) for row in rows]),
            campaign=old.campaign + array("I", [self._campaigns.code(row.campaign_id) for row in rows]),
            asked=old.asked + array("B", [row.asked for row in rows]),
            state=old.state + array("B", [_CODE_OF[row.state] for row in rows]),
            next_on=old.next_on + array("I", [row.next_on or 0 for row in rows]),
            stirred=old.stirred + array("B", [row.stirred is not None for row in rows]),
            source=old.source + array("I", [_crc(row.source_id) for row in rows]),
            row_end=array("I"),
            hay_end=array("I"),
            found=array("Q"),
        )

    def sorted(self, kept: Sequence[int]) -> tuple[list[int], int]:
        """Return the positions in their new order, those in `kept` and all fresh ones, and how many are undecided."""
        base, columns, first = self._base, self._columns, self._base.count
        ids, due, handed, score = columns.ids, columns.due, columns.handed, columns.score
        fresh_new = [at for at, entry in enumerate(self._fresh, first) if entry.row.state == _NEW]
        fresh_rest = [at for at, entry in enumerate(self._fresh, first) if entry.row.state != _NEW]
        split = bisect_left(kept, base.new)
        # Both parts begin with a long sorted run, which sorting takes as it is.
        new = [*kept[:split], *fresh_new]
        rest = [*kept[split:], *fresh_rest]
        if fresh_new:
            keys = {at: order_key(self._fresh[at - first].row) for at in fresh_new}
            new.sort(key=lambda at: keys.get(at) or (due[at], handed[at], -score[at], ids[at]))
        if fresh_rest:
            rest.sort(key=lambda at: (-handed[at], ids[at]))
        return new + rest, len(new)

    def picked(self, order: list[int], new: int) -> Base:
        """Return a base of the leads at these positions, in this order."""
        old = self._columns
        ids = [old.ids[at] for at in order]
        rows, row_end = self._blobs(order, [_pack(entry.row) for entry in self._fresh], hays=False)
        words = [entry.hay.replace("\0", " ").encode(errors="replace") + _END for entry in self._fresh]
        hays, hay_end = self._blobs(order, words, hays=True)
        columns = Columns(
            ids=ids,
            new=new,
            owners=old.owners,
            campaigns=old.campaigns,
            place=_pick(old.place, order),
            check=_pick(old.check, order),
            due=_pick(old.due, order),
            handed=_pick(old.handed, order),
            score=_pick(old.score, order),
            wake=_pick(old.wake, order),
            owner=_pick(old.owner, order),
            campaign=_pick(old.campaign, order),
            asked=_pick(old.asked, order),
            state=_pick(old.state, order),
            next_on=_pick(old.next_on, order),
            stirred=_pick(old.stirred, order),
            source=_pick(old.source, order),
            row_end=row_end,
            hay_end=hay_end,
            found=array("Q", sorted(_crc(one) << 32 | at for at, one in enumerate(ids))),
        )
        return Base(columns, Held(rows), Held(hays))

    def _blobs(self, order: list[int], fresh: list[bytes], *, hays: bool) -> "tuple[bytes, array[int]]":
        base = self._base
        old = base.packed_hays(0, base.count) if hays else base.packed_rows(0, base.count)
        ends = base.columns.hay_end if hays else base.columns.row_end
        starts = array("I", [0]) + ends
        pieces = [old[starts[at] : ends[at]] if at < base.count else fresh[at - base.count] for at in order]
        return b"".join(pieces), array("I", accumulate(map(len, pieces)))


class _Codes:
    """Words that many leads share, each with a number."""

    def __init__(self, words: list[str]) -> None:
        self.words = list(words)
        self._code = {word: at for at, word in enumerate(words)}

    def code(self, word: str) -> int:
        code = self._code.get(word)
        if code is None:
            code = self._code[word] = len(self.words)
            self.words.append(word)
        return code


def _pick(column: "array[Any]", order: list[int]) -> "array[Any]":
    return array(column.typecode, map(column.__getitem__, order))
