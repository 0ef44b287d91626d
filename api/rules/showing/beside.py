"""Who else is on it: other records of the same person, or of the same company."""

from collections.abc import Callable, Iterable

import msgspec

from api.model.lead import Lead, State
from api.rules.queue import Row

_OPEN = {State.NEW.value: 0, State.ACCEPTED.value: 1, State.QUALIFIED.value: 2}
_MOST = 6


class Neighbour(msgspec.Struct, frozen=True):
    """An open record beside this one."""

    lead_id: str
    title: str
    state: str
    owner: str
    """Whose it is, in words."""
    same_person: bool
    handed: float
    """Epoch seconds."""


class Beside(msgspec.Struct, frozen=True):
    """The records beside a lead."""

    open: tuple[Neighbour, ...] = ()
    """The same person's first, then the company's; the most worked on first."""
    more: int = 0
    """Further open ones, which are not listed."""
    closed: int = 0
    """Records of the same person that are decided."""
    at_least: bool = False
    """Whether there are so many that not all were looked at."""

    def __bool__(self) -> bool:
        return bool(self.open or self.closed)

    @property
    def worked_on(self) -> Neighbour | None:
        """The same person under another record that somebody works on, if there is one."""
        return next((one for one in self.open if one.same_person and one.state != State.NEW.value), None)


def beside_of(
    lead: Lead, alike: Iterable[tuple[Row, str]], owner_words: Callable[[str], str], *, at_least: bool = False
) -> Beside:
    """Return the records beside `lead` among `alike`: rows, each with what can be searched of it (`hay_of`)."""
    company, name = _folded(lead.company.name), _folded(lead.contact.name)
    reached = {text for text in (_folded(lead.contact.email), _folded(lead.contact.phone)) if text}
    found: list[Neighbour] = []
    closed = 0
    for row, hay in alike:
        if row.id == lead.id:
            continue
        at_company = bool(company) and row.company.casefold() == company
        same = bool(reached.intersection(hay.split("\n"))) or (
            at_company and bool(name) and row.title.casefold() == name
        )
        if not (same or at_company):
            continue
        if row.state not in _OPEN:
            closed += same
            continue
        found.append(Neighbour(row.id, row.title, row.state, owner_words(row.owner), same, row.handed))
    found.sort(key=lambda one: (not one.same_person, -_OPEN[one.state], -one.handed, one.lead_id))
    return Beside(tuple(found[:_MOST]), len(found[_MOST:]), closed, at_least)


def beside_words(one: Neighbour) -> str:
    """Return one record in a line: who, how they belong together, where it stands, whose it is."""
    how = "same person" if one.same_person else "same company"
    return f"{one.title}: {how}, {one.state}, {one.owner}"


def more_words(found: Beside) -> str:
    """Return what is not listed, as one sentence; empty when that is nothing."""
    parts = []
    if found.more:
        least = "at least " if found.at_least else ""
        parts.append(f"{least}{found.more} more open {'record' if found.more == 1 else 'records'}")
    if found.closed:
        parts.append(f"{found.closed} decided {'record' if found.closed == 1 else 'records'} of the same person")
    return "; ".join(parts)


def _folded(text: str) -> str:
    return text.strip().casefold()
