"""What a person types to find leads: words, and pieces such as ``campaign:webinar due:<1h -reason:budget``."""

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from api.rules.queue.conditions import Condition

_PIECE = r'(-?)(?:([^\W\d_]+):(?!//))?(?:"([^"]*)"?|(\S*))'
"""A sign, a field with its colon, and the rest, in quotes or bare; a web address is no field."""


class Filter(msgspec.Struct, frozen=True):
    """What must be so of a lead that is found; `problems` says in sentences what was passed over, and why."""

    words: tuple[str, ...] = ()
    """Each must occur somewhere in what is known of the lead."""
    without: tuple[str, ...] = ()
    """None of them may."""
    conditions: "tuple[Condition, ...]" = ()
    problems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.without or self.conditions)

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read what a person typed; never fails.

        An unclosed quote runs to the end, ``-`` turns a piece round, a field that nobody has yet said anything about
        (``due:``) is passed over, and so is, with a sentence in `problems`, what can't be understood.
        """
        words: list[str] = []
        without: list[str] = []
        conditions: list[Condition] = []
        problems: list[str] = []
        for sign, field, quoted, bare in _pieces(text.casefold()):
            value = quoted or bare
            if field:
                from api.rules.queue.conditions import condition

                found = condition(field, value, negated=bool(sign))
                if isinstance(found, str):
                    problems.append(found)
                elif found is not None:
                    conditions.append(found)
            elif value:
                (without if sign else words).append(_number(value))
        return cls(tuple(words), tuple(without), tuple(conditions), tuple(dict.fromkeys(problems)))

    def matches(self, hay: str) -> bool:
        """Say whether every word, and no unwanted one, occurs in what can be searched of a lead (`hay_of`)."""
        return all(word in hay for word in self.words) and not any(word in hay for word in self.without)


def _pieces(text: str) -> list[tuple[str, str, str, str]]:
    return [found for found in re.findall(_PIECE, text) if any(found)]


def _number(word: str) -> str:
    """Return a word that can only be a telephone number as its digits, as rows hold them; others as they are."""
    if not re.fullmatch(r"\+?[\d().\-/ ]{6,}", word):
        return word
    return "".join(filter(str.isdigit, word)) or word
