"""What was done long ago costs nothing when something is done now: work is counted, in steps of the interpreter."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from msgspec.structs import replace

from api.desk import Desk
from api.model import operation as op
from api.model.operation import Receipt, Result
from tests.desk.steps import steps
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeServer

SHORT, LONG = 20, 2_000
Work = Callable[[Desk, Desk, Iterator[str]], Callable[[], object]]


def lived(open_desk, server: FakeServer, name: str, count: int, *, refused: int = 0) -> tuple[Desk, Desk]:
    """Return two windows on a profile in which so much was done and answered, each by itself."""
    desk = open_desk(name)
    for page in server.pages(""):
        desk.take_page(page)
    operations = [
        replace(one, group=one.id)
        for one in desk.prepare(op.Accept(), [desk.lead(f"{name}{number}") for number in range(count)])
    ]
    desk.commit(operations)
    desk.ledger.offer(operations)
    no = [
        Receipt(operation_id=one.id, result=Result.REFUSED, at=NOW, n=0, sentence="No.") for one in operations[:refused]
    ]
    desk.take_receipts([*no, *(server.apply(one, REP) for one in operations[refused:])])
    for page in server.pages(desk.cursor):
        desk.take_page(page)
    other = open_desk(name)
    # Whether somebody asks for a lead of mine is looked up once for each.
    desk.wishes()
    other.wishes()
    return desk, other


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer(page=5_000)
    for name, count in (("short", SHORT), ("long", LONG)):
        for number in range(count):
            server.put_lead(make_lead(f"{name}{number}"))
    for number in range(20):
        server.put_lead(make_lead(f"new{number}"))
    return server


def accept(desk: Desk, lead_id: str) -> list[op.Operation]:
    operations = desk.prepare(op.Accept(), [desk.lead(lead_id)])
    desk.commit(operations)
    return operations


def deciding(desk: Desk, other: Desk, new: Iterator[str]) -> Callable[[], object]:
    return lambda: (accept(desk, next(new)), desk.last_act(), desk.status())


def hearing(desk: Desk, other: Desk, new: Iterator[str]) -> Callable[[], object]:
    accept(desk, next(new))
    return lambda: (other.refresh(), other.status())


def taking_back(desk: Desk, other: Desk, new: Iterator[str]) -> Callable[[], object]:
    accept(desk, next(new))
    return desk.undo


def answered(desk: Desk, other: Desk, new: Iterator[str]) -> Callable[[], object]:
    (mine,) = accept(desk, next(new))
    receipt = Receipt(operation_id=mine.id, result=Result.REFUSED, at=NOW, n=0, sentence="No.")
    return lambda: (desk.take_receipts([receipt]), desk.status())


def looking(desk: Desk, other: Desk, new: Iterator[str]) -> Callable[[], object]:
    return lambda: (desk.refresh(), desk.ledger.pending(), desk.ledger.owing())


@pytest.mark.parametrize("work", [deciding, hearing, taking_back, answered, looking])
def test_it_costs_the_same_after_a_hundred_times_as_much(open_desk, server, work: Work):
    cost: dict[str, int] = {}
    new = (f"new{number}" for number in range(20))
    for name, count in (("short", SHORT), ("long", LONG)):
        windows = lived(open_desk, server, name, count)
        work(*windows, new)()
        cost[name] = steps(work(*windows, new))
    assert cost["long"] < 1.3 * cost["short"], cost


def test_what_waits_for_an_answer_is_not_gone_through_at_each_look(open_desk, server):
    desk, _ = lived(open_desk, server, "long", 1)
    desk.commit(desk.prepare(op.Accept(), [desk.lead(f"long{number}") for number in range(1, LONG)]))
    desk.ledger.pending()
    assert desk.status().pending == LONG - 1
    assert steps(lambda: (desk.ledger.pending(), desk.status())) < LONG


def test_what_was_refused_is_not_gone_through_at_each_decision(open_desk, server):
    new = (f"new{number}" for number in range(20))

    def decided(desk: Desk) -> None:
        accept(desk, next(new))
        desk.ledger.unsettled()

    cost: dict[str, int] = {}
    for name, refused in (("short", SHORT), ("long", 10 * SHORT)):
        desk, _ = lived(open_desk, server, name, refused, refused=refused)
        assert len(desk.ledger.unsettled()) == refused
        decided(desk)
        cost[name] = steps(partial(decided, desk))
    assert cost["long"] < 1.2 * cost["short"], cost
