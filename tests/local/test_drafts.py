"""Drafts on the disk: what was typed is there again, and never in the way."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.local.drafts import STAYS, Drafts
from api.local.errors import NotSaved
from api.local.files import Files
from tests.factories import NOW


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drafts.json"


def test_what_was_kept_is_there_after_a_restart_for_its_form_alone(path: Path, clock: Clock) -> None:
    drafts = Drafts(path, clock)
    drafts.keep("L1", "reason:other", {"text": "zu weit weg – 遠すぎる"})
    drafts.save()
    again = Drafts(path, clock)
    found = again.get("L1", "reason:other")
    assert found is not None
    assert (found.answers, found.at) == ({"text": "zu weit weg – 遠すぎる"}, NOW)
    assert again.get("L1", "reason:timing") is None
    assert again.get("L2", "reason:other") is None


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_nobody_else_may_read_them(path: Path, clock: Clock) -> None:
    drafts = Drafts(path, clock)
    drafts.keep("L1", "reason:other", {"text": "x"})
    drafts.save()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_file_goes_with_the_last_draft(path: Path, clock: Clock) -> None:
    drafts = Drafts(path, clock)
    for questions in ("reason:other", "verb:note"):
        drafts.keep("L1", questions, {"text": "x"})
    drafts.save()
    drafts.drop("L1", "verb:note")
    assert [draft.questions for draft in drafts.on("L1")] == ["reason:other"]
    drafts.drop("L1")
    drafts.save()
    assert not path.exists()
    assert Drafts(path, clock).on("L1") == []


def test_after_thirty_days_a_draft_is_forgotten(path: Path, clock: Clock) -> None:
    drafts = Drafts(path, clock)
    drafts.keep("L1", "reason:other", {"text": "x"})
    drafts.save()
    clock.now = NOW + STAYS + timedelta(seconds=1)
    assert Drafts(path, clock).on("L1") == []
    drafts.keep("L2", "reason:other", {"text": "y"})
    drafts.save()
    assert b"L1" not in path.read_bytes()


def test_two_windows_keep_each_others_drafts(path: Path, clock: Clock) -> None:
    one, two = Drafts(path, clock), Drafts(path, clock)
    one.load()
    two.load()
    one.keep("L1", "reason:other", {"text": "one"})
    one.save()
    two.keep("L2", "reason:other", {"text": "two"})
    two.save()
    one.drop("L1")
    one.save()
    assert Drafts(path, clock).on("L1") == []
    assert Drafts(path, clock).get("L2", "reason:other") is not None
    assert one.get("L2", "reason:other") is not None, "seen by the other window too"


def test_windows_that_write_at_the_same_moment_lose_nothing(path: Path, clock: Clock) -> None:
    windows = [Drafts(path, clock) for _ in range(4)]

    def write(number: int) -> None:
        for at in range(10):
            windows[number].keep(f"L{number}-{at}", "reason:other", {"text": "x"})
            windows[number].save()

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(len(windows))))
    later = Drafts(path, clock)
    assert all(later.on(f"L{number}-{at}") for number in range(4) for at in range(10))


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"version":99,"drafts":[]}', b'{"version":1,"drafts":7}'])
def test_damage_costs_the_drafts_and_nothing_else(path: Path, clock: Clock, damage: bytes) -> None:
    path.write_bytes(damage)
    drafts = Drafts(path, clock)
    assert drafts.on("L1") == []
    drafts.keep("L1", "reason:other", {"text": "x"})
    drafts.save()
    assert Drafts(path, clock).get("L1", "reason:other") is not None


class FullDisk(Files):
    """A disk that takes nothing while it is full."""

    full = True

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Write, unless the disk is full."""
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(fd, data)


def test_a_full_disk_is_tried_again_and_keeps_what_it_had(path: Path, clock: Clock) -> None:
    before = Drafts(path, clock)
    before.keep("L1", "reason:other", {"text": "before"})
    before.save()
    disk = FullDisk()
    drafts = Drafts(path, clock, disk)
    drafts.keep("L2", "reason:other", {"text": "x"})
    with pytest.raises(NotSaved, match="disk is full"):
        drafts.save()
    assert drafts.unsaved
    assert drafts.get("L2", "reason:other") is not None
    assert not [one.name for one in path.parent.iterdir() if one.suffix == ".new"], "nothing half written stays"
    assert Drafts(path, clock).get("L1", "reason:other") is not None
    disk.full = False
    drafts.save()
    assert {draft.lead for draft in Drafts(path, clock).on("L2")} == {"L2"}
