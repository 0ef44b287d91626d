"""Lists narrowed down by what a filter asks for besides words."""

from collections.abc import Callable, Sequence
from itertools import compress

from api.desk.view.facts import Facts
from api.desk.view.rows import Rows
from api.local.index.base import Base, IndexDamaged
from api.rules.queue import Row
from api.rules.queue.conditions import Among, Between, Condition, Either, Inside, Test, passes, tests
from api.rules.queue.setting import Setting

_FEW = 256
"""Leads whose rows are read one by one sooner than every lead is looked at in columns."""

_SOME = 2_000
"""Leads whose rows are read one by one sooner than those of all are read once and kept in columns."""

_Asked = tuple[bool, tuple[Test, ...]]
"""The tests of one condition, and whether a lead must not pass them all."""


class Narrowing:
    """Finds those of many leads that are what a filter asks for. Not thread-safe: the desk holds its lock."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: tuple[Base, Facts] | None = None

    def let_go(self) -> None:
        """Forget what is known of a base that was replaced."""
        if self._known is not None and self._known[0] is not self._rows.shelf.base:
            self._known = None

    def unread(self, conditions: Sequence[Condition], setting: Setting) -> Facts | None:
        """Return the columns that have to be read of all leads before `by` can answer at once; None where none has."""
        facts, asked = self._facts(), [(one.negated, tests(one, setting)) for one in conditions]
        if all(_cheap(one, facts) for one in asked):
            return None
        cheap = [one for one in asked if _cheap(one, facts)]
        return facts if len(self._left(range(self._rows.shelf.base.count), cheap, facts)) > _SOME else None

    def by(self, conditions: Sequence[Condition], setting: Setting) -> Callable[[list[str]], list[str]]:
        """Return what leaves of ids those of leads that are what every condition asks for, in their order.

        Not conditions about lines of words: who searches words looks for them there. What it returns is for one moment.
        """
        asked = [(one.negated, tests(one, setting)) for one in conditions]
        found: set[str] | None = None

        def passing(ids: list[str]) -> list[str]:
            nonlocal found
            if found is None and len(ids) <= _FEW:
                rows = ((one, self._rows.get(one)) for one in ids)
                return [one for one, row in rows if row is not None and _passes(row, asked)]
            if found is None:
                found = self._found(asked)
            return [one for one in ids if one in found]

        return passing

    def _found(self, asked: Sequence[_Asked]) -> set[str]:
        differing = self._rows.differing()
        try:
            found = self._based(asked)
        except (IndexDamaged, OSError):
            # The mirror reads everything anew at its next look.
            self._rows.shelf.damaged = True
            return set()
        found.difference_update(differing)
        found.update(one for one, row in differing.items() if row is not None and _passes(row, asked))
        return found

    def _based(self, asked: Sequence[_Asked]) -> set[str]:
        base, facts = self._rows.shelf.base, self._facts()
        # What columns tell leaves fewer rows to be read.
        left = self._left(range(base.count), [one for one in asked if _cheap(one, facts)], facts)
        dear = [one for one in asked if not _cheap(one, facts)]
        if dear and len(left) <= _SOME:
            left = [at for at in left if _passes(base.row(at), dear)]
        else:
            left = self._left(left, dear, facts)
        ids = base.ids
        return {ids[at] for at in left}

    def _facts(self) -> Facts:
        self.let_go()
        if self._known is None:
            base = self._rows.shelf.base
            self._known = (base, Facts(base))
        return self._known[1]

    @staticmethod
    def _left(left: Sequence[int], asked: Sequence[_Asked], facts: Facts) -> Sequence[int]:
        for negated, its_tests in asked:
            hits = left
            for test in its_tests:
                hits = _hits(test, hits, facts)
            if negated:
                out = set(hits)
                hits = [at for at in left if at not in out]
            left = hits
        return left


def _cheap(asked: _Asked, facts: Facts) -> bool:
    return all(
        facts.cheap(one.field)
        for test in asked[1]
        for one in (test.tests if isinstance(test, Either) else (test,))
        if not isinstance(one, Inside)
    )


def _passes(row: Row, asked: Sequence[_Asked]) -> bool:
    return all(negated != all(passes(test, row, "") for test in its_tests) for negated, its_tests in asked)


def _hits(test: Test, among: Sequence[int], facts: Facts) -> Sequence[int]:
    if isinstance(test, Among):
        column = facts.words(test.field)
        known = [test.accepts(word) for word in column.words]
        codes = column.codes
        if isinstance(among, range):
            return list(compress(among, map(known.__getitem__, codes)))
        return [at for at in among if known[codes[at]]]
    if isinstance(test, Between):
        numbers, low, high = facts.numbers(test.field), test.low, test.high
        if isinstance(among, range):
            return [at for at, number in enumerate(numbers) if low <= number <= high]
        return [at for at in among if low <= numbers[at] <= high]
    if isinstance(test, Either):
        found = {at for one in test.tests for at in _hits(one, among, facts)}
        return [at for at in among if at in found]
    return among
