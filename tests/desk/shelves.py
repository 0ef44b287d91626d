"""A mirror in memory, whose base takes in what changed when a test says so, and which counts what is read."""

from collections.abc import Callable, Iterable

from api.local.index.base import Base, Entry, merged
from api.local.index.shelf import Shelf
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.rules.queue import hay_of, row_of


class CountingSource:
    """Bytes in memory, and how often they were read; `heed` is called each time."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.reads = 0
        self.heed: Callable[[], None] = lambda: None

    def read(self, size: int, offset: int) -> bytes:
        self.reads += 1
        self.heed()
        return self._data[offset : offset + size]


class ShelvedLeads:
    """What the view needs of a mirror."""

    def __init__(self, leads: Iterable[Lead] = (), campaigns: Iterable[Campaign] = ()) -> None:
        self.leads: dict[str, Lead] = {}
        self.leads_read = 0
        self.whole = 1
        self._campaigns = tuple(campaigns)
        self._shelf = Shelf()
        self.put(*leads)
        self.merge()

    def rows(self) -> Shelf:
        return self._shelf

    def lead(self, lead_id: str) -> Lead | None:
        self.leads_read += 1
        return self.leads.get(lead_id)

    def campaigns(self) -> tuple[Campaign, ...]:
        return self._campaigns

    def put(self, *leads: Lead) -> None:
        self.leads.update((lead.id, lead) for lead in leads)
        self._shelf.put({lead.id: Entry(0, 0, row_of(lead), hay_of(lead)) for lead in leads})

    def drop(self, lead_id: str) -> None:
        del self.leads[lead_id]
        self._shelf.put({lead_id: None})

    def merge(self) -> None:
        """Take what changed into a new base, and begin to count anew."""
        self.merging()()

    def merging(self) -> Callable[[], None]:
        """Begin to take what changed into a new base; the returned function ends that, whatever changed since."""
        changed = dict(self._shelf.changed)
        base = merged(self._shelf.base, changed)
        return lambda: self._go_on(base, changed)

    def _go_on(self, base: Base, changed: dict[str, Entry | None]) -> None:
        self.row_reads = CountingSource(base.packed_rows(0, base.count))
        self.word_reads = CountingSource(base.packed_hays(0, base.count))
        self._shelf.rebase(Base(base.columns, self.row_reads, self.word_reads), changed)
        self.leads_read = 0
