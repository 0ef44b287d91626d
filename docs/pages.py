"""The pages of the guide about keys and settings, written from the registry and from the settings themselves."""

from collections.abc import Iterator
from pathlib import Path

from tui.commands import commands_for
from tui.commands.command import Command
from tui.settings.key_names import NAMED, written
from tui.settings.keymap import AREAS
from tui.settings.template import value_written
from tui.settings.told import keys_told, settings_told

GUIDE = Path(__file__).parent / "guide"

_GENERATED = "<!-- Written by docs/generate.py from the program itself; run “make docs” after a change. -->"

_HEADINGS = {"triage": "In the queue", "sync": "On the Sync screen", "app": "Everywhere"}

_KEYS_BEGIN = f"""\
# Keys
{_GENERATED}

One key does one thing. `?` shows the keys of the screen that is open, `ctrl+p` finds every command by its name; what
can’t be done now is dim there and says why. The mouse clicks whatever the last line shows. `Esc` always gets out: of a
field, a dialog, a filter, a screen. `ctrl+c` twice quits wherever one is.

All of them can be [changed](configuration.md#keys) by the name in the last column.

![The help: the agreed definition and how the lead meets it, the signs, every key and its command](../images/help.svg)

![The palette: what “snooze” finds, each with its key, and why one is not possible now](../images/palette.svg)"""

_KEYS_END = """
## In dialogs and fields

| key | what it does |
| --- | --- |
| `Enter` | send it, pick it |
| `Tab` `↓`, `Shift+Tab` `↑` | next field, field before; in a list: down, up |
| `F1`, and `?` outside of text fields | help |
| `Esc` | back one step |

## Text that was meant for another window

Keys decide, so text that arrives as keys must not. Text that the terminal marks as pasted does nothing. Text that comes
as plain keys, pasted or typed, is told by how many different letters come how fast: then keys rest until there is a
second without any, and what the text had decided already is taken back and named. `Enter` and `Tab` rest too; `Esc`
works. Quick deciding and keys that are held down never look like that. The setting [guard](configuration.md#guard)
turns it off."""

_SETTINGS_BEGIN = f"""\
# Settings
{_GENERATED}

Settings are lines of `config.toml` in the profile’s folder, in [TOML](https://toml.io). All of them have a default;
without the file Handoff does what is said here.

| command | what it does |
| --- | --- |
| `handoff config edit` | opens the file in `VISUAL`, else `EDITOR`, every setting explained, and checks it afterwards |
| `handoff config check` | says everything that is wrong, each with its line; the exit code is 1 then |
| `handoff config show` | lists what holds now; `--json` for programs |
| `handoff config path` | prints where the file is |

A mistake never keeps you from working: the line that is wrong has its default, and the program says so in one line
when it opens. Settings are read when Handoff starts.

![The queue and the lead with theme = "light": dark on a warm white](../images/triage-light.svg)

![The same with theme = "dark-contrast": white and yellow on black](../images/triage-contrast.svg)"""

_SETTINGS_END = f"""
```toml
[keys]
triage.jump = "h"               # one key
triage.copy = ["y", "ctrl+y"]   # several; the first is shown
triage.claim = "f5"             # a key with a name
triage.suppress = []            # none: the palette still has it
```

A key is written as what it types (`a`, `A`, `?`), by its name, or with `ctrl+`, `alt+` or `shift+` before it. Keys with
a name: {", ".join(f"`{name}`" for name in NAMED[:14])}, `f1` to `f24`. In a terminal `ctrl+i`, `ctrl+m` and `ctrl+h`
can’t be told from `tab`, `enter` and `backspace`; some terminals keep `alt` and `ctrl` with other keys for themselves.

Two commands of one screen can’t have one key: Handoff names both, and both keep what they have by default. To swap two
keys, write both lines. Keys of your own show wherever keys are shown: in the last line, in the help, in the palette.

## Environment

| variable | what it does |
| --- | --- |
| `NO_COLOR` | no colour, whatever `theme` says |
| `HANDOFF_HOME` | the folder of everything: profile, settings, queue |
| `VISUAL`, `EDITOR` | the editor of `handoff config edit` |"""


def pages() -> dict[str, str]:
    """Return every generated page of the guide, by its file's name."""
    return {"keys.md": "\n".join(_keys()) + "\n", "configuration.md": "\n".join(_settings()) + "\n"}


def _keys() -> Iterator[str]:
    yield _KEYS_BEGIN
    for area in (*AREAS, "app"):
        yield f"\n## {_HEADINGS[area]}"
        groups = dict.fromkeys(one.group for one in commands_for(area))
        for group in groups:
            yield f"\n### {group}\n" if len(groups) > 1 else ""
            yield "| key | what it does | command line | name |\n| --- | --- | --- | --- |"
            yield from (_row(one) for one in commands_for(area) if one.group == group)
    yield _KEYS_END


def _row(one: Command) -> str:
    keys = " ".join(f"`{_shown(key)}`" for key in one.keys) or "–"
    cli = f"`handoff {_cell(one.cli)}`" if one.cli else ""
    return f"| {keys} | {_cell(one.help)} | {cli} | `{one.id}` |"


def _shown(key: str) -> str:
    return _cell("Esc" if key == "escape" else written(key))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _settings() -> Iterator[str]:
    yield _SETTINGS_BEGIN
    for one in settings_told():
        wants = one.wants[:1].upper() + one.wants[1:]
        yield f"\n## {one.name}\n\n{_code(one.words)}\n\n{wants}. Default: `{value_written(one.default)}`."
    yield f"\n## keys\n\n{_code(keys_told()).replace('See the page on keys for', '[Keys](keys.md) has')}"
    yield _SETTINGS_END


def _code(text: str) -> str:
    return text.replace("``", "`")
