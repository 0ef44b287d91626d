"""Reading the settings: every mistake is named with its line, and what is mistaken keeps its default."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec

from tui.settings.fields import Settings

FILE_NAME = "config.toml"


class Problem(msgspec.Struct, frozen=True):
    """Something in the file that can't be used."""

    line: int
    """From 1; 0 where it is about the whole file."""
    sentence: str

    def said(self, path: Path) -> str:
        """Say it with the file and the line."""
        return f"{path}, line {self.line}: {self.sentence}" if self.line else f"{path}: {self.sentence}"


class Loaded(msgspec.Struct, frozen=True):
    """What the file came to."""

    path: Path
    settings: Settings = Settings()
    problems: tuple[Problem, ...] = ()
    there: bool = False
    """Whether there is a file at all."""

    @property
    def first(self) -> str:
        """Say what is wrong first; empty when nothing is."""
        return self.problems[0].said(Path(self.path.name)) if self.problems else ""

    @property
    def ways_on(self) -> str:
        """Say how much more is wrong, and what tells it."""
        more = len(self.problems) - 1
        return f"{more} more: handoff config check" if more > 0 else "the default holds"

    @property
    def sentence(self) -> str:
        """Say in one line what is wrong; empty when nothing is."""
        return f"{self.first} ({self.ways_on})" if self.problems else ""


def load(folder: Path) -> Loaded:
    """Read the settings of the profile in `folder`; without a file, the defaults.

    What can't be used is among the problems, and its default holds.
    """
    return load_file(Path(folder) / FILE_NAME)


def load_file(path: Path) -> Loaded:
    """Read settings from a file of any name."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Loaded(path)
    except OSError as error:
        return Loaded(path, problems=(Problem(0, f"it can’t be read: {error.strerror}."),), there=True)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Loaded(path, problems=(Problem(line, "this is not UTF-8 text."),), there=True)
    settings, problems = read(text)
    return Loaded(path, settings, tuple(problems), there=True)


def read(text: str) -> tuple[Settings, list[Problem]]:
    """Return the settings that `text` holds, and what in it can't be used, in the order of its lines."""
    import tomllib

    from tui.settings.places import line_of_error, lines_of

    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, message = line_of_error(str(error), text)
        return Settings(), [Problem(line, f"{message}; nothing in the file can be used until this is correct.")]
    lines = lines_of(text)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in found.items():
        line = lines.get((name,), 1)
        if name == "keys":
            from tui.settings.own_keys import read_keys

            own, wrong = read_keys(value, lines)
            values["keys"] = own
            problems += wrong
        elif name not in Settings.__struct_fields__:
            problems.append(Problem(line, f"there is no setting “{name}”{nearest(name, Settings.__struct_fields__)}"))
        elif wanted := _unfit(name, value):
            problems.append(Problem(line, f"{name} is {wanted}."))
        else:
            values[name] = value
    return msgspec.convert(values, Settings), sorted(problems, key=lambda problem: problem.line)


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the rest of a sentence about an unknown name: the one that was meant, or all there are."""
    import difflib

    there = list(names)
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
    return f"; did you mean “{near[0]}”?" if near else f"; there are: {', '.join(there)}."


def _unfit(name: str, value: object) -> str:
    """Say what a setting should be; empty when the value is that."""
    kind = Settings.__annotations__[name]
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return wanted(name)
    return ""


def wanted(name: str) -> str:
    """Say in words what may be given to a setting."""
    from msgspec import inspect

    kind = inspect.type_info(Settings.__annotations__[name])
    match kind:
        case inspect.LiteralType():
            # In the order in which they were written down; the library sorts them.
            return f"one of {', '.join(str(value) for value in get_args(Settings.__annotations__[name]) if value)}"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number from {kind.ge} to {kind.le}"
        case inspect.FloatType():
            return f"a number from {kind.ge:g} to {kind.le:g}"
        case _:
            return "a table of commands and their keys"
