"""What filters ask for and the index has no column of: read from the rows once, when a filter first asks."""

import threading
from array import array
from collections.abc import Sequence
from math import nan

import msgspec

from api.local.index.base import STATES, Base


class Words(msgspec.Struct, frozen=True):
    """A column of words that many leads share: each word, and its number by position."""

    words: Sequence[str]
    codes: "Sequence[int]"


class Facts:
    """The columns of one base that rows can be told apart by, under the names that rows give them."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._reading = threading.Lock()
        self._words = {
            "owner": Words(base.owners, base.owner),
            "campaign_id": Words(base.campaigns, base.campaign),
            "state": Words(STATES, base.state),
        }
        self._numbers: dict[str, Sequence[float]] = {
            "due": base.due,
            "handed": base.handed,
            "score": base.score,
            "wake": base.wake,
        }

    def cheap(self, field: str) -> bool:
        """Say whether a column is there without reading rows."""
        return field == "stirred" or field in self._words or field in self._numbers

    def words(self, field: str) -> Words:
        """Return a column of words.

        Raises:
            IndexDamaged: the rows can't be read.
            OSError: the disk can't be read.
        """
        if field not in self._words:
            self.read()
        return self._words[field]

    def numbers(self, field: str) -> Sequence[float]:
        """Return a column of numbers, NaN where there is none.

        Raises:
            IndexDamaged: the rows can't be read.
            OSError: the disk can't be read.
        """
        if field == "stirred" and field not in self._numbers:
            self._numbers[field] = array("d", (0.0 if one else nan for one in self._base.stirred))
        if field not in self._numbers:
            self.read()
        return self._numbers[field]

    def read(self) -> None:
        """Read every row, once; may be called from any thread, and takes its time over many.

        Raises:
            IndexDamaged: the rows can't be read.
            OSError: the disk can't be read.
        """
        with self._reading:
            if "fit" not in self._numbers:
                self._read()

    def _read(self) -> None:
        coded = {field: _Coded() for field in ("reason", "decided_by", "mark", "origin")}
        fit, engagement, number = array("d"), array("d"), array("d")
        for rows in self._base.all_rows():
            coded["reason"].add([row.reason for row in rows])
            coded["decided_by"].add([row.decided_by for row in rows])
            coded["mark"].add([row.mark for row in rows])
            coded["origin"].add([row.origin for row in rows])
            fit.extend([nan if row.fit is None else row.fit for row in rows])
            engagement.extend([nan if row.engagement is None else row.engagement for row in rows])
            number.extend([row.number for row in rows])
        self._words |= {field: column.words() for field, column in coded.items()}
        self._numbers |= {"fit": fit, "engagement": engagement, "number": number}


class _Coded:
    """Words as they come, each turned into its number."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._column: array[int] = array("I")

    def add(self, words: list[str]) -> None:
        codes = self._codes
        for word in set(words):
            codes.setdefault(word, len(codes))
        self._column.extend(map(codes.__getitem__, words))

    def words(self) -> Words:
        return Words(tuple(self._codes), self._column)
