"""What is searched: words and campaign of each lead, in lists beside the ids they belong to."""

from collections.abc import Callable, Sequence

import msgspec

from api.desk.view.places import Pick, edited
from api.local.index.base import Base


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

    def matching(self, words: Sequence[str], named: Callable[[str], frozenset[str]]) -> list[int]:
        """Return the positions at which every word occurs; `named` gives the campaigns whose names have a word."""
        # The longest word leaves the fewest rows for the others to look at.
        first, *more = sorted(words, key=len, reverse=True)
        hays, campaigns = self.hays, self.campaigns
        if of := named(first):
            both = enumerate(zip(hays, campaigns, strict=True))
            hits = [at for at, (hay, campaign) in both if first in hay or campaign in of]
        else:
            hits = [at for at, hay in enumerate(hays) if first in hay]
        for word in more:
            of = named(word)
            hits = [at for at in hits if word in hays[at] or campaigns[at] in of]
        return hits
