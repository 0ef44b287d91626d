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


def likely_duplicates(lead: Lead, rows: Iterable[Row], limit: int = 5) -> list[str]:
    """Return ids of other leads that look like the same person, likeliest first.

    An equal address or phone number counts most, then an equal name at an equal company, then an equal name.
    """
    email = lead.contact.email.strip().casefold()
    phone = lead.contact.phone.strip().casefold()
    name = lead.contact.name.strip().casefold()
    company = lead.company.name.strip().casefold()
    found: list[tuple[int, float, str]] = []
    for row in rows:
        if row.id == lead.id:
            continue
        points = 0
        lines = row.hay
        if email and email in lines:
            points += 8
        if phone and phone in lines:
            points += 6
        if name and row.title.casefold() == name:
            points += 3 + (3 if company and row.company.casefold() == company else 0)
        if points:
            found.append((-points, -row.handed, row.id))
    return [identifier for _, _, identifier in sorted(found)[:limit]]
