"""What a rep relies on: what was shown as saved is there, in order, for every process on the profile."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from api.local.errors import JournalTooNew, Unreadable
from api.local.frames import Header, frame, frame_header
from api.local.outbox import Outbox
from api.local.storage import JournalStorage
from api.model.operation import Accept, Note, Operation, Receipt, Reject, Result
from tests.factories import NOW, make_operation


def receipt(operation: Operation, result: Result = Result.APPLIED) -> Receipt:
    return Receipt(operation_id=operation.id, result=result, at=NOW, n=7, sentence="Done.")


def ids(outbox: Outbox) -> list[str]:
    return [entry.operation.id for entry in outbox.entries()]


def test_what_was_appended_is_there_after_reopening_as_it_was(path: Path) -> None:
    operations = [
        make_operation(Accept(note="käse")),
        make_operation(Reject(reason="not_target", answers={"dimension": "size"}, note="line\nbreak")),
        make_operation(Note(text="\u0000 and \u2028 survive the disk")),
    ]
    outbox = Outbox.open(path)
    outbox.append(operations[:1])
    outbox.append(operations[1:])

    again = Outbox.open(path)
    assert [entry.operation for entry in again.entries()] == operations
    assert [entry.sequence for entry in again.entries()] == [1, 2, 3]
    assert [entry.operation for entry in again.pending()] == operations
    assert again.warnings == []


def test_a_missing_outbox_is_empty_and_opening_writes_no_journal(path: Path) -> None:
    outbox = Outbox.open(path)
    assert outbox.entries() == []
    assert outbox.warnings == []
    assert not path.exists()


def test_one_commit_costs_one_flush_however_many_operations(path: Path, faulty) -> None:
    files = faulty()
    outbox = Outbox.open(path, files=files)
    outbox.append([make_operation(Accept())])
    files.calls.clear()
    outbox.append([make_operation(Accept()) for _ in range(50)])
    assert files.count("flush") == 1
    outbox.settle([receipt(entry.operation) for entry in outbox.pending()])
    assert files.count("flush") == 2
    assert files.count("write") == 2


def test_a_receipt_closes_its_operation_and_answers_to_strangers_are_ignored(path: Path) -> None:
    mine, other = make_operation(Accept()), make_operation(Accept())
    outbox = Outbox.open(path)
    outbox.append([mine])
    outbox.settle([receipt(mine, Result.CONFLICT), receipt(other)])
    for box in (outbox, Outbox.open(path)):
        (entry,) = box.entries()
        assert entry.settled
        assert entry.receipt == receipt(mine, Result.CONFLICT)
        assert box.pending() == []


def test_the_same_operation_appended_twice_is_recorded_once(path: Path) -> None:
    operation = make_operation(Accept())
    outbox = Outbox.open(path)
    outbox.append([operation])
    outbox.append([operation])
    assert ids(Outbox.open(path)) == [operation.id]


def test_withdrawing_takes_back_what_was_not_offered(path: Path) -> None:
    first, second, third = (make_operation(Accept()) for _ in range(3))
    outbox = Outbox.open(path)
    outbox.append([first, second, third])
    assert outbox.offer([second.id]) == [second.id]
    outbox.settle([receipt(third)])
    assert outbox.withdraw([first.id, second.id, third.id, "unknown"]) == [first.id]
    again = Outbox.open(path)
    assert [entry.operation for entry in again.pending()] == [second]
    assert again.entry(first.id).withdrawn
    assert again.entry(second.id).offered


def test_what_one_process_withdrew_another_may_not_send(path: Path) -> None:
    operation = make_operation(Accept())
    window, sender = Outbox.open(path), Outbox.open(path)
    window.append([operation])
    window.withdraw([operation.id])
    assert sender.offer([operation.id]) == []


def test_what_one_process_offered_another_can_not_withdraw(path: Path) -> None:
    operation = make_operation(Accept())
    window, sender = Outbox.open(path), Outbox.open(path)
    window.append([operation])
    assert sender.offer([operation.id]) == [operation.id]
    assert window.withdraw([operation.id]) == []


def test_refresh_tells_of_others_once_and_never_of_oneself(path: Path) -> None:
    mine, theirs = Outbox.open(path), Outbox.open(path)
    first, second, third = (make_operation(Accept()) for _ in range(3))
    mine.append([first])
    assert mine.refresh() is False
    assert theirs.refresh() is True
    assert theirs.refresh() is False
    assert ids(theirs) == [first.id]
    theirs.append([second])
    # An append catches up silently; the news must not be lost by that.
    mine.append([third])
    assert mine.refresh() is True
    assert ids(mine) == [first.id, second.id, third.id]
    assert [entry.sequence for entry in mine.entries()] == [1, 2, 3]


def test_files_are_private_even_if_the_journal_once_was_not(path: Path) -> None:
    previous = os.umask(0)
    try:
        Outbox.open(path).append([make_operation(Accept())])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert set(modes.values()) == {0o600}
        assert path.name in modes
        path.chmod(0o644)
        Outbox.open(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(previous)


def test_an_operation_of_another_version_is_kept_warned_of_and_not_sent(path: Path) -> None:
    known = make_operation(Accept())
    outbox = Outbox.open(path)
    outbox.append([known])
    strange = msgspec.to_builtins(make_operation(Accept(), id="strange"))
    strange["verb"] = {"kind": "teleport", "to": "Mars"}
    line = msgspec.json.encode([["operation", "strange", {"sequence": 9, "operation": strange}]])
    with path.open("ab") as file:
        file.write(frame(line))
        file.write(frame(b'{"a line":"of another shape"}'))

    again = Outbox.open(path)
    assert ids(again) == [known.id]
    assert any("strange" in warning and "kept" in warning for warning in again.warnings)
    assert any("lines of another version" in warning for warning in again.warnings)
    assert line in path.read_bytes()


def test_fields_that_a_newer_program_added_are_tolerated(path: Path) -> None:
    operation = make_operation(Accept())
    stored = {"sequence": 1, "operation": {**msgspec.to_builtins(operation), "mood": "good"}, "extra": 1}
    answer = {"receipt": {**msgspec.to_builtins(receipt(operation)), "new": [1]}, "at": NOW}
    path.write_bytes(
        frame_header(Header("handoff outbox", 1))
        + frame(msgspec.json.encode([["operation", operation.id, stored]]))
        + frame(msgspec.json.encode([["receipt", operation.id, answer]]))
    )
    (entry,) = Outbox.open(path).entries()
    assert entry.operation == operation
    assert entry.receipt == receipt(operation)


def test_a_newer_journal_is_refused_and_left_untouched(path: Path) -> None:
    data = frame_header(Header("handoff outbox", 2)) + b"whatever they write by then\n"
    path.write_bytes(data)
    with pytest.raises(JournalTooNew, match="newest Handoff"):
        Outbox.open(path)
    assert path.read_bytes() == data


def test_old_answered_operations_go_when_that_is_worth_a_new_file(path: Path) -> None:
    long_ago = NOW - timedelta(days=40)
    old = [make_operation(Note(text="x" * 900)) for _ in range(100)]
    waiting, recent = make_operation(Accept()), make_operation(Accept())
    past = Outbox.open(path, now=lambda: long_ago)
    past.append([*old[:50], waiting, *old[50:]])
    past.settle([receipt(operation) for operation in old[:99]])
    past.withdraw([old[99].id])
    today = Outbox.open(path, now=lambda: long_ago + timedelta(days=29))
    today.append([recent])
    today.settle([receipt(recent)])
    assert len(today.entries()) == 102
    watching = Outbox.open(path, now=lambda: long_ago)
    size = path.stat().st_size

    after = Outbox.open(path, now=lambda: NOW)
    after.drop_old()
    assert ids(after) == [waiting.id, recent.id]
    assert path.stat().st_size < size / 20
    assert watching.refresh() is True
    assert ids(watching) == [waiting.id, recent.id]
    new = make_operation(Accept())
    watching.append([new])
    assert Outbox.open(path).entry(new.id).sequence == 103


def test_sequences_go_on_after_everything_was_dropped(path: Path) -> None:
    past = Outbox.open(path, now=lambda: NOW - timedelta(days=40))
    old = [make_operation(Note(text="x" * 900)) for _ in range(100)]
    past.append(old)
    past.settle([receipt(operation) for operation in old])
    Outbox.open(path, now=lambda: NOW).drop_old()
    outbox = Outbox.open(path, now=lambda: NOW)
    assert outbox.entries() == []
    outbox.append([make_operation(Accept())])
    assert [entry.sequence for entry in outbox.entries()] == [101]


def test_what_is_still_listed_stays_with_everything_on_its_lead(path: Path) -> None:
    past = Outbox.open(path, now=lambda: NOW - timedelta(days=40))
    old = [make_operation(Note(text="x" * 900)) for _ in range(100)]
    elsewhere = [replace(one, target=replace(one.target, id=f"other{at}")) for at, one in enumerate(old[2:])]
    past.append([*old[:2], *elsewhere])
    past.settle([receipt(operation) for operation in (*old[:2], *elsewhere)])
    outbox = Outbox.open(path, now=lambda: NOW)
    outbox.keep_listed(lambda: {old[0].id})
    outbox.drop_old()
    assert ids(outbox) == [old[0].id, old[1].id]


def test_what_could_not_be_read_is_read_at_the_next_look(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window, other = Outbox.open(path), Outbox.open(path)
    first, second = make_operation(Accept()), make_operation(Accept())
    other.append([first])
    window.refresh()
    other.append([second])
    read, failures = JournalStorage.raw, iter([OSError(errno.EIO, "I/O error")])

    def once(storage: JournalStorage, table: str, id_: str) -> bytes | None:
        for failure in failures:
            raise failure
        return read(storage, table, id_)

    monkeypatch.setattr(JournalStorage, "raw", once)
    with pytest.raises(Unreadable, match="can't be read"):
        window.refresh()
    assert ids(window) == [first.id]
    assert window.refresh() is True
    assert ids(window) == [first.id, second.id]


def test_an_operation_that_can_not_be_read_back_is_recorded_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox, operation = Outbox.open(path), make_operation(Accept())
    outbox.append([make_operation(Accept())])

    def fails(storage: JournalStorage, table: str, id_: str) -> bytes | None:
        raise OSError(errno.EIO, "I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(JournalStorage, "raw", fails)
        outbox.append([operation])
    assert outbox.refresh() is True
    assert outbox.entry(operation.id) is not None


def test_a_new_file_reaches_the_disk_before_it_gets_its_name(path: Path, faulty) -> None:
    files = faulty()
    Outbox.open(path, files=files).append([make_operation(Accept())])
    whole = ["open", "write", "write", "flush", "replace", "flush_folder"]
    assert files.calls[: len(whole)] == whole


def test_lines_that_can_not_be_read_survive_compaction(path: Path) -> None:
    long_ago = NOW - timedelta(days=40)
    past = Outbox.open(path, now=lambda: long_ago)
    old = [make_operation(Note(text="x" * 900)) for _ in range(100)]
    past.append(old)
    past.settle([receipt(operation) for operation in old])
    strange = b'[["operation","strange",{"sequence":500,"operation":{"id":"strange","verb":{"kind":"teleport"}}}]]'
    with path.open("ab") as file:
        file.write(frame(strange) + frame(b'{"another":"shape"}'))
    outbox = Outbox.open(path, now=lambda: NOW)
    outbox.drop_old()
    assert outbox.entries() == []
    data = path.read_bytes()
    assert len(data) < 2000
    assert strange in data
    assert b'{"another":"shape"}' in data
