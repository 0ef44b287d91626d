"""The agreement in a file: an edit makes a new version, a broken edit changes nothing and says so."""

import os
from pathlib import Path

import pytest

from api.agreement import AgreementError, default, default_text
from api.hub.data.agreements import read_file
from api.hub.service import Hub
from api.hub.upkeep import AgreementFile


def edit(path: Path, old: str, new: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    stamp = path.stat().st_mtime_ns + 5_000_000_000
    os.utime(path, ns=(stamp, stamp))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "agreement.toml"
    file.write_text(default_text(), encoding="utf-8")
    return file


def test_a_new_hub_has_the_agreement_that_ships_with_it(hub: Hub) -> None:
    assert hub.agreement().version == 1
    assert hub.agreement().name == default().name


def test_the_same_content_is_the_same_version(db_url: str, path: Path) -> None:
    for _ in range(2):
        hub = Hub(db_url, agreement=read_file(path))
        assert hub.agreement().version == 1
        hub.close()


def test_an_edit_makes_a_new_version_and_keeps_the_old(hub: Hub, path: Path) -> None:
    said: list[str] = []
    file = AgreementFile(path, hub, said.append)
    name = hub.agreement().name
    file.check()
    assert said == []
    edit(path, f'name = "{name}"', 'name = "Edited"')
    file.check()
    assert (hub.agreement().version, hub.agreement().name) == (2, "Edited")
    assert hub.agreement(1).name == name
    assert "agreement" in {change.kind for change in hub.changes().changes if change.id == "2"}
    assert said == ["The agreement is now version 2."]


def test_a_broken_edit_leaves_the_old_one_in_force_and_says_so_once(hub: Hub, path: Path) -> None:
    said: list[str] = []
    file = AgreementFile(path, hub, said.append)
    edit(path, "[hours]", "[hours")
    file.check()
    file.check()
    assert hub.agreement().version == 1
    assert len(said) == 1
    assert str(path) in said[0]
    edit(path, "[hours", "[hours]")
    file.check()
    assert hub.agreement().version == 1, "mended to what it said before"


def test_a_file_that_is_gone_is_said_and_survived(hub: Hub, path: Path) -> None:
    said: list[str] = []
    file = AgreementFile(path, hub, said.append)
    path.unlink()
    file.check()
    assert hub.agreement().version == 1
    assert len(said) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 1_000_001, b"name = "])
def test_a_file_that_is_no_agreement_is_one_sentence(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(AgreementError) as caught:
        read_file(path)
    assert str(path) in caught.value.sentence
