"""Who works here: people, their roles, and the functions that must answer for something."""

from enum import StrEnum
from typing import Literal

import msgspec


class Role(StrEnum):
    """What a person may do; the hub takes it from the token, never from the client."""

    REP = "rep"
    MARKETER = "marketer"
    MANAGER = "manager"
    HUB = "hub"
    """The server itself, which returns recycled leads on their date."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account at the hub."""

    id: str
    name: str
    role: Role
    team: str = ""
    functions: tuple[str, ...] = ()
    """Functions that obligations go to, e.g. ``marketing_ops`` or ``routing``."""
    active: bool = True


class Owner(msgspec.Struct, frozen=True):
    """Whose lead it is: one person, or a team of which any member may take it."""

    kind: Literal["person", "team"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def parse_owner(text: str) -> Owner:
    """Read ``person:ID`` or ``team:NAME``; a bare word is a person's id.

    Raises:
        ValueError: nothing stands behind the colon.
    """
    kind, colon, name = text.strip().partition(":")
    if not colon:
        kind, name = "person", kind
    if kind not in ("person", "team") or not name.strip():
        raise ValueError(f"“{text}” is not an owner: write person:ID or team:NAME.")
    return Owner("person" if kind == "person" else "team", name.strip())


HUB_ACTOR = Person(id="hub", name="Handoff hub", role=Role.HUB)
"""The actor of what the server does by itself."""
