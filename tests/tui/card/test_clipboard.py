"""Copying: which ways are taken where, and that tools get the text through their input alone."""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tui.clipboard import OSC_LIMIT, Copied, hand_over, hears, tools

HERE = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", "tmux")


def which(*there: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in there else None


@pytest.mark.parametrize(
    ("environ", "platform", "there", "asked"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", HERE, ["wl-copy", "xclip"]),
        ({"DISPLAY": ":0"}, "linux", HERE, ["xclip"]),
        ({"DISPLAY": ":0"}, "linux", ("xsel",), ["xsel"]),
        ({}, "linux", HERE, []),
        ({}, "darwin", HERE, ["pbcopy"]),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", HERE, ["clip.exe"]),
        ({"TMUX": "/tmp/t,1,0"}, "linux", HERE, ["tmux"]),
        ({"TMUX": "/tmp/t,1,0", "DISPLAY": ":0"}, "linux", HERE, ["xclip", "tmux"]),
        ({"SSH_CONNECTION": "1", "DISPLAY": ":10"}, "linux", HERE, []),
        ({"SSH_TTY": "/dev/pts/1", "TMUX": "x"}, "darwin", HERE, ["tmux"]),
        ({"DISPLAY": ":0"}, "linux", (), []),
    ],
)
def test_the_tools_that_fit_the_session_are_asked(
    environ: Mapping[str, str], platform: str, there: tuple[str, ...], asked: list[str]
) -> None:
    assert [tool.name for tool in tools(environ, platform=platform, which=which(*there))] == asked


def test_a_tool_lying_in_the_present_folder_is_not_run() -> None:
    assert tools({"DISPLAY": ":0"}, platform="linux", which=lambda name: f"./{name}") == []


@pytest.mark.parametrize(
    ("environ", "heard"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/0"}, True),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color", "TMUX": "x"}, False),
    ],
)
def test_terminals_without_a_clipboard_are_not_relied_on(environ: Mapping[str, str], heard: bool) -> None:
    assert hears("text", environ) is heard
    assert not hears("x" * (OSC_LIMIT + 1), environ)


def tool(folder: Path, name: str, body: str) -> None:
    """Put a program there that notes how it was called and what it was given."""
    path = folder / name
    path.write_text(f"#!/bin/sh\ncd '{folder}'\nPATH=/usr/bin:/bin\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


TAKES = 'cat > got; printf %s "$*" > argv'


def test_a_tool_gets_the_text_as_it_is_and_not_in_its_arguments(tmp_path: Path) -> None:
    tool(tmp_path, "xclip", TAKES)
    text = "ana@example.com; $(rm -rf ~) `x` 株式会社\nsecond line\0"
    found = tools({"DISPLAY": ":0", "PATH": str(tmp_path)}, platform="linux")
    assert hand_over(text, found) == ("xclip",)
    assert (tmp_path / "got").read_bytes() == text.encode()
    assert (tmp_path / "argv").read_text() == "-selection clipboard -in"


def test_a_tool_that_fails_hangs_or_is_gone_has_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.clipboard.TIME_LIMIT", 0.5)
    tool(tmp_path, "wl-copy", "exit 1")
    tool(tmp_path, "xclip", "exec sleep 60")
    tool(tmp_path, "tmux", TAKES)
    environ = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "w", "TMUX": "x", "PATH": str(tmp_path)}
    found = tools(environ, platform="linux")
    assert [one.name for one in found] == ["wl-copy", "xclip", "tmux"]
    (tmp_path / "wl-copy").unlink()
    assert hand_over("text", found) == ("tmux",)
    assert (tmp_path / "argv").read_text() == "load-buffer -w -"


def test_it_says_what_to_know_of_where_the_text_is_now() -> None:
    assert Copied(("xclip",), sent=True).hint == ""
    assert "OSC 52" in Copied((), sent=True).hint
    assert "tmux" in Copied(("tmux",), sent=False).hint
    assert not Copied((), sent=False)
