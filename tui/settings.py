"""The few settings of ``config.toml`` in the profile's folder; all of them have a default."""

from pathlib import Path
from typing import Any

import msgspec

from tui.cli.errors import Usage

FILE_NAME = "config.toml"
LOOKS = ("dark", "light", "terminal")
LONGEST_WAIT = 3_600.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may set."""

    theme: str = ""
    """``dark``, ``light`` or ``terminal`` (its own colours); empty: as the program chooses."""
    wait: float = 2.0
    """Seconds for which a decision on the command line waits for the CRM's answer; 0 does not wait."""


def load(folder: Path) -> Settings:
    """Read the settings of the profile in `folder`; without a file, the defaults.

    Raises:
        Usage: the file can't be read or holds something that is not a setting; the line is named.
    """
    path = Path(folder) / FILE_NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Usage(f"{path}, line {line}: this is not UTF-8 text. Correct the line, or delete the file.") from None
    except OSError as error:
        raise Usage(f"{path} can't be read: {error.strerror}.") from None
    return _checked(path, text)


def _checked(path: Path, text: str) -> Settings:
    import tomllib

    try:
        found: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Usage(f"{path}: {_with_line(str(error), text)}. Correct the line, or delete the file.") from None
    for key in found:
        if key not in Settings.__struct_fields__:
            import difflib

            near = difflib.get_close_matches(key, Settings.__struct_fields__, n=1)
            hint = f"did you mean “{near[0]}”?" if near else f"there are: {', '.join(Settings.__struct_fields__)}."
            raise Usage(f"{path}, line {_line_of(key, text)}: there is no setting “{key}”; {hint}")
    theme, wait = found.get("theme", ""), found.get("wait", Settings().wait)
    if theme and theme not in LOOKS:
        raise Usage(f"{path}, line {_line_of('theme', text)}: theme is one of {', '.join(LOOKS)}.")
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait <= LONGEST_WAIT:
        raise Usage(f"{path}, line {_line_of('wait', text)}: wait is a number of seconds from 0 to {LONGEST_WAIT:.0f}.")
    return Settings(theme=str(theme), wait=float(wait))


def _with_line(message: str, text: str) -> str:
    """Make tomllib's message begin with the line, which it names in brackets, or not at all at the end."""
    import re

    place = re.search(r" \(at line (\d+), column \d+\)", message)
    line = place[1] if place else str(len(text.splitlines()) or 1)
    return f"line {line}: {message[: place.start()] if place else message.partition(' (at')[0]}"


def _line_of(key: str, text: str) -> int:
    import re

    wanted = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((at for at, line in enumerate(text.splitlines(), 1) if wanted.match(line)), 1)
