"""Every crash point and every failing call of the outbox: nothing acknowledged is lost, nothing refused appears."""

import errno
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from api.local.entries import Overruled, Resolution
from api.local.errors import NotSaved, Unreadable
from api.local.files import Files
from api.local.outbox import Outbox
from api.model.lead import Decided, Standing
from api.model.operation import Accept, Note, Operation, Receipt, Result
from tests.factories import NOW, make_operation

BASE = [make_operation(Accept(), id="base-1"), make_operation(Accept(), id="base-2")]
BATCH = [make_operation(Accept(note="new"), id=f"new-{number}") for number in range(3)]
OLD = [make_operation(Note(text="x" * 3000), id=f"old-{number}") for number in range(30)]
OLD_IDS = [operation.id for operation in OLD]
LONG_DONE = [make_operation(Note(text="x" * 3000), id=f"long-{number}") for number in range(30)]
LONG_AGO = NOW - timedelta(days=120)
LATER = NOW - timedelta(days=60)


MET = Resolution("insist", NOW, by="new-0")
YIELD = Resolution("yield", NOW)
THEIRS = Overruled(
    Decided(
        operation_id="theirs",
        verb="reject",
        by="otto",
        by_name="Otto Other",
        at=NOW,
        agreement=1,
        decision_revision=3,
        before=Standing(),
    ),
    NOW,
)


def receipt(operation: Operation, result: Result = Result.APPLIED) -> Receipt:
    return Receipt(operation_id=operation.id, result=result, at=NOW)


State = list[tuple[str, bool, bool, bool, str, bool]]


def state(outbox: Outbox) -> State:
    return [
        (
            entry.operation.id,
            entry.settled,
            entry.withdrawn,
            entry.offered,
            entry.resolution.how if entry.resolution else "",
            entry.overruled is not None,
        )
        for entry in outbox.entries()
    ]


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


def prepare_met(path: Path) -> None:
    """Both decisions met another's."""
    prepare(path)
    outbox = opened(path)
    outbox.settle([receipt(operation, Result.CONFLICT) for operation in BASE])


def prepare_resolved(path: Path) -> None:
    prepare_met(path)
    opened(path).resolve({operation.id: YIELD for operation in BASE})


def prepare_taken_up(path: Path) -> None:
    """The first was taken up again by an operation that was not sent."""
    prepare_met(path)
    opened(path).append(BATCH[:1], {"base-1": MET})


def prepare_applied(path: Path) -> None:
    prepare(path)
    opened(path).settle([receipt(operation) for operation in BASE])


ACTS: dict[str, tuple[Callable[[Path], None], Callable[[Outbox], object]]] = {
    "append": (prepare, lambda outbox: outbox.append(BATCH)),
    "first append": (prepare_nothing, lambda outbox: outbox.append(BATCH)),
    "settle": (prepare, lambda outbox: outbox.settle([receipt(operation) for operation in BASE])),
    "withdraw": (prepare, lambda outbox: outbox.withdraw([operation.id for operation in BASE])),
    "offer": (prepare, lambda outbox: outbox.offer([operation.id for operation in BASE])),
    "append with resolutions": (prepare_met, lambda outbox: outbox.append(BATCH, {"base-1": MET, "base-2": MET})),
    "append with answers": (prepare, lambda outbox: outbox.append(BATCH, receipts=[receipt(one) for one in BATCH])),
    "resolve": (prepare_met, lambda outbox: outbox.resolve({operation.id: YIELD for operation in BASE})),
    "reconsider": (prepare_resolved, lambda outbox: outbox.reconsider([operation.id for operation in BASE])),
    "withdraw what took it up": (prepare_taken_up, lambda outbox: outbox.withdraw(["new-0"])),
    "note overruled": (
        prepare_applied,
        lambda outbox: outbox.note_overruled({operation.id: THEIRS for operation in BASE}),
    ),
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
@pytest.mark.parametrize("chunk", [0, 100], ids=["whole writes", "short writes"])
@pytest.mark.parametrize("name", ACTS)
def test_one_failing_call_leaves_everything_as_it_was_and_says_so(
    path: Path, faulty, name: str, chunk: int, error: int
) -> None:
    ready, act = ACTS[name]
    failures = 0
    for fail_at in count(1):
        ready(path)
        files = faulty(error=error, chunk=chunk)
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


@pytest.mark.parametrize("chunk", [0, 100], ids=["whole writes", "short writes"])
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_call_nothing_acknowledged_is_lost(path: Path, faulty, died, name: str, chunk: int) -> None:
    ready, act = ACTS[name]
    ready(path)
    done = opened(path)
    before = state(done)
    act(done)
    for fail_at in count(1):
        ready(path)
        files = faulty(dies=True, chunk=chunk)
        outbox = opened(path, files)
        files.calls.clear()
        files.fail_at = fail_at
        survived = True
        try:
            act(outbox)
        except died:
            survived = False
        after = opened(path)
        # All of it or none: a batch never comes back in part.
        assert state(after) in ([state(done)] if survived else [before, state(done)])
        assert after.warnings == []
        after.append([make_operation(Accept(), id="late")])
        assert opened(path).entries()[-1].operation.id == "late"
        if len(files.calls) < fail_at:
            break
    assert fail_at > 2


@pytest.mark.parametrize("chunk", [0, 20_000], ids=["whole writes", "short writes"])
@pytest.mark.parametrize("kind", ["ENOSPC", "EIO", "killed"])
@pytest.mark.parametrize("archived", ["first archive", "grown archive"])
def test_archive_and_compaction_fail_or_die_at_every_call_and_lose_nothing(
    path: Path, faulty, died, archived: str, kind: str, chunk: int
) -> None:
    long_ago = [operation.id for operation in LONG_DONE] if archived == "grown archive" else []
    for fail_at in count(1):
        prepare(path)
        clock = Clock()
        if long_ago:
            outbox = Outbox.open(path, now=clock)
            outbox.append(LONG_DONE)
            outbox.settle([receipt(operation) for operation in LONG_DONE])
            clock.at = LATER
            outbox.drop_old()
            assert [entry.operation.id for entry in outbox.archived()] == long_ago
        files = faulty(error=getattr(errno, kind, errno.EIO), dies=kind == "killed", chunk=chunk)
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
            assert everything(outbox) == {"base-1", "base-2", *long_ago, *OLD_IDS}
            outbox.append(BATCH)
            assert {"base-1", "base-2", "new-0", "new-1", "new-2"} <= {one[0] for one in state(outbox)}
            assert state(opened(path)) == state(outbox)
            outbox.drop_old()
        except died:
            there = opened(path)
            assert {"base-1", "base-2"} <= {one[0] for one in state(there)}
            assert everything(there) == {"base-1", "base-2", *long_ago, *OLD_IDS}
        after = Outbox.open(path, now=lambda: NOW)
        after.drop_old()
        assert [one[0] for one in state(after)][:2] == ["base-1", "base-2"]
        assert [entry.operation.id for entry in after.archived()] == [*long_ago, *OLD_IDS]
        assert all(entry.receipt is not None for entry in after.archived())
        assert path.stat().st_size < size / 10
        assert after.warnings == []
        if len(files.calls) < fail_at:
            break
    assert fail_at > 8


def everything(outbox: Outbox) -> set[str]:
    """Return the ids of all operations that are in the outbox or in its archive."""
    return {one[0] for one in state(outbox)} | {entry.operation.id for entry in outbox.archived()}


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
