"""Finding leads by what a person typed: by words, by fields, and when nothing else is found by an id."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from api.desk.view.lists import Lists
from api.desk.view.rows import Rows
from api.desk.view.words import Sought, Words
from api.local.index.base import Base, IndexDamaged
from api.model.campaign import Campaign
from api.rules.queue import Filter, Order, View

if TYPE_CHECKING:
    from api.desk.view.facts import Facts
    from api.desk.view.narrowing import Narrowing
    from api.rules.queue.setting import Setting

_FEW = 256
"""Leads whose words are looked at one by one sooner than all are searched."""


class Finding:
    """Finds leads in the lists. Moments are epoch seconds. Not thread-safe: the desk holds its lock."""

    def __init__(
        self,
        rows: Rows,
        lists: Lists,
        campaigns: Callable[[], Sequence[Campaign]],
        setting: "Callable[[float], Setting]",
    ) -> None:
        self._rows = rows
        self._lists = lists
        self._campaigns = campaigns
        self._setting = setting
        self._narrowing: Narrowing | None = None

    def let_go(self) -> None:
        """Forget what is known of a base that was replaced."""
        if self._narrowing is not None:
            self._narrowing.let_go()

    def unread(self, asked: Filter, now: float) -> "Facts | None":
        """Return what has to be read of all leads before a filter can be answered at once; None where nothing has."""
        if not asked.conditions or self._rows.shelf.damaged:
            return None
        from api.rules.queue.conditions import in_lines

        return self._narrowed_by().unread(in_lines(asked.conditions)[0], self._setting(now))

    def _narrowed_by(self) -> "Narrowing":
        if self._narrowing is None:
            from api.desk.view.narrowing import Narrowing

            self._narrowing = Narrowing(self._rows)
        return self._narrowing

    def matching(self, asked: Filter, now: float, order: Order = Order.DUE) -> list[str]:
        """Return what matches of all leads, what waits for me first."""
        conditions = asked.conditions
        passing: Callable[[list[str]], list[str]] = _all_of
        sought = Sought(asked.words, asked.without)
        if conditions:
            from api.rules.queue.conditions import in_lines

            conditions, inside = in_lines(conditions)
            sought = Sought(asked.words, asked.without, inside)
            passing = self._narrowed_by().by(conditions, self._setting(now))
        words_of = cache(self.words_of)
        found: list[str] = []
        for rest in (False, True):
            line = self._lists.rest if rest else self._lists.waiting
            # Words come first: they leave few leads, and are searched fast.
            ids = line.matching(sought, self._named, words_of, now) if sought else line.ids(now)
            matching = passing(ids)
            if order is not Order.DUE:
                known = frozenset(matching)
                line = self._lists.line(View.MINE, order, lambda: self._setting(now), rest=rest)
                matching = [one for one in line.ids(now) if one in known]
            found += matching
        return found

    def narrowed(self, ids: list[str], asked: Filter, now: float) -> list[str]:
        """Return those of `ids` that match, in their order."""
        if len(ids) > _FEW:
            found = frozenset(self.matching(asked, now))
            return [one for one in ids if one in found]
        from api.rules.queue.conditions import holds

        named = {word: self._named(word) for word in (*asked.words, *asked.without)}
        setting = self._setting(now) if asked.conditions else None
        kept: list[str] = []
        for one in ids:
            row = self._rows.get(one)
            if row is None:
                continue
            hay, campaign = self._rows.hay(one), row.campaign_id
            has = {word: word in hay or campaign in of for word, of in named.items()}
            if not all(has[word] for word in asked.words) or any(has[word] for word in asked.without):
                continue
            if setting is None or all(holds(each, row, hay, setting) for each in asked.conditions):
                kept.append(one)
        return kept

    def identified(self, text: str) -> list[str]:
        """Return the leads with this id, here or at their source; of ids nobody sees, a part says nothing."""
        if text in self._rows:
            return [text]
        return self._rows.known_as(text.casefold())

    def read(self, facts: "Facts") -> None:
        """Read columns, without the lock; what can't be read is told to the mirror."""
        try:
            facts.read()
        except (IndexDamaged, OSError):
            self._rows.shelf.damaged = True

    def words_of(self, base: Base) -> Words:
        """Return what can be searched of a base; nothing where that is damaged."""
        try:
            return Words.of(base)
        except (IndexDamaged, OSError):
            # The mirror reads everything anew at its next look.
            self._rows.shelf.damaged = True
            return Words([""] * base.count, [""] * base.count)

    def _named(self, word: str) -> frozenset[str]:
        return frozenset(one.id for one in self._campaigns() if word in one.name.casefold())


def _all_of(ids: list[str]) -> list[str]:
    return ids
