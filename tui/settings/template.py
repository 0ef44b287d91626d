"""The settings file as it is offered to somebody who has none: every setting with its default, commented out."""

import json
from collections.abc import Iterator
from textwrap import wrap

from tui.commands import COMMANDS
from tui.settings.key_names import written
from tui.settings.told import keys_told, settings_told

WIDTH = 77


def template() -> str:
    """Return the file."""
    return "\n".join(_lines()) + "\n"


def value_written(value: object) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(value_written(one) for one in value)}]"
    # What JSON and TOML write alike: words, numbers, true and false.
    return json.dumps(value, ensure_ascii=False)


def keys_written(keys: tuple[str, ...]) -> str:
    """Return keys as the table of keys takes them."""
    names = [written(key) for key in keys]
    return value_written(names[0] if len(names) == 1 else names)


def _lines() -> Iterator[str]:
    yield "# Settings of Handoff. A line counts once the # before it is gone; what stands there is the default."
    yield "# “handoff config check” says what is wrong; a mistake never keeps Handoff from working."
    for one in settings_told():
        yield ""
        yield from _comment(f"{one.words} ({one.wants[:1].upper()}{one.wants[1:]}.)")
        yield f"# {one.name} = {value_written(one.default)}"
    yield ""
    yield from _comment(keys_told())
    yield "# [keys]"
    width = max(len(each.id) + len(keys_written(each.keys)) for each in COMMANDS)
    for each in COMMANDS:
        line = f"{each.id} = {keys_written(tuple(key for key in each.keys if key != 'escape'))}"
        yield f"# {line:<{width + 4}} # {each.title}"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text.replace("``", "“", 1).replace("``", "”"), WIDTH)]
