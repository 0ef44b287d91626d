"""What an act costs the disk: one write and one flush of the outbox, however many leads it is about, and no more."""

from pathlib import Path

import pytest

from api.desk import Desk, Way
from api.local.files import Files
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.operation import Receipt, Result
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeServer

ONCE = ["write", "flush"]


class CountingFiles(Files):
    """The real disk, which remembers what was asked of it that changes something there."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def taken(self) -> list[str]:
        """Return what was asked since the last call."""
        calls, self.calls = self.calls, []
        return calls

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self.calls.append("write")
        return super().write(fd, data)

    def flush(self, fd: int) -> None:
        self.calls.append("flush")
        super().flush(fd)

    def truncate(self, fd: int, size: int) -> None:
        self.calls.append("truncate")
        super().truncate(fd, size)

    def replace(self, source: Path, target: Path) -> None:
        self.calls.append("replace")
        super().replace(source, target)

    def flush_folder(self, path: Path) -> None:
        self.calls.append("flush_folder")
        super().flush_folder(path)


@pytest.fixture
def outbox() -> CountingFiles:
    return CountingFiles()


@pytest.fixture
def mirror() -> CountingFiles:
    return CountingFiles()


@pytest.fixture
def desk(tmp_path: Path, server: FakeServer, outbox: CountingFiles, mirror: CountingFiles) -> Desk:
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    desk = Desk(
        profile,
        REP,
        Outbox.open(profile.outbox_path, files=outbox),
        Mirror.open(profile.mirror_path, files=mirror),
        clock=lambda: NOW,
    )
    for number in range(502):
        server.put_lead(make_lead(f"lead{number}"))
    for page in server.pages(""):
        desk.take_page(page)
    # The first one makes the file.
    desk.commit(desk.prepare(op.Accept(), [desk.lead("lead500")]))
    outbox.taken()
    mirror.taken()
    return desk


@pytest.mark.parametrize("count", [1, 500])
def test_an_act_is_one_write_and_one_flush_and_is_told_only_after_that(desk: Desk, outbox, mirror, count: int):
    told: list[list[str]] = []
    desk.listen(lambda changed: told.append(outbox.taken()))
    desk.commit(desk.prepare(op.Accept(), [desk.lead(f"lead{number}") for number in range(count)]))
    assert told == [ONCE]
    assert outbox.taken() == mirror.taken() == []


def test_taking_an_act_back_before_it_is_sent_is_one_flush(desk: Desk, outbox, mirror):
    desk.commit(desk.prepare(op.Accept(), [desk.lead(f"lead{number}") for number in range(500)]))
    outbox.taken()
    assert len(desk.undo().withdrawn) == 500
    assert (outbox.taken(), mirror.taken()) == (ONCE, [])


def test_offering_a_batch_and_keeping_its_answers_is_one_flush_each(desk: Desk, server, outbox, mirror):
    operations = desk.prepare(op.Accept(), [desk.lead(f"lead{number}") for number in range(100)])
    desk.commit(operations)
    outbox.taken()
    assert len(desk.ledger.offer(operations)) == 100
    assert outbox.taken() == ONCE
    desk.take_receipts([server.apply(one, REP) for one in operations])
    assert (outbox.taken(), mirror.taken()) == (ONCE, [])


def test_answering_what_was_refused_is_one_flush_with_what_is_done_about_it(desk: Desk, outbox):
    (mine,) = desk.prepare(op.Accept(), [desk.lead("lead501")])
    desk.commit([mine])
    desk.take_receipts([Receipt(operation_id=mine.id, result=Result.REFUSED, n=0, at=NOW, sentence="Not now.")])
    outbox.taken()
    desk.resolve(mine.id, Way.RETRY)
    assert outbox.taken() == ONCE


def test_a_page_that_concerns_nothing_of_ours_does_not_touch_the_outbox(desk: Desk, server, outbox, mirror):
    server.put_lead(make_lead("lead1", origin="call"))
    (page,) = server.pages(desk.cursor)
    desk.take_page(page)
    assert outbox.taken() == []
    assert "flush" not in mirror.taken(), "what is pulled again when it is lost need not be waited for"
