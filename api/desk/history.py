"""Everything this profile has done, and carrying what is unsent to another machine."""

from collections.abc import Iterator

from api.desk import parcel
from api.desk.doing import acts
from api.desk.keeping import Keeping
from api.desk.news import Logged, TakenIn
from api.local.entries import Entry


class History(Keeping):
    """The part of the desk that tells what was done, and exports and imports what the CRM has not got yet."""

    def log(self, lead_id: str = "") -> Iterator[Logged]:
        """Yield every operation of this profile, or those on one lead, the newest first.

        Reads what the outbox has put away, too: in a screen, use `log_soon`.

        Raises:
            LocalError: what was put away can't be read.
        """
        entries = {entry.operation.id: entry for entry in (*self._ledger.archived(), *self._ledger.entries())}
        for entry in sorted(entries.values(), key=lambda entry: entry.sequence, reverse=True):
            if not lead_id or entry.operation.target.id == lead_id:
                yield self._logged(entry)

    async def log_soon(self, lead_id: str = "") -> list[Logged]:
        """Return all of `log`, read off the event loop."""
        import asyncio

        return await asyncio.to_thread(lambda: list(self.log(lead_id)))

    def _logged(self, entry: Entry) -> Logged:
        operation, resolution = entry.operation, entry.resolution
        return Logged(
            operation=operation,
            title=self._title(operation),
            sentence=acts.say([operation], self._agreement),
            outcome="withdrawn" if entry.withdrawn else entry.receipt.result.value if entry.receipt else "pending",
            receipt=entry.receipt,
            resolution=resolution.how if resolution is not None else "",
            resolved_at=resolution.at if resolution is not None else None,
            withdrawn_at=entry.withdrawn_at,
        )

    def export(self) -> bytes:
        """Return everything that the CRM has not got, as a file for another machine of this person's.

        Operations without an answer, and those that did not take effect and wait for the person.
        """
        failed = [parcel.Failed(held.operation, held.receipt) for held in self._unsettled() if held.receipt is not None]
        return parcel.pack(self._me.id, self._epoch_known(), self._ledger.pending(), list(reversed(failed)))

    def take_in(self, data: bytes) -> TakenIn:
        """Take in what `export` wrote on another machine; what is here already stays as it is.

        That machine may have sent it, or send it yet: what is taken in can't be withdrawn, only taken back openly.

        Raises:
            NotAnExport: it is no export, or one that can't be read; nothing is taken in.
            NotYours: it is another person's or another CRM's; nothing is taken in.
            NotSaved: the disk did not take it; nothing is taken in.
        """
        found = parcel.unpack(data, person=self._me.id, epoch=self._epoch_known())
        operations = {one.id: one for one in (*(failed.operation for failed in found.unsettled), *found.operations)}
        with self._writing() as touched:
            known = {entry.operation.id for entry in (*self._ledger.archived(), *self._ledger.entries())}
            new = [operation for key, operation in operations.items() if key not in known]
            receipts = [one.receipt for one in found.unsettled if one.operation.id not in known]
            if new:
                touched.update(self._show(self._ledger.append(new, receipts=receipts, offered=True)))
        return TakenIn(taken=len(new), known=len(operations) - len(new))

    async def take_in_soon(self, data: bytes) -> TakenIn:
        """Do `take_in` off the event loop; raises what it raises."""
        import asyncio

        return await asyncio.to_thread(self.take_in, data)

    def _epoch_known(self) -> str:
        connection = self._profile.connection()
        return (connection.epoch if connection is not None else "") or self.epoch
