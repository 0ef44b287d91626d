"""The person's own keys: read, checked against the registry and against each other."""

from collections.abc import Mapping
from typing import Any

from tui.commands import COMMANDS
from tui.settings.key_names import NotAKey, key_named
from tui.settings.keymap import Clash, Keymap, clashes
from tui.settings.places import flat
from tui.settings.reading import Problem, nearest

Own = dict[str, tuple[str, ...]]


def read_keys(table: Any, lines: Mapping[tuple[str, ...], int]) -> tuple[Own, list[Problem]]:
    """Return the keys that can be used, by command, and what is wrong with the others.

    Where two commands want one key, neither gets it by the settings: both keep what the registry says.
    """
    if not isinstance(table, dict):
        return {}, [Problem(lines.get(("keys",), 1), "keys is a table of commands and their keys.")]
    own: Own = {}
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for path, value in flat(table).items():
        name, line = ".".join(path), lines.get(("keys", *path), lines.get(("keys",), 1))
        places[name] = line
        keys, wrong = _keys(name, value)
        problems += [Problem(line, sentence) for sentence in wrong]
        if not wrong:
            own[name] = keys
    while met := list(clashes(Keymap(own))):
        problems += [Problem(_where(clash, own, places), f"{clash.sentence}.") for clash in met]
        # What is left out has its own key back, which another may have been given.
        gone = {name for clash in met for name in (clash.first, clash.second)} & own.keys()
        own = {name: keys for name, keys in own.items() if name not in gone}
    return own, problems


def _keys(name: str, value: object) -> tuple[tuple[str, ...], list[str]]:
    ids = [one.id for one in COMMANDS]
    if name not in ids:
        return (), [f"there is no command “{name}”{_nearest_command(name, ids)}"]
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        return (), [f"{name} takes a key such as “x”, or a list of keys."]
    keys, wrong = [], []
    for one in given:
        try:
            keys.append(key_named(one))
        except NotAKey as error:
            wrong.append(f"{name}: {error}{'' if str(error).endswith('?') else '.'}")
    return tuple(dict.fromkeys(keys)), wrong


def _nearest_command(name: str, ids: list[str]) -> str:
    near = nearest(name, ids)
    if "did you mean" in near:
        return near
    # “accept” alone is meant as clearly as “triage.accept”.
    ending = [one for one in ids if one.partition(".")[2] == name.rpartition(".")[2]]
    return f"; did you mean “{ending[0]}”?" if ending else "; “handoff config show” lists them."


def _where(clash: Clash, own: Own, places: Mapping[str, int]) -> int:
    return max(places[name] for name in (clash.first, clash.second) if name in own)
