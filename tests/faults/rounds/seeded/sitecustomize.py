"""Bugs to be found: Python imports this by itself when this folder is on its path; SEEDED_BUG names one of them."""

import os
import threading
from typing import Any


def _says_saved_before_it_is() -> None:
    """Write a decision a moment after having said that it is written."""
    from api.local.outbox import Outbox

    append: Any = Outbox.append

    def later(outbox: Outbox, *args: Any, **kwargs: Any) -> None:
        threading.Timer(0.25, append, (outbox, *args), kwargs).start()

    setattr(Outbox, "append", later)  # noqa: B010


def _drops_receipts() -> None:
    """Never keep what the hub has answered."""
    from api.local.outbox import Outbox

    setattr(Outbox, "settle", lambda _outbox, _receipts: None)  # noqa: B010


def _takes_silence_for_a_yes() -> None:
    """Believe that a decision has arrived when its answer was lost."""
    from api.crm.hub import HubCrm
    from api.crm.port import Unreachable
    from api.desk.keeping import utc_now
    from api.model.operation import Receipt, Result

    submit: Any = HubCrm.submit

    async def believing(crm: HubCrm, operations: Any) -> Any:
        try:
            return await submit(crm, operations)
        except Unreachable:
            return [Receipt(operation_id=one.id, result=Result.APPLIED, at=utc_now()) for one in operations]

    setattr(HubCrm, "submit", believing)  # noqa: B010


def _new_id_on_each_try() -> None:
    """Offer a decision under another id each time."""
    import uuid

    from msgspec.structs import replace

    from api.crm.hub import HubCrm

    submit: Any = HubCrm.submit

    async def renaming(crm: HubCrm, operations: Any) -> Any:
        renamed = {uuid.uuid4().hex: one for one in operations}
        receipts = await submit(crm, [replace(one, id=id_) for id_, one in renamed.items()])
        return [replace(receipt, operation_id=renamed[receipt.operation_id].id) for receipt in receipts]

    setattr(HubCrm, "submit", renaming)  # noqa: B010


def _forgets_what_it_offered() -> None:
    """Send decisions without noting that they may have arrived, so that undo takes them for unsent."""
    from api.local.outbox import Outbox

    def unnoted(outbox: Outbox, operation_ids: Any) -> list[str]:
        outbox.refresh()
        found = [outbox.entry(id_) for id_ in operation_ids]
        return [entry.operation.id for entry in found if entry is not None and entry.pending]

    setattr(Outbox, "offer", unnoted)  # noqa: B010


def _skips_changes() -> None:
    """Move the cursor on past changes that were never taken in."""
    from msgspec.structs import replace

    from api.desk import Desk

    take: Any = Desk.take_page

    def skipping(desk: Desk, page: Any) -> None:
        take(desk, replace(page, changes=page.changes[::2]))

    setattr(Desk, "take_page", skipping)  # noqa: B010


def _offers_nothing_again() -> None:
    """Trust a hub that was restored from a backup to know what it knew before."""
    from api.desk.ledger import Ledger

    setattr(Ledger, "settled", lambda _ledger, *_args, **_kwargs: [])  # noqa: B010


BUGS = {
    bug.__name__.strip("_"): bug
    for bug in (
        _says_saved_before_it_is,
        _drops_receipts,
        _takes_silence_for_a_yes,
        _new_id_on_each_try,
        _forgets_what_it_offered,
        _skips_changes,
        _offers_nothing_again,
    )
}

if name := os.environ.get("SEEDED_BUG"):
    BUGS[name]()
