"""The settings file: all optional, every mistake named with its line."""

from pathlib import Path

import pytest

from tui.cli.errors import Usage
from tui.settings import Settings, load


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(theme="", wait=2.0)


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('# mine\ntheme = "light"\nwait = 5\n')
    assert load(tmp_path) == Settings(theme="light", wait=5.0)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbftheme = "dark"\n')
    assert load(tmp_path).theme == "dark"


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        (b'theme = "dark"\nwait = \n', 2, "Correct the line"),
        (b'theme = "dark', 1, "Correct the line"),
        (b"\n\ntheem = 1\n", 3, "theme"),
        (b'theme = "pink"\n', 1, "dark"),
        (b"# wait here\nwait = -1\n", 2, "wait"),
        (b"wait = true\n", 1, "wait"),
        (b"wait = nan\n", 1, "wait"),
        (b'wait = "long"\n', 1, "wait"),
        (b"wait = 1\nwait = 2\n", 2, "Correct the line"),
        (b"\n[colours]\na = 1\n", 2, "colours"),
        (b'\ntheme = "\xff"\n', 2, "UTF-8"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: bytes, line: int, word: str) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(Usage) as caught:
        load(tmp_path)
    assert f"line {line}:" in caught.value.sentence
    assert word in caught.value.sentence
    assert caught.value.exit_code == 2
