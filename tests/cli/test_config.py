"""The settings file from the command line: shown, checked, and edited without ever losing what worked."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]


@pytest.fixture
def home(seat: MakeSeat) -> Seat:
    """A profile without a CRM."""
    made = seat("config")
    made.home.mkdir()
    return made


def settings_of(home: Seat) -> Path:
    return home.home / "config.toml"


class Editor:
    """An editor that writes what it is told to, and notes how it was started."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._wanted = folder / "wanted"
        self.opened = folder / "opened"
        script = folder / "my editor.py"
        script.write_text(
            f"#!{sys.executable}\n"
            "import pathlib, sys\n"
            f"wanted = pathlib.Path({str(self._wanted)!r})\n"
            f"with open({str(self.opened)!r}, 'a') as note:\n"
            "    note.write(pathlib.Path(sys.argv[-1]).read_text() + '\\n====\\n')\n"
            "if wanted.exists():\n"
            "    pathlib.Path(sys.argv[-1]).write_text(wanted.read_text())\n"
            "sys.exit(3 if '--fail' in sys.argv else 0)\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        self.command = f"'{script}' --wait"
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", self.command)

    def writes(self, text: str) -> None:
        """Let it write this."""
        self._wanted.write_text(text)


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """An editor with a blank in its path."""
    return Editor(tmp_path, monkeypatch)


def test_path_says_where_it_would_be(home: Seat) -> None:
    assert home("config", "path").out.strip() == str(settings_of(home))


def test_show_lists_what_holds_and_marks_what_is_yours(home: Seat) -> None:
    settings_of(home).write_text('theme = "light"\n[keys]\ntriage.jump = "h"\n')
    shown = home("config")
    assert shown.code == 0
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["theme", '"light"', "yours"] in rows
    assert ["triage.jump", '"h"', "yours", "jump"] in rows
    assert ["wait", "2.0"] in rows
    told = json.loads(home("config", "show", "--json").out)
    assert told["set"] == ["theme", "keys.triage.jump"]
    assert told["keys"]["triage.accept"] == ["a"]


def test_check_tells_everything_at_once_with_its_line(home: Seat) -> None:
    assert home("config", "check").code == 0
    settings_of(home).write_text('theem = "light"\n[keys]\ntriage.accept = "u"\n')
    checked = home("config", "check")
    assert checked.code == 1
    assert checked.out.splitlines() == [
        f"{settings_of(home)}, line 1: there is no setting “theem”; did you mean “theme”?",
        f"{settings_of(home)}, line 3: triage.undo and triage.accept both want “u”.",
    ]
    told = json.loads(home("config", "check", "--json").out)
    assert [problem["line"] for problem in told["problems"]] == [1, 3]


def test_a_file_that_is_right_is_said_to_be(home: Seat) -> None:
    settings_of(home).write_text("guard = false\n")
    checked = home("config", "check")
    assert (checked.code, checked.out) == (0, f"{settings_of(home)} is fine.\n")


def test_edit_offers_every_setting_with_its_default_and_keeps_what_was_written(home: Seat, editor: Editor) -> None:
    editor.writes('theme = "light"\n')
    done = home("config", "edit")
    assert done.code == 0, done.err
    assert '# theme = ""' in editor.opened.read_text()
    assert "# triage.accept = " in editor.opened.read_text()
    assert settings_of(home).read_text() == 'theme = "light"\n'
    assert [path.name for path in home.home.glob("config*")] == ["config.toml"]


def test_edit_changes_nothing_when_nothing_was_written(home: Seat, editor: Editor) -> None:
    done = home("config", "edit")
    assert (done.code, done.out) == (0, "Nothing was changed.\n")
    assert not settings_of(home).exists()
    settings_of(home).write_text("wait = 1\n")
    assert home("config", "edit").out == "Nothing was changed.\n"
    assert settings_of(home).read_text() == "wait = 1\n"


def test_edit_says_what_is_wrong_and_keeps_the_old_file_and_what_was_written(home: Seat, editor: Editor) -> None:
    settings_of(home).write_text("wait = 1\n")
    editor.writes("wait = soon\n")
    done = home("config", "edit")
    assert done.code == 1
    assert "line 1" in done.err
    assert settings_of(home).read_text() == "wait = 1\n"
    editor.writes("wait = 3\n")
    again = home("config", "edit")
    assert again.code == 0
    assert editor.opened.read_text().endswith("wait = soon\n\n====\n"), "what was written last time is opened again"
    assert settings_of(home).read_text() == "wait = 3\n"


@pytest.mark.parametrize(("answers", "kept", "code"), [("k\n", True, 0), ("\n", False, 1), ("e\nk\n", True, 0)])
def test_edit_asks_what_to_do_with_a_mistake(
    home: Seat, editor: Editor, monkeypatch: pytest.MonkeyPatch, answers: str, kept: bool, code: int
) -> None:
    import io

    class Person(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Person(answers))
    editor.writes("wiat = 3\n")
    done = home("config", "edit")
    assert done.code == code
    assert "e edits again" in done.err
    assert settings_of(home).exists() is kept
    assert editor.opened.read_text().count("====") == 1 + answers.count("e")


def test_an_editor_that_fails_or_is_not_there_changes_nothing(
    home: Seat, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.writes("wait = 3\n")
    monkeypatch.setenv("EDITOR", f"{editor.command} --fail")
    failed = home("config", "edit")
    assert failed.code == 1
    assert "ended with code 3" in failed.err
    assert not settings_of(home).exists()
    monkeypatch.setenv("EDITOR", "/nowhere/editor; touch /nowhere/else")
    missing = home("config", "edit")
    assert missing.code == 1
    assert "can’t be started" in missing.err
    monkeypatch.setenv("EDITOR", "'open")
    assert home("config", "edit").code == 2


def test_visual_goes_before_editor_and_none_is_said(
    home: Seat, editor: Editor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor.writes("wait = 3\n")
    monkeypatch.setenv("VISUAL", editor.command)
    monkeypatch.setenv("EDITOR", "/nowhere")
    assert home("config", "edit").code == 0
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR")
    monkeypatch.setenv("PATH", str(tmp_path))
    none = home("config", "edit")
    assert none.code == 2
    assert str(settings_of(home)) in none.err


def test_a_mistake_in_the_settings_keeps_nobody_from_deciding(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    rita = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    lead = hub.lead(team)
    rita("sync")
    settings_of(rita).write_text("wait = soon\n")
    done = rita("accept", lead)
    assert done.code == 0
    assert "config.toml, line 1" in done.err
