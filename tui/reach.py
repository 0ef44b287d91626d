"""Ways to a lead: what of it can be copied, and what can be opened."""

import os
import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from api.model.lead import Lead
from api.model.text import openable
from tui.clipboard import remote


class Piece(msgspec.Struct, frozen=True):
    """One thing to copy or to open."""

    key: str
    """The key that picks it."""
    label: str
    value: str
    """What is copied, or the address that is opened."""
    shown: str = ""
    """How it looks in a list, where that is not the value."""


WHOLE = "the whole card"


def copyable(lead: Lead) -> list[Piece]:
    """Return what of the lead can be copied, but for the card itself, which takes a desk to tell."""
    contact = lead.contact
    pieces = (
        Piece("e", "e-mail", contact.email),
        Piece("n", "number", contact.phone),
        Piece("a", "name", contact.name),
        Piece("c", "company", lead.company.name),
        Piece("p", "page", lead.url),
        Piece("i", "id", lead.id),
    )
    return [piece for piece in pieces if piece.value]


def address(lead: Lead) -> Piece | None:
    """Return the e-mail, else the number; None when neither is known."""
    return next((piece for piece in copyable(lead) if piece.label in ("e-mail", "number")), None)


def reachable(lead: Lead) -> list[Piece]:
    """Return what can be opened: mail, telephone, web site, the page in the CRM; nothing that is not safe to open."""
    contact = lead.contact
    pieces = (
        Piece("m", "mail", mail_url(contact.email), contact.email),
        Piece("t", "telephone", tel_url(contact.phone), contact.phone),
        Piece("w", "web site", site_url(lead.company.website), lead.company.website),
        Piece("p", "page in the CRM", lead.url, lead.url),
    )
    return [piece for piece in pieces if piece.value and openable(piece.value)]


def mail_url(email: str) -> str:
    """Return the address as a link, with everything quoted that would add to the mail; empty when it is none."""
    return f"mailto:{quote(email, safe='@+')}" if re.fullmatch(r"[^@\s]+@[^@\s]+", email) else ""


def tel_url(phone: str) -> str:
    """Return the number as a link; empty when it is none. What stands behind an extension's sign is not dialled."""
    number = re.split(r"(?i)ext|x|;|,|#", phone, maxsplit=1)[0]
    digits = re.sub(r"\D", "", number.replace("(0)", "") if "+" in number else number)
    return f"tel:{'+' if number.lstrip(' (').startswith('+') else ''}{digits}" if len(digits) >= 3 else ""


def site_url(website: str) -> str:
    """Return the web site as a link, https where it names no way; empty when it is none."""
    if re.match(r"(?i)https?://", website):
        return website
    return f"https://{website}" if re.fullmatch(r"[^\s:/@]+\.[^\s:/@]+(?:[:/]\S*)?", website) else ""


def far_away(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether the person's own screen is at another machine, where nothing can be opened from here."""
    environ = os.environ if environ is None else environ
    # A forwarded display is the person's own screen, and who names a browser knows what it does.
    return remote(environ) and not any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
