"""Every lead's row: ours where we have done something, else the mirror's."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from api.local.index.shelf import Shelf
from api.model.lead import Lead
from api.model.people import Person
from api.rules.queue import Row, concerns, hay_of
from api.rules.stirring import REFUSED


class Folded(msgspec.Struct, frozen=True):
    """A lead with our operations on top."""

    lead: Lead
    row: Row


class Rows(Mapping[str, Row]):
    """Rows by lead id. Live; nothing is copied, and nothing here but `owners` and iterating looks at every lead."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.ours: dict[str, Folded] = {}

    def __getitem__(self, lead_id: str) -> Row:
        ours = self.ours.get(lead_id)
        return ours.row if ours is not None else self.shelf[lead_id]

    def __contains__(self, lead_id: object) -> bool:
        return lead_id in self.shelf

    def __iter__(self) -> Iterator[str]:
        return iter(self.shelf)

    def __len__(self) -> int:
        return len(self.shelf)

    def hay(self, lead_id: str) -> str:
        """Return what can be searched of a lead; empty when there is no such lead."""
        ours = self.ours.get(lead_id)
        return hay_of(ours.lead) if ours is not None else self.shelf.hay(lead_id)

    def having(self, needles: Sequence[str]) -> set[str]:
        """Return the ids of the leads of which one of `needles` can be found."""
        ours = dict(self.ours)
        found = {one for one in self.shelf.having(needles) if one not in ours}
        for lead_id, folded in ours.items():
            hay = hay_of(folded.lead)
            if any(needle and needle in hay for needle in needles):
                found.add(lead_id)
        return found

    def differing(self) -> dict[str, Row | None]:
        """Return the rows that may differ from the shelf's base, by lead id; None for a lead that is gone.

        Whoever wants the base, too, takes it afterwards: what moves into it meanwhile is then known twice, never not.
        """
        rows = {lead_id: None if entry is None else entry.row for lead_id, entry in dict(self.shelf.changed).items()}
        rows.update((lead_id, folded.row) for lead_id, folded in self.ours.items())
        return rows

    def asked(self, owner: str) -> list[str]:
        """Return the ids of the leads that belong to `owner` and may be asked for by somebody else."""
        differing = self.differing()
        base = self.shelf.base
        rows = (row for row in differing.values() if row is not None)
        found = [row.id for row in rows if row.asked and row.owner == owner]
        flags = base.asked.tobytes()
        at = flags.find(1)
        while at >= 0:
            if base.owners[base.owner[at]] == owner and base.ids[at] not in differing:
                found.append(base.ids[at])
            at = flags.find(1, at + 1)
        return found

    def stirred(self, me: Person) -> list[str]:
        """Return the ids of the refused leads that concern this person and did something since, the last first."""
        differing = self.differing()
        base = self.shelf.base
        rows = [row for row in differing.values() if row is not None]
        flags = base.stirred.tobytes()
        at = flags.find(1, base.new)
        while at >= 0:
            if base.ids[at] not in differing and (row := self.shelf.get(base.ids[at])) is not None:
                rows.append(row)
            at = flags.find(1, at + 1)
        found = [row for row in rows if row.stirred is not None and row.state in REFUSED and concerns(row, me)]
        return [row.id for row in sorted(found, key=lambda row: (-(row.stirred or 0.0), row.id))]

    def known_as(self, source_id: str) -> list[str]:
        """Return the ids of the leads that have this id at their source; `source_id` is lower-cased."""
        differing = self.differing()
        base = self.shelf.base
        places = (at for at in base.known_as(source_id) if base.ids[at] not in differing)
        rows = [*(self.shelf.get(base.ids[at]) for at in places), *differing.values()]
        return [row.id for row in rows if row is not None and row.source_id == source_id]

    def owners(self) -> set[str]:
        """Return whom leads belong to, or once belonged to: ``person:ID``, ``team:NAME``, empty for nobody."""
        rows = (row for row in self.differing().values() if row is not None)
        return {*self.shelf.base.owners, *(row.owner for row in rows)}
