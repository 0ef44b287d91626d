"""Every crash point and every failing call of the outbox: nothing acknowledged is lost, nothing refused appears."""

import errno
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from api.local.errors import NotSaved, Unreadable
from api.local.files import Files
from api.local.outbox import Outbox
from api.model.operation import Accept, Note, Operation, Receipt, Result
from tests.factories import NOW, make_operation

BASE = [make_operation(Accept(), id="base-1"), make_operation(Accept(), id="base-2")]
BATCH = [make_operation(Accept(note="new"), id=f"new-{number}") for number in range(3)]
OLD = [make_operation(Note(text="x" * 3000), id=f"old-{number}") for number in range(30)]
LONG_AGO = NOW - timedelta(days=60)


def receipt(operation: Operation) -> Receipt:
    return Receipt(operation_id=operation.id, result=Result.APPLIED, at=NOW)


def state(outbox: Outbox) -> list[tuple[str, bool, bool, bool]]:
    return [(entry.operation.id, entry.settled, entry.withdrawn, entry.offered) for entry in outbox.entries()]


class Clock:
    at = LONG_AGO

    def __call__(self) -> datetime:
        return self.at


def prepare(path: Path) -> None:
    for stale in path.parent.iterdir():
        stale.unlink()
    outbox = Outbox.open(path, now=lambda: LONG_AGO)
    outbox.append(BASE)


def prepare_nothing(path: Path) -> None:
    for stale in path.parent.iterdir():
        stale.unlink()


ACTS: dict[str, tuple[Callable[[Path], None], Callable[[Outbox], object]]] = {
    "append": (prepare, lambda outbox: outbox.append(BATCH)),
    "first append": (prepare_nothing, lambda outbox: outbox.append(BATCH)),
    "settle": (prepare, lambda outbox: outbox.settle([receipt(operation) for operation in BASE])),
    "withdraw": (prepare, lambda outbox: outbox.withdraw([operation.id for operation in BASE])),
    "offer": (prepare, lambda outbox: outbox.offer([operation.id for operation in BASE])),
}
ERRORS = pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])


def opened(path: Path, files: Files | None = None) -> Outbox:
    return Outbox.open(path, now=lambda: LONG_AGO, files=files)


def test_the_tail_torn_at_every_byte_loses_nothing_acknowledged(path: Path) -> None:
    prepare(path)
    base = path.stat().st_size
    outbox = opened(path)
    outbox.append(BATCH)
    appended = path.stat().st_size
    outbox.settle([receipt(BASE[0])])
    whole = path.read_bytes()
    for size in range(base, len(whole) + 1):
        path.write_bytes(whole[:size])
        torn = opened(path)
        expected = ["base-1", "base-2"] + ([f"new-{n}" for n in range(3)] if size >= appended else [])
        assert [entry.operation.id for entry in torn.entries()] == expected, size
        assert torn.entries()[0].settled == (size == len(whole)), size
        assert torn.warnings == [], size
        late = make_operation(Accept(), id="late")
        torn.append([late])
        assert [entry.operation.id for entry in opened(path).entries()] == [*expected, "late"], size


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off(path: Path) -> None:
    prepare(path)
    with path.open("ab") as file:
        file.write(bytes(4096))
    outbox = opened(path)
    assert [entry.operation.id for entry in outbox.entries()] == ["base-1", "base-2"]
    outbox.append(BATCH)
    assert len(opened(path).entries()) == 5


@ERRORS
@pytest.mark.parametrize("name", ACTS)
def test_one_failing_call_leaves_everything_as_it_was_and_says_so(path: Path, faulty, name: str, error: int) -> None:
    ready, act = ACTS[name]
    failures = 0
    for fail_at in count(1):
        ready(path)
        files = faulty(error=error)
        outbox = opened(path, files)
        before = state(outbox)
        files.calls.clear()
        files.fail_at = fail_at
        refused = False
        try:
            act(outbox)
        except NotSaved:
            refused = True
            failures += 1
            assert state(outbox) == before, files.calls
            assert state(opened(path)) == before, files.calls
        # The disk is well again: the same act works, in the same program, and the next one sees it.
        files.fail_at = 0
        reached = len(files.calls)
        if refused:
            act(outbox)
        assert state(outbox) != before
        assert state(opened(path)) == state(outbox)
        assert opened(path).warnings == []
        if reached < fail_at:
            break
    assert failures >= 2


@ERRORS
@pytest.mark.parametrize("name", ACTS)
def test_a_disk_that_stays_broken_refuses_until_it_is_well(path: Path, faulty, name: str, error: int) -> None:
    ready, act = ACTS[name]
    for fail_at in count(1):
        ready(path)
        files = faulty(error=error, lasting=True)
        outbox = opened(path, files)
        before = state(outbox)
        files.calls.clear()
        files.fail_at = fail_at
        try:
            act(outbox)
        except NotSaved:
            for _ in range(2):
                assert state(outbox) == before
                outbox.refresh()
                with pytest.raises(NotSaved):
                    act(outbox)
            files.fail_at = 0
            act(outbox)
            assert state(opened(path)) == state(outbox)
        else:
            break
    assert fail_at > 2


@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_call_nothing_acknowledged_is_lost(path: Path, faulty, died, name: str) -> None:
    ready, act = ACTS[name]
    for fail_at in count(1):
        ready(path)
        files = faulty(dies=True)
        outbox = opened(path, files)
        before = state(outbox)
        files.calls.clear()
        files.fail_at = fail_at
        survived = True
        try:
            act(outbox)
        except died:
            survived = False
        after = opened(path)
        if survived:
            assert state(after) == state(outbox)
        else:
            # All of it or none: a batch never comes back in part.
            assert len(state(after)) in (len(before), len(before) + len(BATCH))
            changed = {entry[1:] for entry in state(after)}
            assert len(changed) <= 1
        assert after.warnings == []
        after.append([make_operation(Accept(), id="late")])
        assert opened(path).entries()[-1].operation.id == "late"
        if len(files.calls) < fail_at:
            break
    assert fail_at > 2


@pytest.mark.parametrize("kind", ["ENOSPC", "EIO", "killed"])
def test_compaction_fails_or_dies_at_every_call_without_losing_what_waits(path: Path, faulty, died, kind: str) -> None:
    for fail_at in count(1):
        prepare(path)
        clock = Clock()
        files = faulty(error=getattr(errno, kind, errno.EIO), dies=kind == "killed")
        outbox = Outbox.open(path, now=clock, files=files)
        outbox.append(OLD)
        outbox.settle([receipt(operation) for operation in OLD])
        size = path.stat().st_size
        clock.at = NOW
        files.calls.clear()
        files.fail_at = fail_at
        try:
            outbox.drop_old()
            files.fail_at = 0
        except NotSaved:
            files.fail_at = 0
            outbox.append(BATCH)
            assert {"base-1", "base-2", "new-0", "new-1", "new-2"} <= {one[0] for one in state(outbox)}
            assert state(opened(path)) == state(outbox)
            outbox.drop_old()
        except died:
            assert {"base-1", "base-2"} <= {one[0] for one in state(opened(path))}
        after = Outbox.open(path, now=lambda: NOW)
        assert [one[0] for one in state(after)][:2] == ["base-1", "base-2"]
        assert path.stat().st_size < size / 10
        assert after.warnings == []
        if len(files.calls) < fail_at:
            break
    assert fail_at > 4


def test_a_system_that_takes_few_bytes_at_a_time_gets_all_of_them(path: Path, faulty) -> None:
    outbox = opened(path, faulty(chunk=7))
    outbox.append(BASE)
    outbox.append(BATCH)
    assert state(opened(path)) == state(outbox)


def test_after_a_failed_flush_the_same_file_is_not_trusted_again(path: Path, faulty) -> None:
    prepare(path)
    files = faulty()
    outbox = opened(path, files)
    inode = path.stat().st_ino
    files.fail_at = len(files.calls) + 3
    with pytest.raises(NotSaved):
        outbox.append(BATCH)
    assert files.calls[-2:] == ["flush", "truncate"]
    outbox.append(BATCH)
    assert path.stat().st_ino != inode
    assert state(opened(path)) == state(outbox)


def test_a_refused_decision_stays_unseen_by_other_windows(path: Path, faulty) -> None:
    prepare(path)
    files = faulty(error=errno.ENOSPC)
    full, other = opened(path, files), opened(path)
    files.calls.clear()
    files.fail_at = 2
    with pytest.raises(NotSaved, match="the disk is full"):
        full.append(BATCH)
    assert other.refresh() is False
    other.append([make_operation(Accept(), id="other")])
    full.refresh()
    assert [one[0] for one in state(full)] == ["base-1", "base-2", "other"]


def test_a_disk_that_can_not_be_read_is_a_sentence(path: Path) -> None:
    class Unreadables(Files):
        def read(self, fd: int, size: int, offset: int) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    prepare(path)
    data = path.read_bytes()
    with pytest.raises(Unreadable, match="the disk reports an error"):
        opened(path, Unreadables())
    assert path.read_bytes() == data
