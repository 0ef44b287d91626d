"""What a form asks for: its fields as plain data, and what each makes of what was typed."""

from collections.abc import Callable, Sequence

import msgspec

from api.model.agreement import Ask, AskKind
from widgets.forms.choice_field import KEYS

NOTE = "note"
"""Key of the field for words beside the answers; no ask may be named so on the form."""

LEAST = 15
"""Characters that `AskKind.TEXT_15` forces."""


class Found(msgspec.Struct, frozen=True):
    """One thing that a searchable field offers."""

    value: str
    words: str
    about: str = ""
    """What else is good to know of it."""
    why: str = ""
    """Why it is likely; empty for what was only found."""


class Reading(msgspec.Struct, frozen=True):
    """What a field made of what was typed."""

    value: str
    """What is given back instead of what was typed."""
    words: str = ""
    """It in words, for the person to check."""
    problem: str = ""
    """Why it won't do, in a sentence."""
    alarm: bool = False
    """Whether the words are a warning; what it warns of may be sent all the same."""


_UNASKED = "Nobody here looks like the same person. Type a name, a company, an address or a number."

Finder = Callable[[str], Sequence[Found]]
"""Returns what the typed words find, best first; for no words, what is likely."""

Reader = Callable[[str], Reading]
"""Reads what was typed; never asked about nothing."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form: a choice where there are options, a search where there is `find`, else a line of text."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    """(value, words)."""
    many: bool = False
    required: bool = False
    hint: str = ""
    find: Finder | None = None
    """The answer is the value of what is picked, not what was typed."""
    unasked: str = ""
    """Said where `find` knows of nothing likely before a word is typed."""
    depth: int = 1
    """Lines that each thing found takes; its `about` and `why` have the second for themselves."""
    reads: Reader | None = None
    """Says beside the field what it understood while one types; dates, counts and the like."""


def field_of(
    ask: Ask,
    options: Sequence[tuple[str, str]] = (),
    *,
    find: Finder | None = None,
    reads: Reader | None = None,
) -> Field:
    """Return the field for an ask; `options` for the kinds whose options the agreement does not name.

    `find` is used where there are more options than keys, and where there are none to name.
    """
    choices = tuple((option, option) for option in ask.options) or tuple(options)
    keyed = 0 < len(choices) <= len(KEYS)
    hints = {
        AskKind.DATE: "fri, in 2 weeks, 2026-12-01",
        AskKind.LEAD: "type to search",
        AskKind.TEAM_OR_PERSON: "type to search",
        AskKind.ATTEMPTS: "how many",
        AskKind.CHOICES: "one or more",
    }
    return Field(
        key=ask.key,
        label=ask.label,
        options=choices if keyed else (),
        many=ask.kind is AskKind.CHOICES,
        required=ask.required,
        hint="" if keyed and ask.kind is not AskKind.CHOICES else hints.get(ask.kind, ""),
        find=None if keyed else find,
        unasked=_UNASKED if ask.kind is AskKind.LEAD else "",
        depth=2 if ask.kind is AskKind.LEAD else 1,
        reads=at_least(LEAST) if ask.kind is AskKind.TEXT_15 else reads,
    )


def at_least(least: int) -> Reader:
    """Return a reader that counts how many characters are still lacking."""

    def read(text: str) -> Reading:
        lacking = least - len(text.strip())
        if lacking <= 0:
            return Reading(text)
        return Reading(text, f"{lacking} more character{'' if lacking == 1 else 's'}", alarm=True)

    return read


def among(things: Sequence[Found]) -> Finder:
    """Return a finder of those in which every typed word occurs; those that begin with what was typed come first."""

    def find(text: str) -> Sequence[Found]:
        typed = text.casefold().strip()
        words = typed.split()
        found = [one for one in things if all(word in f"{one.words} {one.about}".casefold() for word in words)]
        return sorted(found, key=lambda one: not one.words.casefold().startswith(typed)) if typed else found

    return find
