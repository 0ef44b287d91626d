"""The leads as the mirror has them now: a sorted base, and on top of it what changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from api.local.index.base import Base, Entry, IndexDamaged, empty
from api.rules.queue import Row


class Shelf(Mapping[str, Row]):
    """Every lead's row by its id. One thread changes it at a time; any may read meanwhile."""

    def __init__(self) -> None:
        self._base = empty()
        self._changed: dict[str, Entry | None] = {}
        self._gone = 0
        """How many leads of the base are gone."""
        self._more = 0
        """How many leads there are that the base does not have."""
        self.damaged = False
        """Whether something could not be read that the base promised."""

    @property
    def base(self) -> Base:
        """The sorted base; replaced by another when changes are merged into it, which makes no row look different."""
        return self._base

    @property
    def changed(self) -> Mapping[str, Entry | None]:
        """What differs from the base, by lead id; None for one that is gone. Live: copy before iterating."""
        return self._changed

    def __getitem__(self, lead_id: str) -> Row:
        if lead_id in self._changed:
            # It may have been merged since the look above: then it is in the base.
            entry = self._changed.get(lead_id)
            if entry is not None:
                return entry.row
            if lead_id in self._changed:
                raise KeyError(lead_id)
        base = self._base
        at = base.find(lead_id)
        if at < 0:
            raise KeyError(lead_id)
        try:
            return base.row(at)
        except (IndexDamaged, OSError) as error:
            self.damaged = True
            raise KeyError(lead_id) from error

    def __contains__(self, lead_id: object) -> bool:
        if not isinstance(lead_id, str):
            return False
        base, known = self._base, self._changed
        if lead_id in known:
            return known.get(lead_id) is not None
        return base.find(lead_id) >= 0

    def __iter__(self) -> Iterator[str]:
        base, changed = self._base, dict(self._changed)
        # One by one they would cost several times as much, and mostly nothing has changed.
        unchanged = (lead_id for lead_id in base.ids if lead_id not in changed) if changed else base.ids
        return chain(unchanged, (lead_id for lead_id, entry in changed.items() if entry is not None))

    def __len__(self) -> int:
        return self._base.count - self._gone + self._more

    def entry(self, lead_id: str) -> tuple[int, int] | None:
        """Return place and checksum of a lead's JSON; None when there is no such lead."""
        if lead_id in self._changed:
            entry = self._changed.get(lead_id)
            return None if entry is None else (entry.place, entry.check)
        base = self._base
        at = base.find(lead_id)
        return None if at < 0 else (base.columns.place[at], base.columns.check[at])

    def hay(self, lead_id: str) -> str:
        """Return what a search looks through; empty when there is no such lead, or it can't be read."""
        if lead_id in self._changed:
            entry = self._changed.get(lead_id)
            return "" if entry is None else entry.hay
        base = self._base
        at = base.find(lead_id)
        try:
            return base.hay(at) if at >= 0 else ""
        except (IndexDamaged, OSError):
            self.damaged = True
            return ""

    def having(self, needles: Sequence[str]) -> set[str]:
        """Return the ids of the leads in whose words one of `needles` occurs."""
        base, changed = self._base, dict(self._changed)
        sought = [needle for needle in needles if needle]
        found = {
            lead_id
            for lead_id, entry in changed.items()
            if entry is not None and any(needle in entry.hay for needle in sought)
        }
        try:
            found.update(base.ids[at] for at in base.having(sought) if base.ids[at] not in changed)
        except OSError:
            self.damaged = True
        return found

    # what changes it

    def clear(self, base: Base | None = None) -> None:
        """Forget everything; begin with `base`."""
        self._base = base or empty()
        self._changed = {}
        self._gone = self._more = 0
        self.damaged = False

    def put(self, entries: Mapping[str, Entry | None]) -> None:
        """Note how leads are now; None for those that are gone."""
        base, changed = self._base, self._changed
        if not base.count and not changed and None not in entries.values():
            self._changed = dict(entries)
            self._more = len(entries)
            return
        for lead_id, entry in entries.items():
            based = base.find(lead_id) >= 0
            if lead_id in changed:
                gone = changed[lead_id] is None
                self._gone -= based and gone
                self._more -= not based and not gone
            if entry is None and not based:
                changed.pop(lead_id, None)
                continue
            changed[lead_id] = entry
            self._gone += based and entry is None
            self._more += not based and entry is not None

    def rebase(self, base: Base, merged: Mapping[str, Entry | None]) -> None:
        """Go on with a base in which the changes `merged` are."""
        self._base = base
        rest = {one: entry for one, entry in self._changed.items() if one not in merged or merged[one] is not entry}
        # What came after the base and went while the other was made leaves no trace here.
        rest.update((one, None) for one, entry in merged.items() if entry is not None and one not in self._changed)
        self._gone = self._more = 0
        for lead_id, entry in rest.items():
            based = base.find(lead_id) >= 0
            self._gone += based and entry is None
            self._more += not based and entry is not None
        self._changed = rest


class LeadPlaces:
    """Where each lead's JSON stands in the journal, by its id: from the shelf, and for those that it has not seen yet.

    A place is offset and length of the JSON, packed into one number.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._ahead: dict[str, int | None] = {}

    def get(self, lead_id: str) -> int | None:
        """Return where a lead stands; None when there is none."""
        if lead_id in self._ahead:
            return self._ahead.get(lead_id)
        known = self._shelf.entry(lead_id)
        return None if known is None else known[0]

    def put(self, doc_id: str, place: int | None) -> None:
        """Note where a lead stands now; None for one that is gone."""
        self._ahead[doc_id] = place

    def settle(self, lead_ids: Iterable[str]) -> None:
        """Note that the shelf knows these leads as they are now."""
        for lead_id in lead_ids:
            self._ahead.pop(lead_id, None)

    def items(self) -> Iterator[tuple[str, int]]:
        """Yield every lead's id and place."""
        ahead, base, changed = dict(self._ahead), self._shelf.base, dict(self._shelf.changed)
        for lead_id, place in zip(base.ids, base.columns.place, strict=True):
            if lead_id not in changed and lead_id not in ahead:
                yield lead_id, place
        for lead_id, entry in changed.items():
            if entry is not None and lead_id not in ahead:
                yield lead_id, entry.place
        for lead_id, ahead_place in ahead.items():
            if ahead_place is not None:
                yield lead_id, ahead_place

    def __len__(self) -> int:
        more = sum((place is not None) - (one in self._shelf) for one, place in self._ahead.items())
        return len(self._shelf) + more
