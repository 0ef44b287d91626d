"""Decisions that come together share one commit and one reading, and are judged as if they had come one by one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from api.hub.data import agreements
from api.hub.service import Hub
from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Receipt, Result
from tests.factories import OTHER_REP, REP, make_operation

pytestmark = pytest.mark.usefixtures("tokens")

HandOver = Callable[..., Lead]


@contextmanager
def one_commit(hub: Hub) -> Iterator[None]:
    """Hold the writer up, so that whatever is asked of it within the block is done in one transaction after it."""
    begun, gate = threading.Event(), threading.Event()

    def hold(_write: object) -> None:
        begun.set()
        gate.wait(10)

    held = hub._store.enqueue(hold)
    assert begun.wait(10)
    commits: list[int] = []
    try:
        yield
    finally:
        unheard = hub.listen(commits.append)
        gate.set()
        held.result(10)
        hub._store.write(lambda _write: None)
        unheard()
    assert len(commits) <= 3


def only(future: "Future[list[Receipt]]") -> Receipt:
    (receipt,) = future.result(10)
    return receipt


def test_one_operation_from_two_requests_is_done_once(hub: Hub, hand_over: HandOver) -> None:
    operation = make_operation(op.Accept(), hand_over())
    with one_commit(hub):
        answers = [hub.submit_later(REP, [operation]) for _ in range(2)]
    first, second = map(only, answers)
    assert (first.result, second.result) == (Result.APPLIED, Result.ALREADY)
    assert first.n == second.n
    assert hub.receipt(operation.id) == first


def test_who_comes_second_meets_what_the_first_decided(hub: Hub, hand_over: HandOver) -> None:
    lead = hand_over()
    with one_commit(hub):
        mine = hub.submit_later(REP, [make_operation(op.Accept(), lead)])
        theirs = hub.submit_later(OTHER_REP, [make_operation(op.Accept(), lead, actor=OTHER_REP)])
    assert (only(mine).result, only(theirs).result) == (Result.APPLIED, Result.TAKEN)
    assert len(hub.lead(lead.id).trail) == 1


def test_a_version_signed_in_between_holds_for_what_follows(hub: Hub, hand_over: HandOver) -> None:
    before, after = hand_over("before"), hand_over("after")
    changed = replace(hub.agreement(), name="Another name")
    with one_commit(hub):
        early = hub.submit_later(REP, [make_operation(op.Accept(), before, agreement=0)])
        signed = hub._store.enqueue(lambda write: agreements.sign(write, changed))
        late = hub.submit_later(REP, [make_operation(op.Accept(), after, agreement=0)])
    assert {only(early).result, only(late).result} == {Result.APPLIED}
    versions = [hub.lead(lead.id).decided.agreement for lead in (before, after)]
    assert versions == [signed.result().version - 1, signed.result().version]


def test_reading_and_writing_take_as_many_statements_for_many_as_for_few(hub: Hub, hand_over: HandOver) -> None:
    def statements(count: int, name: str) -> int:
        operations = [make_operation(op.Accept(), hand_over(f"{name}-{place}")) for place in range(count)]
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            if threading.current_thread().name == "hub-writer":
                said.append(statement)

        with one_commit(hub):
            answers = [hub.submit_later(REP, [operation]) for operation in operations]
            event.listen(hub._store._engine, "before_cursor_execute", note)
        event.remove(hub._store._engine, "before_cursor_execute", note)
        assert {only(answer).result for answer in answers} == {Result.APPLIED}
        return len(said)

    assert statements(20, "many") == statements(2, "few")
