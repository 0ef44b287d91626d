"""Damage from outside: found, told, and everything that can be recovered is."""

import shutil
from pathlib import Path

import pytest

from api.local.errors import NotSaved
from api.local.outbox import Outbox
from api.model.operation import Accept, Operation, Receipt, Result
from tests.factories import NOW, make_operation


def ids(outbox: Outbox) -> list[str]:
    return [entry.operation.id for entry in outbox.entries()]


def fill(path: Path) -> list[Operation]:
    operations = [make_operation(Accept(), id=f"op{number}") for number in range(6)]
    outbox = Outbox.open(path)
    outbox.append(operations[:1])
    outbox.append(operations[1:4])
    outbox.append(operations[4:])
    return operations


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob("outbox.journal.damaged-*"))


@pytest.mark.parametrize("number", range(1, 7))
def test_a_bad_line_costs_that_line_alone_and_a_copy_is_kept(path: Path, number: int) -> None:
    fill(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = lines[number].replace(b"rita", b"rota")
    damaged = b"".join(lines)
    path.write_bytes(damaged)

    outbox = Outbox.open(path)
    expected = [f"op{n}" for n in range(6) if n != number - 1]
    assert ids(outbox) == expected
    (copy,) = copies(path)
    assert copy.read_bytes() == damaged
    (warning,) = outbox.warnings
    assert copy.name in warning
    # The mended file is whole: no warning twice, and work goes on.
    again = Outbox.open(path)
    assert again.warnings == []
    again.append([make_operation(Accept(), id="next")])
    assert ids(Outbox.open(path)) == [*expected, "next"]
    assert copies(path) == [copy]


def test_the_same_damage_is_copied_once(path: Path) -> None:
    fill(path)
    damaged = path.read_bytes().replace(b"op3", b"opX")
    for _ in range(3):
        path.write_bytes(damaged)
        Outbox.open(path)
    assert len(copies(path)) == 1


def test_a_damaged_header_loses_no_decision(path: Path) -> None:
    fill(path)
    path.write_bytes(path.read_bytes().replace(b"handoff outbox", b"h\x00ndoff outbox", 1))
    outbox = Outbox.open(path)
    assert ids(outbox) == [f"op{n}" for n in range(6)]
    assert len(copies(path)) == 1
    assert Outbox.open(path).warnings == []


def test_a_file_of_something_else_is_copied_and_replaced(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 certainly\nno journal\n")
    outbox = Outbox.open(path)
    assert outbox.entries() == []
    assert copies(path)[0].read_bytes() == b"PK\x03\x04 certainly\nno journal\n"
    outbox.append([make_operation(Accept(), id="next")])
    assert ids(Outbox.open(path)) == ["next"]


def test_damage_on_a_full_disk_is_read_around_and_mended_later(path: Path, faulty) -> None:
    fill(path)
    damaged = path.read_bytes().replace(b"op3", b"opX")
    path.write_bytes(damaged)
    outbox = Outbox.open(path, files=faulty(fail_at=1, lasting=True))
    expected = ["op0", "op1", "op2", "op4", "op5"]
    assert ids(outbox) == expected
    assert "could not be mended now" in outbox.warnings[0]
    assert path.read_bytes() == damaged
    with pytest.raises(NotSaved):
        outbox.append([make_operation(Accept())])
    assert path.read_bytes() == damaged

    assert ids(Outbox.open(path)) == expected
    assert copies(path)[0].read_bytes() == damaged


@pytest.mark.parametrize("how", ["missing", "emptied"])
def test_a_lost_outbox_is_noticed(path: Path, how: str) -> None:
    fill(path)
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"")
    outbox = Outbox.open(path)
    assert outbox.entries() == []
    (warning,) = outbox.warnings
    assert "missing or empty" in warning
    outbox.append([make_operation(Accept(), id="next")])
    again = Outbox.open(path)
    assert ids(again) == ["next"]
    assert again.warnings == []


@pytest.mark.parametrize("how", ["removed", "emptied", "cut", "replaced", "folder removed"])
def test_what_is_lost_under_the_running_program_is_written_again(path: Path, tmp_path: Path, how: str) -> None:
    path = tmp_path / "profile" / "outbox.journal"
    path.parent.mkdir()
    operations = fill(path)
    outbox = Outbox.open(path)
    outbox.settle([Receipt(operation_id="op0", result=Result.APPLIED, at=NOW)])
    outbox.offer(["op2"])
    match how:
        case "removed":
            path.unlink()
        case "emptied":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(path.read_bytes()[:700])
        case "replaced":
            path.unlink()
            other = Outbox.open(path)
            other.append([make_operation(Accept(), id="other")])
        case "folder removed":
            shutil.rmtree(path.parent)

    outbox.refresh()
    waiting = {entry.operation.id for entry in outbox.pending()}
    assert {operation.id for operation in operations[1:]} <= waiting
    assert any("written again" in warning for warning in outbox.warnings)
    again = Outbox.open(path)
    assert {entry.operation.id for entry in again.pending()} == waiting
    assert again.entry("op2").offered


@pytest.mark.parametrize("how", ["removed", "folder removed"])
def test_a_deleted_file_that_is_still_open_comes_back_whole(tmp_path: Path, how: str) -> None:
    path = tmp_path / "profile" / "outbox.journal"
    path.parent.mkdir()
    fill(path)
    outbox = Outbox.open(path)
    outbox.settle([Receipt(operation_id="op0", result=Result.APPLIED, at=NOW)])
    whole = path.read_bytes()
    if how == "removed":
        path.unlink()
    else:
        shutil.rmtree(path.parent)
    outbox.refresh()
    assert path.read_bytes() == whole
    assert "written again, with all in it" in outbox.warnings[0]
    outbox.append([make_operation(Accept(), id="next")])
    assert ids(Outbox.open(path)) == [*(f"op{n}" for n in range(6)), "next"]


def test_a_deleted_file_that_can_not_come_back_refuses_until_it_can(path: Path, faulty) -> None:
    fill(path)
    files = faulty(lasting=True)
    outbox = Outbox.open(path, files=files)
    outbox.append([make_operation(Accept(), id="op6")])
    path.unlink()
    files.calls.clear()
    files.fail_at = 1
    for _ in range(2):
        outbox.refresh()
        assert len(outbox.pending()) == 7
        with pytest.raises(NotSaved):
            outbox.append([make_operation(Accept(), id="late")])
        assert not path.exists()
    files.fail_at = 0
    outbox.append([make_operation(Accept(), id="late")])
    assert ids(Outbox.open(path)) == [*(f"op{n}" for n in range(7)), "late"]


def test_what_can_not_be_written_again_yet_stays_in_sight(path: Path, faulty) -> None:
    fill(path)
    files = faulty(lasting=True)
    outbox = Outbox.open(path, files=files)
    path.unlink()
    files.calls.clear()
    files.fail_at = 1
    outbox.refresh()
    assert len(outbox.pending()) == 6
    assert not path.exists()
    files.fail_at = 0
    outbox.refresh()
    assert len(Outbox.open(path).pending()) == 6
