"""What is searched: words and campaign of each lead, in lists beside the ids they belong to."""

from collections.abc import Callable, Sequence

import msgspec

from api.desk.view.places import Pick, edited
from api.local.index.base import Base
from api.rules.queue.rows import line_of


class Sought(msgspec.Struct, frozen=True):
    """What must occur in what can be searched of a lead."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """What must not."""
    inside: tuple[tuple[int, str, bool], ...] = ()
    """A line, a word, and whether the word must stand in that line, or must not."""

    def __bool__(self) -> bool:
        return bool(self.words or self.without or self.inside)


class Words(msgspec.Struct, frozen=True):
    """What can be searched of some leads, in their order."""

    hays: list[str]
    campaigns: list[str]
    """The ids of their campaigns."""

    @classmethod
    def of(cls, base: Base) -> "Words":
        """Return those of a base, by position. Takes tens of milliseconds, and gives way to other threads.

        Raises:
            IndexDamaged: they can't be read.
            OSError: the disk can't be read.
        """
        return cls(base.hays(), [base.campaigns[code] for code in base.campaign])

    def picked(self, pick: Pick) -> "Words":
        """Return those of the leads that `pick` takes."""
        return Words(list(pick(self.hays)), list(pick(self.campaigns)))

    def edited(
        self, cuts: Sequence[int], places: Sequence[int], hays: Sequence[str], campaigns: Sequence[str]
    ) -> "Words":
        """Move with the ids they stand beside (see `places.edited`); what was before is void."""
        return Words(edited(self.hays, cuts, places, hays), edited(self.campaigns, cuts, places, campaigns))

    def matching(self, sought: Sought, named: Callable[[str], frozenset[str]]) -> list[int]:
        """Return the positions at which what is sought occurs; `named` gives the campaigns whose names have a word."""
        hays, campaigns = self.hays, self.campaigns
        # The longest word leaves the fewest rows for the others to look at.
        words = sorted(sought.words, key=len, reverse=True)
        hits = self._first(words, [word for _, word, wanted in sought.inside if wanted], named)
        for word in words[1:]:
            of = named(word)
            hits = [at for at in hits if word in hays[at] or campaigns[at] in of]
        for line, word, wanted in sought.inside:
            hits = [at for at in hits if (word in line_of(hays[at], line)) == wanted]
        for word in sought.without:
            of = named(word)
            hits = [at for at in hits if word not in hays[at] and campaigns[at] not in of]
        return list(hits)

    def _first(
        self, words: Sequence[str], inside: Sequence[str], named: Callable[[str], frozenset[str]]
    ) -> Sequence[int]:
        """Return the positions that are left by the first word, or by what is to stand in a line wherever it does."""
        hays, campaigns = self.hays, self.campaigns
        if not words:
            found: Sequence[int] = range(len(hays))
            for word in inside:
                found = [at for at in found if word in hays[at]]
            return found
        first = words[0]
        if of := named(first):
            both = enumerate(zip(hays, campaigns, strict=True))
            return [at for at, (hay, campaign) in both if first in hay or campaign in of]
        return [at for at, hay in enumerate(hays) if first in hay]
