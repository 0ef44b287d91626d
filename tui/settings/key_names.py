"""How keys are written in the settings, and what cannot be one; knows nothing of any library for screens."""

from functools import cache

NAMED = (
    *("enter", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
)
"""Keys that have a name of their own; every other one is written as what it types."""

_OTHER_WORDS = {
    "pgup": "pageup",
    "pgdn": "pagedown",
    "return": "enter",
    "esc": "escape",
    "del": "delete",
    "ins": "insert",
}

_CHARACTERS = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}

_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}
"""What a terminal sends for both, so that nobody can tell them apart."""

KEPT = {"escape": "Escape always gets out", "ctrl+c": "ctrl+c always quits when it is pressed twice"}
"""Keys that can't be given away, and why."""


class NotAKey(ValueError):
    """It names no key that can be given to a command; the message says why."""


def key_named(text: str) -> str:
    """Return a key as the program spells it: ``?`` is ``question_mark``, ``^d`` is ``ctrl+d``.

    Raises:
        NotAKey: there is no such key, or it can't be given away.
    """
    key = _spelled(text)
    if key in _SAME:
        raise NotAKey(f"“{text}” can’t be told from {_SAME[key]} in a terminal")
    if key in KEPT:
        raise NotAKey(f"“{text}” can’t be given away: {KEPT[key]}")
    return key


def _spelled(text: str) -> str:
    name = " " if text == " " else text.strip()
    if len(name) == 1:
        return _character(name)
    if name.startswith("^") and len(name) == 2:
        name = f"ctrl+{name[1].lower()}"
    *modifiers, last = name.split("+") if name.rstrip("+") else [name]
    if last == "" and name.endswith("++"):
        last, modifiers = "+", [one for one in modifiers if one]
    modifiers = [one.strip().lower() for one in modifiers]
    if any(one not in ("ctrl", "shift", "alt") for one in modifiers):
        raise NotAKey(f"“{text}” is no key{_nearest(text)}")
    last = last.strip()
    if len(last) == 1:
        if modifiers == ["shift"] and last.isalpha():
            return last.upper()
        if "ctrl" in modifiers:
            # A terminal sends the same for both.
            last = last.lower()
        last = _character(last)
    else:
        last = _OTHER_WORDS.get(last.lower(), last.lower())
        if last not in NAMED and last not in _names_of_characters() and last != "escape":
            raise NotAKey(f"“{text}” is no key{_nearest(text)}")
    ordered = [one for one in ("ctrl", "alt", "shift") if one in modifiers]
    return "+".join((*ordered, last))


def _character(character: str) -> str:
    if character == " ":
        return "space"
    if character.isalnum():
        return character
    import unicodedata

    name = unicodedata.name(character, "")
    if not name or not character.isprintable():
        raise NotAKey("a control character is no key")
    spelled = name.lower().replace("-", "_").replace(" ", "_")
    return _CHARACTERS.get(spelled, spelled)


def written(key: str) -> str:
    """Return a key, as the program spells it, the way a person writes it in the settings."""
    *modifiers, last = key.split("+")
    return "+".join((*modifiers, _names_of_characters().get(last, last)))


@cache
def _names_of_characters() -> dict[str, str]:
    return {_character(chr(code)): chr(code) for code in range(33, 127)}


def _nearest(text: str) -> str:
    import difflib

    near = difflib.get_close_matches(text.lower(), (*NAMED, *_OTHER_WORDS, "question_mark", "slash"), n=1, cutoff=0.5)
    return f"; did you mean “{near[0]}”?" if near else ": write what it types, a name such as “pagedown”, or “ctrl+d”"
