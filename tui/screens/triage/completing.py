"""Completing what one types into the line that filters: names of fields, and what may stand behind their colons."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.model.lead import State
from api.rules.queue.conditions import FIELDS

if TYPE_CHECKING:
    from api.desk import Desk

HINT = "campaign: due:<1h score:>60 -reason:…"
"""Stands in the empty line."""

_LAST = re.compile(r'(?:^|(?<=\s))(-?)(?:([a-zA-Z]+):)?("[^"]*|[^\s"]*)$')
"""The last piece of what is typed: its sign, its field, and the value begun, with the quote that opens it."""

_FIXED = {
    "owner": ("me", "team", "nobody"),
    "by": ("me",),
    "state": tuple(state.value for state in State),
    "mark": ("back", "handed", "returned"),
    "due": ("<1h", "today", "overdue", "<2d", "none"),
    "waiting": (">1d", ">3d", "<1h"),
    "fit": (">60",),
    "eng": (">60",),
    "score": (">120",),
    "pass": (">1",),
    "snoozed": ("yes", "no"),
}


def completions(text: str, desk: "Desk") -> list[str]:
    """Return `text` with its last piece completed, in every way that there is, the likeliest first."""
    found = _LAST.search(text)
    if found is None:
        return []
    field, begun = (found[2] or "").casefold(), found[3].removeprefix('"').casefold()
    head = text[: found.start(3)]
    if not field:
        fields = [name for name in FIELDS if name.startswith(begun)] if begun and not found[3].startswith('"') else []
        return [f"{head}{name}:" for name in fields]
    values = [value for value in dict.fromkeys(_values(field, desk)) if begun in value.casefold()]
    begins = sorted(values, key=lambda value: not value.casefold().startswith(begun))
    return [head + _quoted(value) for value in begins if value.casefold() != begun]


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s", value) else value


def _values(field: str, desk: "Desk") -> Sequence[str]:
    fixed = _FIXED.get(field, ())
    match field:
        case "campaign":
            return sorted((campaign.name for campaign in desk.campaigns()), key=str.casefold)
        case "owner" | "by":
            return [*fixed, *(person.name for person in desk.people())]
        case "reason":
            return [reason.label for reason in desk.agreement.reasons if reason.active]
        case _:
            return fixed
