"""Bugs that others have had, or that this house has had, put in on purpose: the model must find every one of them.

Run as a program (``python -P -m tests.faults.model_bugs``), it prints how long each took to be found; the histories are
the same on every run.
"""

import contextlib
import io
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from api.crm.port import CrmError, SignedOut
from api.desk import Desk
from api.desk.held import Held
from api.desk.ledger import Ledger
from api.desk.view import View
from api.hub import deciding
from api.hub.data.book import Book
from api.hub.service import Hub
from api.local.outbox import Outbox
from api.model.changes import Page
from api.model.lead import Lead
from api.model.operation import Operation, Receipt
from api.rules import conflicts
from api.sync import comparing, sending
from api.sync.exchange import Exchange
from api.sync.patience import Patience
from api.sync.sending import Sending
from tests.faults.model_whole import Whole

HISTORIES = 400
"""Most histories that are tried for one bug."""

STEPS = 50


class Bug(msgspec.Struct, frozen=True):
    """One way of doing it wrong."""

    name: str
    """What goes wrong, in words for docs/reliability.md."""
    patched: Callable[[], "contextlib.AbstractContextManager[Any]"]


class Found(msgspec.Struct, frozen=True):
    """How the model has found a bug."""

    complaint: str
    seconds: float
    histories: int


def find(bug: Bug, histories: int = HISTORIES) -> Found | None:
    """Return how the model found the bug; None when it did not within that many histories."""
    Counted.histories = 0
    quiet = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    began = time.monotonic()
    logging.disable(logging.CRITICAL)
    try:
        with bug.patched(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            run_state_machine_as_test(Counted, settings=quiet)
    except AssertionError as error:
        words = str(error).splitlines() or [""]
        return Found(words[0][:100], time.monotonic() - began, Counted.histories)
    finally:
        logging.disable(logging.NOTSET)
    return None


class Counted(Whole):
    """The model, with its histories counted."""

    histories = 0

    def __init__(self) -> None:
        Counted.histories += 1
        super().__init__()


# --- how each is put in ----------------------------------------------------------------------------------------------


def _instead(target: Any, name: str, wrong: Any) -> Callable[[], "contextlib.AbstractContextManager[Any]"]:
    return lambda: mock.patch.object(target, name, wrong)


@contextmanager
def _cursor_before_page() -> Iterator[None]:
    """The cursor of a page is kept with the page before, so that a pull that is cut leaves a page out for ever."""
    right, broke = Desk.take_page, Exchange.broke
    held: dict[int, tuple[Any, ...]] = {}

    def wrong(self: Desk, page: Page) -> None:
        before = held.pop(id(self), ())
        if page.more:
            held[id(self)] = page.changes
            right(self, replace(page, changes=before))
        else:
            right(self, replace(page, changes=(*before, *page.changes)))

    def cut(self: Exchange) -> None:
        held.clear()
        broke(self)

    with mock.patch.object(Desk, "take_page", wrong), mock.patch.object(Exchange, "broke", cut):
        yield


@contextmanager
def _new_id_when_sent_again() -> Iterator[None]:
    right = Ledger.offer

    def wrong(self: Ledger, operations: Sequence[Operation]) -> list[Operation]:
        again = {one.id for one in operations if self.offered(one.id)}
        return [replace(one, id=f"{one.id}+") if one.id in again else one for one in right(self, operations)]

    with mock.patch.object(Ledger, "offer", wrong):
        yield


@contextmanager
def _hub_forgets_ids() -> Iterator[None]:
    with (
        mock.patch.object(deciding.Past, "find", return_value=None),
        mock.patch.object(deciding.Past, "add"),
        mock.patch.object(conflicts, "_done_before", return_value=None),
    ):
        yield


def _never_again(self: Patience, at_least: float = 0.0) -> None:
    self.failures += 1
    self._until = self._waiter.monotonic() + 1e8


async def _refuse_the_lot(self: Sending, operations: list[Operation]) -> set[str]:
    """What refuses a request refuses everything in it."""
    try:
        receipts = await self._crm.submit(operations)
    except comparing.LINE_FAULTS:
        raise
    except CrmError as error:
        receipts = [comparing.refused(self._desk, one, error) for one in operations]
    self._desk.take_receipts(receipts)
    return {receipt.operation_id for receipt in receipts}


@contextmanager
def _pull_replaces_what_is_unsent() -> Iterator[None]:
    right = View.arrived

    def wrong(self: View, numbers: Any, whole: int | None) -> set[str]:
        for lead_id in numbers:
            self._held.pop(lead_id, None)
        return right(self, numbers, whole)

    with mock.patch.object(View, "arrived", wrong):
        yield


def _settle_in_memory(self: Outbox, receipts: Sequence[Receipt]) -> None:
    for receipt in receipts:
        if (entry := self._entries.get(receipt.operation_id)) is not None:
            self._entries[receipt.operation_id] = replace(entry, receipt=receipt)
    self._ordered = None


def _offer_unnoted(self: Outbox, operation_ids: Any) -> list[str]:
    return [id_ for id_ in operation_ids if (entry := self._entries.get(id_)) is not None and entry.pending]


@contextmanager
def _start_over_with_nothing() -> Iterator[None]:
    right = Desk.start_over

    def wrong(self: Desk) -> None:
        self.ledger.withdraw(self.ledger.pending())
        right(self)

    with mock.patch.object(Desk, "start_over", wrong):
        yield


@contextmanager
def _dissent_twice() -> Iterator[None]:
    right = conflicts._dissenting

    def wrong(*given: Any, **more: Any) -> Lead:
        lead = right(*given, **more)
        return replace(lead, dissents=(*lead.dissents, lead.dissents[-1]))

    with mock.patch.object(conflicts, "_dissenting", wrong):
        yield


@contextmanager
def _any_backup_is_believed() -> Iterator[None]:
    right = Hub._position

    def wrong(self: Hub, cursor: str) -> tuple[int, str]:
        return right(self, cursor)[0], ""

    with mock.patch.object(Hub, "_position", wrong):
        yield


@contextmanager
def _conflicts_end_with_the_program() -> Iterator[None]:
    right = Ledger.__init__

    def wrong(self: Ledger, outbox: Outbox) -> None:
        right(self, outbox)
        for held in self.unsettled():
            self._register.lose(held.operation.id)

    with mock.patch.object(Ledger, "__init__", wrong):
        yield


def _recorded_as_heard(self: Ledger) -> list[Operation]:
    return [held.operation for held in self._register._held.values() if held.receipt is None]


def _unshown_once_answered(self: View, held: Held) -> bool:
    return held.receipt is None


BUGS: tuple[Bug, ...] = (
    Bug("the cursor is saved before its page", _cursor_before_page),
    Bug("a receipt closes a decision before the mirror has it", _instead(View, "_shows", _unshown_once_answered)),
    Bug("a pull replaces what is unsent in the view", _pull_replaces_what_is_unsent),
    Bug("sent again under a new id", _new_id_when_sent_again),
    Bug("the hub forgets which operations it did", _hub_forgets_ids),
    Bug("a failed round is never tried again", _instead(Patience, "failed", _never_again)),
    Bug("a request refused as a whole drops all in it", _instead(Sending, "_submit", _refuse_the_lot)),
    Bug(
        "an expired token counts as a refusal",
        _instead(sending, "LINE_FAULTS", tuple(fault for fault in comparing.LINE_FAULTS if fault is not SignedOut)),
    ),
    Bug("a decision is settled before the receipt is on the disk", _instead(Outbox, "settle", _settle_in_memory)),
    Bug("what was offered can be withdrawn", _instead(Outbox, "offer", _offer_unnoted)),
    Bug("another epoch drops what is unsent", _start_over_with_nothing),
    Bug("what was settled is not offered again after a restore", _instead(Ledger, "settled", lambda self, since: [])),
    Bug("a restored backup that has moved on is believed", _any_backup_is_believed),
    Bug("a wish not to be contacted has to wait", _instead(Sending, "_urgent", lambda self, operation: False)),
    Bug("a wish is forgotten when the lead comes in again", _instead(Book, "_wish", lambda self, keys: None)),
    Bug("a dissent is kept twice", _dissent_twice),
    Bug("conflicts end with the program", _conflicts_end_with_the_program),
    Bug(
        "what is unsent counts as seen",
        _instead(conflicts, "seen_revision", lambda lead, author: lead.decision_revision),
    ),
    Bug(
        "two windows' decisions are sent in the order they were heard of",
        _instead(Ledger, "pending", _recorded_as_heard),
    ),
    Bug("the header counts only what was offered", _instead(Ledger, "owing", lambda self: (0, None))),
)
"""What can be put in."""


def main() -> int:
    """Print how long each bug took to be found; the exit code says whether all were."""
    missed = 0
    print(f"{'bug':<66} {'found after':>11}  {'histories':>9}")
    for bug in BUGS:
        found = find(bug)
        missed += found is None
        told = f"{found.seconds:>9.1f} s  {found.histories:>9}" if found else f"{'not found':>11}  {HISTORIES:>9}"
        print(f"{bug.name:<66} {told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
