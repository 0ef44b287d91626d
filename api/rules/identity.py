"""Who is the same person: the keys of suppression and the search for duplicates."""

import re
from collections.abc import Iterable

from api.model.lead import Lead
from api.rules.queue import Row


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


def duplicate_needles(lead: Lead) -> tuple[str, ...]:
    """Return what can be searched of this person: whoever looks like them has one of these in common with them."""
    return tuple(filter(None, (_email(lead), _phone(lead), _name(lead))))


def likely_duplicates(lead: Lead, alike: Iterable[tuple[Row, str]], limit: int = 5) -> list[str]:
    """Return ids of other leads that look like the same person, likeliest first.

    `alike` are rows, each with what can be searched of it (`api.rules.queue.hay_of`); those in which none of
    `duplicate_needles` occurs can be left out. An equal address or phone number counts most, then an equal name at an
    equal company, then an equal name.
    """
    email, phone, name = _email(lead), _phone(lead), _name(lead)
    company = lead.company.name.strip().casefold()
    found: list[tuple[int, float, str]] = []
    for row, hay in alike:
        if row.id == lead.id:
            continue
        points = 0
        if email and email in hay:
            points += 8
        if phone and phone in hay:
            points += 6
        if name and row.title.casefold() == name:
            points += 3 + (3 if company and row.company.casefold() == company else 0)
        if points:
            found.append((-points, -row.handed, row.id))
    return [identifier for _, _, identifier in sorted(found)[:limit]]


def _email(lead: Lead) -> str:
    return lead.contact.email.strip().casefold()


def _phone(lead: Lead) -> str:
    return lead.contact.phone.strip().casefold()


def _name(lead: Lead) -> str:
    return lead.contact.name.strip().casefold()
