"""Locks that can't be taken, and a profile that was lost: named in a sentence, and nobody else's name is used."""

from pathlib import Path

import pytest

from tests.on_a_train import Train
from tests.running_hub import Done, RunningHub
from tests.small_disk import run


def command(train: Train, *arguments: str) -> Done:
    done = run(*arguments, home=train.home)
    assert "Traceback" not in done.out + done.err
    return done


def pending(train: Train) -> int:
    return int(command(train, "status", "--json").json["pending"])


@pytest.mark.parametrize("name", ["outbox.lock", "mirror.lock", "sync.lock"])
def test_a_folder_in_place_of_a_lock_is_named(train: Train, name: str) -> None:
    (train.home / name).unlink()
    (train.home / name).mkdir()
    assert pending(train) == 2
    for arguments in (("accept", train.leads["Cy"], "--wait", "0"), ("sync",)):
        done = command(train, *arguments)
        if done.code == 1:
            assert name in done.err
    (train.home / name).rmdir()
    assert pending(train) in (2, 3)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_decisions_of_a_lost_profile_are_not_sent_in_somebody_elses_name(
    own_hub: RunningHub, tmp_path: Path, how: str
) -> None:
    home = tmp_path / "home"
    rita, otto = (own_hub.user(name, "rep", "north") for name in ("Rita Rep", "Otto Other"))
    lead = own_hub.lead(team="north")
    assert run("connect", "hub", own_hub.url, home=home, env={"HANDOFF_TOKEN": rita}).code == 0
    assert run("accept", lead, "--wait", "0", home=home).code == 3
    if how == "missing":
        (home / "profile.json").unlink()
    else:
        (home / "profile.json").write_bytes(b"{")
        said = run("status", home=home)
        assert "Move it away" in said.err
        (home / "profile.json").rename(home / "profile.json.damaged")
    refused = run("connect", "hub", own_hub.url, home=home, env={"HANDOFF_TOKEN": otto})
    assert refused.code == 4, refused.out + refused.err
    assert "not sent yet" in refused.err
    assert run("connect", "hub", own_hub.url, home=home, env={"HANDOFF_TOKEN": rita}).code == 0
    assert run("sync", home=home).code == 0
    shown = run("show", lead, "--json", home=home).json["lead"]
    assert [entry["by_name"] for entry in shown["trail"]] == ["Rita Rep"]
