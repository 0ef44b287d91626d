"""Who is the same person: the keys of suppression and the search for duplicates."""

import re
from collections.abc import Iterable

import msgspec

from api.model.lead import Lead, State
from api.rules.queue import Row

LOOKED_AT = 500
"""Most records that are looked at beside one: of a name or a company that more have, the others say nothing more."""


def email_key(text: str) -> str:
    """Return ``email:…`` for an address, lower-cased; empty when `text` is none."""
    address = text.strip().casefold()
    return f"email:{address}" if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else ""


def phone_key(text: str) -> str:
    """Return ``phone:…`` with digits only; empty under 7 digits, since short numbers are shared by many."""
    digits = re.sub(r"\D", "", text.split("ext", maxsplit=1)[0])
    digits = digits.removeprefix("00") if text.strip().startswith("00") else digits
    return f"phone:{digits}" if len(digits) >= 7 else ""


def suppression_keys(lead: Lead) -> tuple[str, ...]:
    """Return the keys under which this person's wish not to be contacted is kept: the minimum that finds them again."""
    return tuple(key for key in (email_key(lead.contact.email), phone_key(lead.contact.phone)) if key)


class Likeness(msgspec.Struct, frozen=True):
    """Another lead that may be the same person, and why."""

    id: str
    why: tuple[str, ...]
    """What they have in common, the strongest first: ``same e-mail``, ``same phone``, ``same name and company``."""
    strong: bool
    """Whether that is enough to take them for one person until somebody looks."""


def duplicate_needles(lead: Lead) -> tuple[str, ...]:
    """Return what can be searched of this person: whoever looks like them has one of these in common with them.

    They are whole lines of what can be searched (`api.rules.queue.hay_of`), or how a line ends, so that a short name is
    not found in every longer one.
    """
    phone = _phone(lead)
    return (*whole_lines(_email(lead), _name(lead)), *([f"{phone}\n"] if phone else []))


def company_needles(lead: Lead) -> tuple[str, ...]:
    """Return what can be searched of the company, as `duplicate_needles` of the person."""
    return whole_lines(lead.company.name.strip().casefold())


def whole_lines(*texts: str) -> tuple[str, ...]:
    """Return those of the texts that say something, each so that it is only found where it is a line of its own."""
    return tuple(f"\n{text}\n" for text in texts if text)


def likely_duplicates(lead: Lead, alike: Iterable[tuple[Row, str]], limit: int = 8) -> list[Likeness]:
    """Return other leads that look like the same person, likeliest first.

    `alike` are rows, each with what can be searched of it (`api.rules.queue.hay_of`); those in which none of
    `duplicate_needles` occurs can be left out. An equal address counts most, then an equal phone number, however it is
    spaced, then an equal name at an equal company, then an equal name alone.
    """
    email, phone, name = _email(lead), _phone(lead), _name(lead)
    company = lead.company.name.strip().casefold()
    found: list[tuple[int, float, str, Likeness]] = []
    for row, hay in alike:
        if row.id == lead.id or row.state == State.MERGED.value:
            continue
        lines = hay.split("\n")
        why: list[str] = []
        points = 0
        if email and email in lines:
            points += 8
            why.append("same e-mail")
        if phone and lines[0].endswith(phone):
            # Colleagues share a switchboard.
            points += 6 if _may_be_called(name, row) else 2
            why.append("same phone")
        if name and row.title.casefold() == name:
            with_company = bool(company) and row.company.casefold() == company
            points += 5 if with_company else 2
            why.append("same name and company" if with_company else "same name")
        if points:
            found.append((-points, -row.handed, row.id, Likeness(row.id, tuple(why), points > 2)))
    return [likeness for *_, likeness in sorted(found, key=lambda one: one[:3])[:limit]]


def _email(lead: Lead) -> str:
    return lead.contact.email.strip().casefold()


def _phone(lead: Lead) -> str:
    """Return the end of the number in digits, as rows hold them: countries are written in many ways, or left out."""
    digits = re.sub(r"\D", "", lead.contact.phone.split("ext", maxsplit=1)[0])
    return digits[-9:] if len(digits) >= 7 else ""


def _may_be_called(name: str, row: Row) -> bool:
    """Say whether a row may be somebody of this name: they have a word of it in common, or one has no name."""
    title = row.title.casefold()
    unnamed = title in ("", row.company.casefold()) or "@" in title
    return not name or unnamed or bool(set(name.split()) & set(title.split()))


def _name(lead: Lead) -> str:
    return lead.contact.name.strip().casefold()
