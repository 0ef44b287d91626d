"""Whether a lead meets an agreed definition, and on what evidence."""

import re
from collections.abc import Callable

import msgspec

from api.model.agreement import Criterion, Term, Test
from api.model.lead import FIELDS, Lead, field_value

FREE_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
        "protonmail.com",
        "mail.com",
        "uol.com.br",
        "bol.com.br",
        "terra.com.br",
        "orange.fr",
        "free.fr",
        "libero.it",
    }
)
"""Providers at which anybody has an address; common knowledge, kept short on purpose."""


class Verdict(msgspec.Struct, frozen=True):
    """How a lead stands to one criterion; `met` is None when the lead does not say."""

    criterion: Criterion
    met: bool | None
    evidence: str


def judge(lead: Lead, term: Term) -> tuple[Verdict, ...]:
    """Return a verdict for each criterion of the definition, in its order."""
    return tuple(_TESTS[criterion.test](lead, criterion) for criterion in term.criteria)


def meets(verdicts: tuple[Verdict, ...]) -> bool | None:
    """Return whether all criteria are met; None when none failed but some are unknown."""
    if any(verdict.met is False for verdict in verdicts):
        return False
    return None if any(verdict.met is None for verdict in verdicts) else True


def _text(lead: Lead, field: str) -> str:
    match field:
        case "fit":
            return "" if lead.fit is None else str(lead.fit.value)
        case "engagement":
            return "" if lead.engagement is None else str(lead.engagement.value)
        case "touches":
            return str(len(lead.touches))
        case "attempts":
            return str(len(lead.attempts))
        case "state":
            return lead.state.value
        case _:
            return field_value(lead, field) if field in FIELDS else ""


def _unknown(criterion: Criterion) -> Verdict:
    return Verdict(criterion, None, "not known")


def _present(lead: Lead, criterion: Criterion) -> Verdict:
    text = _text(lead, criterion.field)
    return Verdict(criterion, bool(text), text or "missing")


def _at_least(lead: Lead, criterion: Criterion) -> Verdict:
    text = _text(lead, criterion.field)
    return Verdict(criterion, int(text) >= (criterion.value or 0), text) if text.isdigit() else _unknown(criterion)


def _at_most(lead: Lead, criterion: Criterion) -> Verdict:
    text = _text(lead, criterion.field)
    return Verdict(criterion, int(text) <= (criterion.value or 0), text) if text.isdigit() else _unknown(criterion)


def _one_of(lead: Lead, criterion: Criterion) -> Verdict:
    text = _text(lead, criterion.field)
    allowed = {value.casefold() for value in criterion.values}
    return Verdict(criterion, text.casefold() in allowed, text) if text else _unknown(criterion)


def _none_of(lead: Lead, criterion: Criterion) -> Verdict:
    text = _text(lead, criterion.field)
    barred = {value.casefold() for value in criterion.values}
    return Verdict(criterion, text.casefold() not in barred, text) if text else _unknown(criterion)


def _business_email(lead: Lead, criterion: Criterion) -> Verdict:
    address = _text(lead, criterion.field)
    if not address:
        return Verdict(criterion, None, "no address")
    parts = re.fullmatch(r"[^@\s]+@([^@\s]+\.[^@\s]+)", address)
    if parts is None:
        return Verdict(criterion, False, f"{address} is no address")
    if parts[1].casefold() in FREE_MAIL:
        return Verdict(criterion, False, f"{address}: free mail")
    return Verdict(criterion, True, address)


def _touched(lead: Lead, criterion: Criterion) -> Verdict:
    kinds = {value.casefold() for value in criterion.values}
    found = [touch for touch in lead.touches if touch.kind.casefold() in kinds]
    if not found:
        return Verdict(
            criterion, False if lead.touches else None, "none of these" if lead.touches else "no touches known"
        )
    latest = max(found, key=lambda touch: touch.at)
    return Verdict(criterion, True, f"{latest.title or latest.kind}, {latest.at:%Y-%m-%d}")


_TESTS: dict[Test, Callable[[Lead, Criterion], Verdict]] = {
    Test.PRESENT: _present,
    Test.AT_LEAST: _at_least,
    Test.AT_MOST: _at_most,
    Test.ONE_OF: _one_of,
    Test.NONE_OF: _none_of,
    Test.BUSINESS_EMAIL: _business_email,
    Test.TOUCHED: _touched,
}
