"""How a verb is described: its questions, what they start with, and the operations that the answers make."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from api.errors import HandoffError

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    """A date as people say it: ``fri``, ``in 2 weeks``, ``2026-12-01``."""
    MOMENT = "moment"
    """The same, with a time of day if one is said: ``tomorrow 9:00``."""
    AMOUNT = "amount"
    FIELD = "field"
    """A field of the lead that can be corrected."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a verb asks for."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    options: tuple[tuple[str, str], ...] = ()
    """Of a choice: (value, words)."""
    required: bool = False
    hint: str = ""


class Unanswered(HandoffError):
    """An answer is missing or won't do; `field` is the key of its question."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def nothing_asked(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    """Ask nothing."""
    return ()


def nothing_known(_desk: "Desk", _lead: "Lead") -> dict[str, str]:
    """Start with nothing."""
    return {}


def nothing_more(_desk: "Desk", _lead: "Lead", _answers: "Mapping[str, str]") -> dict[str, str]:
    """Propose nothing."""
    return {}


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One verb, as everybody asks for it."""

    command: str
    """Id of its command in the registry."""
    verb: str
    """Name of the verb that the rules are asked about (`Desk.hinder`)."""
    questions: "Callable[[Desk, Lead], Sequence[Question]]" = nothing_asked
    """What is asked; nothing: it is done at once."""
    first: "Callable[[Desk, Lead], dict[str, str]]" = nothing_known
    """What the answers start with, by key."""
    make: "Callable[[Desk, Lead, Mapping[str, str]], Sequence[LeadVerb]]"
    """Return what the answers mean for this lead; done together when there are several.

    Raises:
        Unanswered: an answer is missing or won't do.
    """
    then: "Callable[[Desk, Lead, Mapping[str, str]], dict[str, str]]" = nothing_more
    """What the answers given so far propose for the others, by key; asked again as they change."""
    about: str = ""
    """A sentence on what the verb does, shown with its questions; empty where they say enough."""
    stays: bool = False
    """Whether the lead stays where it is afterwards, since nothing was decided about it."""
    quick: bool = False
    """Whether picking an option of its one choice is all there is to do, so that the option's key sends it."""
