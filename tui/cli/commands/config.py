"""The settings file: where it is, what it holds, what is wrong with it, and editing it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.errors import Failed, Usage
from tui.cli.output import DONE, FAILED, Output
from tui.settings import FILE_NAME, load, load_file

if TYPE_CHECKING:
    from tui.settings import Problem

EDITORS = ("nano", "vi", "notepad")
"""What is tried where no editor is named."""


def path(_: argparse.Namespace, output: Output) -> int:
    """Print the file's path."""
    output.line(str(_path()))
    return DONE


def show(_: argparse.Namespace, output: Output) -> int:
    """List settings and keys as they hold now."""
    from tui.commands import COMMANDS
    from tui.settings.keymap import Keymap
    from tui.settings.template import keys_written, value_written
    from tui.settings.told import settings_told

    loaded = load(_path().parent)
    keymap = Keymap(loaded.settings.keys)
    values = {one.name: getattr(loaded.settings, one.name) for one in settings_told()}
    defaults = {one.name: one.default for one in settings_told()}
    own = [name for name, value in values.items() if value != defaults[name]]
    output.document(
        {
            "file": str(loaded.path),
            "there": loaded.there,
            "settings": values,
            "set": [*own, *(f"keys.{name}" for name in keymap.own)],
            "keys": {one.id: keymap.keys(one) for one in COMMANDS},
            "problems": _document(loaded.problems),
        }
    )
    output.table(
        ["setting", "value", ""],
        [[name, value_written(value), "yours" if name in own else ""] for name, value in values.items()],
    )
    output.line()
    output.table(
        ["command", "keys", "", "what it does"],
        [
            [one.id, keys_written(keymap.keys(one)), "yours" if one.id in keymap.own else "", one.title]
            for one in COMMANDS
        ],
    )
    if loaded.problems:
        output.note(loaded.sentence)
    return DONE


def check(_: argparse.Namespace, output: Output) -> int:
    """Say all that is wrong at once."""
    loaded = load(_path().parent)
    output.document({"file": str(loaded.path), "there": loaded.there, "problems": _document(loaded.problems)})
    for problem in loaded.problems:
        output.line(problem.said(loaded.path))
    if not loaded.there:
        output.line(f"There is no {loaded.path}: every setting has its default.")
    elif not loaded.problems:
        output.line(f"{loaded.path} is fine.")
    return FAILED if loaded.problems else DONE


def edit(_: argparse.Namespace, output: Output) -> int:
    """Open a copy in an editor; it takes the file's place once nothing in it is wrong, or the person says so."""
    kept = _path()
    editor = _editor(kept)
    # Beside the file, so that it can take its place in one step; with its ending, so that editors know what it is.
    draft = kept.with_name("config.edited.toml")
    before = _content(kept)
    if draft.exists():
        output.note(f"What you wrote last time and was not taken is opened again: {draft}")
    else:
        draft.write_bytes(before if before is not None else _template())
    while True:
        _open(editor, draft)
        if (before is None and draft.read_bytes() == _template()) or draft.read_bytes() == before:
            draft.unlink()
            output.line("Nothing was changed.")
            return DONE
        found = load_file(draft)
        for problem in found.problems:
            output.note(problem.said(draft))
        answer = _asked(output) if found.problems else "k"
        if answer == "e":
            continue
        if answer != "k":
            output.note(f"{kept} is as it was; what you wrote is in {draft}, and “handoff config edit” opens it again.")
            return FAILED
        draft.replace(kept)
        output.line(f"Kept in {kept}; a window that is open takes it when it is opened again.")
        return DONE


def _asked(output: Output) -> str:
    """Ask what to do with a file that has mistakes; nobody there to answer leaves everything as it was."""
    if sys.stdin is None or not sys.stdin.isatty():
        return ""
    output.note("e edits again, k keeps it all the same (these lines have their defaults), Enter leaves the old file.")
    return sys.stdin.readline().strip().casefold()[:1]


def _path() -> Path:
    from tui.cli.workplace import profile

    return profile().root / FILE_NAME


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failed(f"{file} can’t be read: {error.strerror}.") from None


def _template() -> bytes:
    from tui.settings.template import template

    return template().encode()


def _editor(file: Path) -> list[str]:
    """Return the words of the person's editor.

    Raises:
        Usage: none is named and none is known, or what is named can't be read.
        Failed: there is no such program.
    """
    import shlex
    from shutil import which

    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(named, posix=os.name != "nt")
    except ValueError:
        raise Usage(f"VISUAL or EDITOR names no program: “{named}” has a quotation mark without its other.") from None
    words = words or [one for one in EDITORS if which(one)][:1]
    if not words:
        raise Usage(f"No editor is known: put one into EDITOR, or edit {file} yourself.")
    if which(words[0]) is None:
        raise Failed(f"“{words[0]}” can’t be started: there is no such program. VISUAL or EDITOR names the editor.")
    return words


def _open(editor: Sequence[str], file: Path) -> None:
    import subprocess

    try:
        code = subprocess.run([*editor, str(file)], check=False).returncode  # noqa: S603
    except OSError as error:
        raise Failed(f"“{editor[0]}” can’t be started: {error.strerror}. VISUAL or EDITOR names the editor.") from None
    if code:
        raise Failed(f"“{editor[0]}” ended with code {code}; nothing was taken, and what was written is in {file}.")


def _document(problems: "Sequence[Problem]") -> list[dict[str, object]]:
    return [{"line": one.line, "sentence": one.sentence} for one in problems]
