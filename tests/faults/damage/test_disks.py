"""Real disks that are full or read-only: told by the command line, nothing shown as saved that is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.on_a_train import Train, decided, fill_block, refused
from tests.small_disk import SmallDisk, can_mount, run, unprivileged

own_disk = pytest.mark.skipif(not can_mount(), reason="this system lets a test mount nothing")


@pytest.fixture
def disk(train: Train, tmp_path: Path) -> Iterator[SmallDisk]:
    fill_block(train)
    with SmallDisk(tmp_path / "disk", train.home, 256 * 1024) as made:
        yield made


@own_disk
def test_a_full_disk_refuses_decisions_and_takes_them_once_there_is_room(train: Train, disk: SmallDisk) -> None:
    outbox = disk.seen / "outbox.journal"
    before = outbox.read_bytes()
    disk.fill()
    refused(disk.run("accept", train.leads["Cy"], "--wait", "0"), "the disk is full")
    assert outbox.read_bytes() == before
    assert disk.run("status").code == 0
    assert disk.run("sync").code == 3, "sending needs the disk, and says so"
    disk.make_room()
    assert disk.run("accept", train.leads["Dee"], "--wait", "0").code == 3
    assert train.leads["Dee"] in decided(outbox)


@own_disk
def test_a_read_only_disk_shows_everything_and_refuses_decisions(train: Train, disk: SmallDisk) -> None:
    disk.read_only()
    assert "3 decisions not sent" in disk.run("status").out
    assert "Cy Specimen" in disk.run("list").out
    refused(disk.run("accept", train.leads["Cy"], "--wait", "0"), "read-only")
    synced = disk.run("sync")
    assert synced.code == 3
    assert "Traceback" not in synced.err
    disk.read_only(now=False)
    assert disk.run("accept", train.leads["Cy"], "--wait", "0").code == 3


def test_a_folder_that_may_not_be_written_shows_everything_and_refuses_decisions(train: Train) -> None:
    before = unprivileged()
    if before is None:
        pytest.skip("rights of files do not hold for this account")
    data = train.outbox.read_bytes()
    for path in train.home.iterdir():
        path.chmod(0o400)
    train.home.chmod(0o500)
    try:
        assert "2 decisions not sent" in run("status", home=train.home, before=before).out
        assert "Cy Specimen" in run("list", home=train.home, before=before).out
        refused(run("accept", train.leads["Cy"], "--wait", "0", home=train.home, before=before), "may not write")
    finally:
        train.home.chmod(0o700)
    assert train.outbox.read_bytes() == data
