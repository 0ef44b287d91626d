"""Writing one setting into the file without touching anything else that a person wrote there."""

import re
from pathlib import Path

from api.errors import HandoffError
from tui.settings.places import lines_of
from tui.settings.reading import read
from tui.settings.template import value_written


class NotKept(HandoffError):
    """The setting could not be written; the file is as it was."""


def keep(path: Path, name: str, value: object) -> None:
    """Write a setting, in one step; everything else in the file stays as it is.

    Raises:
        NotKept: the disk does not take it, or the file holds something that can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        changed = with_setting(text, name, value)
        _, problems = read(changed)
        if any(problem.line and "nothing in the file" in problem.sentence for problem in problems):
            raise NotKept(f"{problems[0].said(path)} “handoff config edit” opens it.")
        draft = path.with_name(path.name + ".new")
        draft.write_text(changed, encoding="utf-8")
        draft.replace(path)
    except UnicodeDecodeError:
        raise NotKept(f"{path} is not UTF-8 text; “handoff config check” names the line.") from None
    except OSError as error:
        raise NotKept(f"{path} can’t be written: {error.strerror}.") from None


def with_setting(text: str, name: str, value: object) -> str:
    """Return the file's text with the setting in it: on the line where it stood, or above all tables."""
    lines = text.splitlines()
    wanted = f"{name} = {value_written(value)}"
    place = lines_of(text).get((name,))
    if place is not None:
        comment = re.search(r"""\s+#[^"']*$""", lines[place - 1])
        lines[place - 1] = wanted + (comment[0] if comment else "")
    else:
        table = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
        while table and not lines[table - 1].strip():
            table -= 1
        lines.insert(table, wanted)
    return "\n".join(lines) + "\n"
