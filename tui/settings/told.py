"""What is said about each setting where it is defined: for the guide’s page, and for the file that a person edits."""

import ast

import msgspec

from tui.settings import fields
from tui.settings.fields import Settings
from tui.settings.reading import wanted


class Told(msgspec.Struct, frozen=True):
    """One setting."""

    name: str
    words: str
    """What it means, with code between double backticks."""
    wants: str
    """What may be given to it."""
    default: object


def settings_told() -> list[Told]:
    """Return every setting but the table of keys, in the order of their definition."""
    words = _docstrings()
    defaults = Settings()
    return [
        Told(name, words[name], wanted(name), getattr(defaults, name))
        for name in Settings.__struct_fields__
        if name != "keys"
    ]


def keys_told() -> str:
    """Return what is said about the table of keys."""
    return _docstrings()["keys"]


def _docstrings() -> dict[str, str]:
    with open(fields.__file__, encoding="utf-8") as source:  # noqa: PTH123
        tree = ast.parse(source.read())
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == Settings.__name__)
    words: dict[str, str] = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            words[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return words
