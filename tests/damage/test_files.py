"""Files of the profile damaged between two commands: told in a sentence, recovered as far as it can be, a copy kept."""

import shutil
from pathlib import Path

import pytest

from tests.on_a_train import Train, decided
from tests.running_hub import Done
from tests.small_disk import run, unprivileged


def calm(done: Done) -> Done:
    """Return what a command came to, once it is clear that it neither broke nor blamed itself."""
    said = done.out + done.err
    assert "Traceback" not in said
    assert "did not foresee" not in said
    return done


def command(train: Train, *arguments: str, before: tuple[str, ...] = ()) -> Done:
    return calm(run(*arguments, home=train.home, before=before))


def pending(train: Train) -> int:
    return int(command(train, "status", "--json").json["pending"])


def accept_cy(train: Train) -> Done:
    return command(train, "accept", train.leads["Cy"], "--wait", "0")


def test_a_torn_tail_is_cut_and_the_next_decision_follows_it(train: Train) -> None:
    whole = train.outbox.read_bytes()
    with train.outbox.open("ab") as file:
        file.write(whole[whole.rindex(b"\n", 0, -1) + 1 :][:-40])
    assert pending(train) == 2
    assert accept_cy(train).code == 3
    assert decided(train.outbox) == [train.leads[name] for name in ("Ana", "Ben", "Cy")]


def test_a_bad_line_in_the_middle_costs_that_line_alone_and_a_copy_is_kept(train: Train) -> None:
    damaged = train.outbox.read_bytes().replace(train.leads["Ana"].encode(), b"0" * 16, 1)
    train.outbox.write_bytes(damaged)
    said = command(train, "status")
    assert "the other 1 entries were recovered" in said.err
    assert "1 decision not sent" in said.out
    (copy,) = train.home.glob("outbox.journal.damaged-*")
    assert copy.name in said.err
    assert copy.read_bytes() == damaged
    assert accept_cy(train).err.count("damaged") == 0
    assert decided(train.outbox) == [train.leads["Ben"], train.leads["Cy"]]


@pytest.mark.parametrize("how", ["missing", "emptied"])
def test_a_lost_outbox_is_told_and_deciding_goes_on(train: Train, how: str) -> None:
    if how == "missing":
        train.outbox.unlink()
    else:
        train.outbox.write_bytes(b"")
    said = command(train, "status")
    assert "missing or empty" in said.err
    assert "backup" in said.err
    assert accept_cy(train).code == 3
    assert decided(train.outbox) == [train.leads["Cy"]]


def test_a_folder_in_place_of_the_outbox_is_put_aside_whole(train: Train) -> None:
    train.outbox.unlink()
    train.outbox.mkdir()
    (train.outbox / "somebodys.txt").write_text("kept")
    said = command(train, "status")
    assert "outbox.journal.damaged" in said.err
    assert accept_cy(train).code == 3
    assert decided(train.outbox) == [train.leads["Cy"]]
    (copy,) = train.home.glob("outbox.journal.damaged*")
    assert (copy / "somebodys.txt").read_text() == "kept"


def test_an_outbox_that_may_not_be_read_is_left_alone_and_says_what_to_do(train: Train) -> None:
    before = unprivileged()
    if before is None:
        pytest.skip("rights of files do not hold for this account")
    data = train.outbox.read_bytes()
    train.outbox.chmod(0)
    for arguments in (("status",), ("accept", train.leads["Cy"], "--wait", "0")):
        done = command(train, *arguments, before=before)
        assert done.code == 1
        assert "may not read" in done.err
        assert "give your account" in done.err.lower()
    train.outbox.chmod(0o600)
    assert train.outbox.read_bytes() == data
    assert pending(train) == 2


def test_an_outbox_of_a_newer_version_is_left_alone_and_says_what_to_do(train: Train, tmp_path: Path) -> None:
    from api.local.frames import Header, frame_header

    lines = train.outbox.read_bytes().splitlines(keepends=True)
    data = b"".join([frame_header(Header("handoff outbox", 7)), *lines[1:]])
    train.outbox.write_bytes(data)
    for arguments in (("status",), ("accept", train.leads["Cy"], "--wait", "0"), ("sync",)):
        done = command(train, *arguments)
        assert done.code == 1
        assert "install the newest Handoff" in done.err
    assert train.outbox.read_bytes() == data


def mirror_damaged(path: Path, how: str) -> None:
    match how:
        case "garbage":
            path.write_bytes(bytes(range(256)) * 40)
        case "no permission":
            path.chmod(0)
        case "a folder":
            path.unlink()
            path.mkdir()
            (path / "somebodys.txt").write_text("kept")
        case "newer":
            path.write_bytes(b'00000000 {"format":"handoff mirror","version":9}\n')


@pytest.mark.parametrize("how", ["garbage", "no permission", "a folder", "newer"])
def test_a_mirror_that_can_not_be_read_is_put_aside_and_no_decision_with_it(train: Train, how: str) -> None:
    before = unprivileged()
    if before is None:
        pytest.skip("rights of files do not hold for this account")
    mirror = train.home / "mirror.journal"
    mirror_damaged(mirror, how)
    said = command(train, "status", before=before)
    assert said.code == 0
    assert "2 decisions not sent" in said.out
    assert "pulled again" in said.err
    assert list(train.home.glob("mirror.journal.unreadable*"))
    listed = command(train, "list", before=before)
    assert "handoff sync" in listed.out + listed.err
    assert decided(train.outbox) == [train.leads["Ana"], train.leads["Ben"]]


@pytest.mark.parametrize("data", [b"", b"{", b"\x00\xff\xfe"], ids=["emptied", "torn", "garbage"])
def test_a_damaged_profile_keeps_the_decisions_and_says_what_to_do(train: Train, data: bytes) -> None:
    (train.home / "profile.json").write_bytes(data)
    for arguments in (("status",), ("accept", train.leads["Cy"], "--wait", "0"), ()):
        done = command(train, *arguments)
        assert done.code == 1
        assert "handoff connect" in done.err
        assert "decisions are kept" in done.err
    assert decided(train.outbox) == [train.leads["Ana"], train.leads["Ben"]]


def test_damage_of_everything_but_the_outbox_loses_no_decision(train: Train) -> None:
    for path in train.home.iterdir():
        if path.name not in ("outbox.journal", "profile.json"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.write_bytes(b"\x00rubbish\n")
    said = command(train, "status")
    assert "2 decisions not sent" in said.out
