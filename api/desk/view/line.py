"""A list of ids kept sorted, so that one change moves one id."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from api.desk.view.places import Key, Places, edited
from api.desk.view.rows import Rows
from api.desk.view.words import Sought, Words
from api.local.index.base import Base, empty

_MANY = 64
_PART = 8
"""Changed rows, and their part in all (one in so many), up to which they are moved and not all sorted anew."""
_LATE_PART = 2
"""The same of late rows, for a list that grows: it is sorted a few times in all."""

_NOWHERE: Key = (float("-inf"), float("-inf"), 0, "")


class Draft:
    """An order as it is at one moment. Begun with the desk's lock held, and made without it."""

    def __init__(self, rows: Rows, places: Places, now: float, *, searched: bool) -> None:
        self.now = now
        self._places = places
        self._rows = rows.differing()
        self._fresh = {lead_id: rows.hay(lead_id) for lead_id in self._rows} if searched else {}
        # After what differs from it, so that what moves into it meanwhile is not missed.
        self.base = rows.shelf.base
        self.touched: set[str] = set()
        """Rows that are other since."""
        self.late: set[str] = set()
        """Those of them for which there is time."""
        self.ids: list[str] = []
        self.primary: array[float] = array("d")
        self.stands: dict[str, Key | None] = {}
        self.words: Words | None = None

    def make(self, words: Words | None = None) -> None:
        """Sort: the base's part is sorted already, and the others are put in between.

        With the words of the base, those of the rows are laid beside them.
        """
        places, base, now = self._places, self.base, self.now
        pick = places.sorted(base, now, self._rows)
        ids, primary = list(pick(base.ids)), array("d", pick(places.primary(base)))
        self.stands = {one: None if row is None else places.of(row, now) for one, row in self._rows.items()}
        keys = sorted(key for key in self.stands.values() if key is not None)

        def key_at(at: int) -> Key:
            return places.based(base, base.find(ids[at]), now) or _NOWHERE

        before = [_before(primary, key, key_at) for key in keys] if ids else [0] * len(keys)
        fresh = [key[-1] for key in keys]
        if words is not None:
            rows = [self._rows[one] for one in fresh]
            campaigns = [row.campaign_id for row in rows if row is not None]
            self.words = words.picked(pick).edited([], before, [self._fresh[one] for one in fresh], campaigns)
        self.ids = edited(ids, [], before, fresh)
        self.primary = edited(primary, [], before, [key[0] for key in keys])


class Line:
    """Ids in the order of `places`. Not thread-safe: the desk holds its lock.

    In memory is one number a row, its primary key; whole keys are read from the base's columns, but for the rows that
    differ from it. A list of ids that was given out never changes: it is replaced by another.
    """

    def __init__(self, rows: Rows, places: Places) -> None:
        self._rows = rows
        self._places = places
        self._draft: Draft | None = None
        self._made = False
        self._ids: list[str] = []
        self._primary: array[float] = array("d")
        self._stands: dict[str, Key | None] = {}
        """Where rows stand that stand elsewhere than the base says, or did; None for those that are not here."""
        self._base = empty()
        self._now = 0.0
        self._stale: set[str] = set()
        self._late: set[str] = set()
        self._words: Words | None = None
        self._wanted = False

    def touch(self, lead_id: str, *, late: bool = False) -> None:
        """Note that a row is other than it was, new, or gone, or has slept enough.

        A `late` one may go on standing where it stood until `lags` says that all should be sorted anew.
        """
        if self._made:
            (self._late if late else self._stale).add(lead_id)
        if self._draft is not None:
            (self._draft.late if late else self._draft.touched).add(lead_id)

    def forget(self, places: Places | None = None) -> None:
        """Note that every row may be other than it was, and if given, that they stand elsewhere."""
        self._places = places or self._places
        self._made, self._draft, self._words, self._base = False, None, None, empty()
        self._ids, self._primary, self._stands, self._stale, self._late = [], array("d"), {}, set(), set()

    @property
    def made(self) -> bool:
        """Whether anybody has wanted this order yet."""
        return self._made

    @property
    def late(self) -> bool:
        """Whether rows stand where they no longer belong, because there is time."""
        return bool(self._late)

    @property
    def lags(self) -> bool:
        """Whether so many do that it is time."""
        return len(self._late) > max(_MANY, len(self._ids) // _LATE_PART)

    @property
    def wanted(self) -> bool:
        """Whether what can be searched was ever made ready, so that it is wanted again."""
        return self._wanted

    @property
    def searched(self) -> bool:
        """Whether what can be searched lies ready."""
        return self._words is not None

    def ids(self, now: float) -> list[str]:
        """Return the ids as they stand at `now` (epoch seconds), never less than the last time; not to be changed."""
        if not self._made or self._outdated():
            self._make(now, None)
        if len(self._late) <= _MANY:
            self._stale |= self._late
        if self._stale:
            self._late -= self._stale
            self._move(now)
        self._now = now
        # What the new base says of late rows is not where they stand here.
        if self._rows.shelf.base is not self._base and not self._late:
            self._go_on()
        return self._ids

    def matching(
        self,
        sought: Sought,
        named: Callable[[str], frozenset[str]],
        words_of: Callable[[Base], Words],
        now: float,
    ) -> list[str]:
        """Return the ids of the rows in which what is sought occurs, in order.

        `named` gives the ids of the campaigns in whose names a word occurs, since a row knows its campaign by id alone;
        `words_of` what can be searched of a base, when that does not lie ready.
        """
        if self._words is None or self._outdated():
            self._make(now, words_of)
        ids = self.ids(now)
        return [ids[at] for at in self._words.matching(sought, named)] if self._words is not None else []

    # made beforehand

    def begin(self, now: float, *, searched: bool) -> Draft:
        """Begin to sort anew, and when `searched`, to lay ready what the first search needs."""
        self._draft = Draft(self._rows, self._places, now, searched=searched)
        return self._draft

    def take(self, draft: Draft) -> None:
        """Go on with a draft, unless something else came up meanwhile."""
        if self._draft is draft:
            self._draft = None
            self._take(draft)

    def _outdated(self) -> bool:
        """Say whether so much has changed that sorting anew is cheaper than moving it."""
        return len(self._stale) > max(_MANY, len(self._rows) // _PART)

    def _make(self, now: float, words_of: Callable[[Base], Words] | None) -> None:
        draft = Draft(self._rows, self._places, now, searched=words_of is not None)
        draft.make(words_of(draft.base) if words_of is not None else None)
        self._take(draft)

    def _take(self, draft: Draft) -> None:
        self._made, self._ids, self._primary, self._words = True, draft.ids, draft.primary, draft.words
        self._stands, self._base, self._now, self._stale = draft.stands, draft.base, draft.now, draft.touched
        self._late = draft.late
        self._wanted = self._wanted or draft.words is not None

    # keeping it right

    def _move(self, now: float) -> None:
        """Put every touched row where it stands at `now`."""
        stands: dict[str, Key | None] = {}
        cuts: list[int] = []
        keys: list[Key] = []
        for lead_id in self._stale:
            row = self._rows.get(lead_id)
            old, new = self._stood(lead_id), None if row is None else self._places.of(row, now)
            stands[lead_id] = new
            # With the same key its words may be others.
            if old is not None and (old != new or self._words is not None):
                cuts.append(self._at(old))
            if new is not None and (old != new or self._words is not None):
                keys.append(new)
        cuts.sort()
        keys.sort()
        places = [_before(self._primary, key, self._key_at) for key in keys]
        ids = [key[-1] for key in keys]
        if cuts or ids:
            self._ids = edited(self._ids.copy(), cuts, places, ids)
            self._primary = edited(self._primary, cuts, places, [key[0] for key in keys])
        if self._words is not None:
            campaigns = [self._rows[one].campaign_id for one in ids]
            self._words = self._words.edited(cuts, places, [self._rows.hay(one) for one in ids], campaigns)
        self._stands.update(stands)
        self._stale = set()

    def _stood(self, lead_id: str) -> Key | None:
        """Return where a lead stands as far as this order knows."""
        if lead_id in self._stands:
            return self._stands[lead_id]
        at = self._base.find(lead_id)
        return None if at < 0 else self._places.based(self._base, at, self._now)

    def _key_at(self, at: int) -> Key:
        return self._stood(self._ids[at]) or _NOWHERE

    def _at(self, key: Key) -> int:
        """Return the position of the lead that has this key."""
        at = _before(self._primary, key, self._key_at)
        # Columns hold less than any number: a score beyond all sense does not stand where it says.
        return at if at < len(self._ids) and self._ids[at] == key[-1] else self._ids.index(key[-1])

    def _go_on(self) -> None:
        """Go on with a base that has taken in what changed, and says by itself now where that stands."""
        kept = self._stands.keys() & {*self._rows.shelf.changed, *self._rows.ours}
        self._stands = {lead_id: self._stands[lead_id] for lead_id in kept}
        # After what differs from it, so that what moves into it meanwhile is not missed.
        self._base = self._rows.shelf.base


def _before(primary: "array[float]", key: Key, key_at: Callable[[int], Key]) -> int:
    """Return the position before which a key belongs, or at which it stands."""
    start = bisect_left(primary, key[0])
    end = bisect_right(primary, key[0], start)
    return start if start == end else start + bisect_left(range(start, end), key, key=key_at)
