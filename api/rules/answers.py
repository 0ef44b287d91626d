"""What a reason asks for: whether the answers given will do."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import msgspec

from api.model.agreement import Ask, AskKind, Prefill, Reason
from api.model.lead import FIELDS, Lead, with_field
from api.model.people import parse_owner

LIMIT = 2_000
"""Longest answer, in characters."""

DIMENSIONS: Mapping[str, str] = {
    "size": "employees",
    "industry": "industry",
    "country": "company_country",
    "use case": "message",
}
"""Which field of the lead each dimension of the target looks at."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why an answer won't do, and which one."""

    field: str
    sentence: str
    code: str = "answer"


def recycle_date(reason: Reason, today: date) -> date:
    """Return the date on which a lead recycled today for this reason comes back."""
    return today + timedelta(days=reason.recycle_days)


def first(reason: Reason, answers: Mapping[str, str], key: str) -> str:
    """Return the answer under `key`; an agreement that has dropped the question leaves it empty."""
    return answers.get(key, "").strip() if any(ask.key == key for ask in reason.asks) else ""


def looks_back(ask: Ask) -> bool:
    """Say whether the date that is asked for lies behind: when they asked, when the meeting was."""
    return ask.prefill in (Prefill.TODAY, Prefill.LAST_MEETING)


def check(reason: Reason, answers: Mapping[str, str], lead: Lead, today: date | None = None) -> Problem | None:
    """Return the first thing wrong with the answers to what `reason` asks, or None.

    With `today` (in the agreement's time zone), dates are also asked to lie on the right side of it.
    """
    asked = {ask.key: ask for ask in reason.asks}
    for key in answers:
        if key not in asked:
            known = ", ".join(asked) or "nothing"
            return Problem(
                field=key[:60], sentence=f"“{reason.label}” does not ask for “{key[:60]}”; it asks: {known}."
            )
    for ask in reason.asks:
        text = answers.get(ask.key, "").strip()
        if not text and ask.required:
            return Problem(field=ask.key, sentence=f"“{reason.label}” needs: {ask.label}.")
        if len(text) > LIMIT:
            return Problem(field=ask.key, sentence=f"Keep “{ask.label}” under {LIMIT:,} characters.")
        if text and (why := _CHECKS[ask.kind](text, ask, lead) or _mistimed(text, ask, today)):
            return Problem(field=ask.key, sentence=why)
    return None


def check_correction(lead: Lead, field: str, value: str) -> Problem | None:
    """Return what is wrong with correcting `field` to `value`, or None."""
    if field not in FIELDS or field == "campaign":
        known = ", ".join(name for name in FIELDS if name != "campaign")
        return Problem(field="field", sentence=f"A lead has no field “{field[:60]}” to correct; there are: {known}.")
    if len(value) > LIMIT:
        return Problem(field="value", sentence=f"Keep “{field}” under {LIMIT:,} characters.")
    try:
        with_field(lead, field, value)
    except ValueError:
        return Problem(field="value", sentence=f"“{field}” is a number; “{value[:60]}” is not.")
    return None


def _any_text(_text: str, _ask: Ask, _lead: Lead) -> str:
    return ""


def _long_text(text: str, ask: Ask, _lead: Lead) -> str:
    short = 15 - len(text)
    return f"Say more under “{ask.label}”: {short} more characters." if short > 0 else ""


def _choice(text: str, ask: Ask, _lead: Lead) -> str:
    return "" if text in ask.options else f"“{ask.label}” is one of: {', '.join(ask.options)}."


def _choices(text: str, ask: Ask, _lead: Lead) -> str:
    chosen = [part.strip() for part in text.split(",")]
    wrong = next((part for part in chosen if part not in ask.options), None)
    return "" if wrong is None else f"“{ask.label}” takes any of: {', '.join(ask.options)}; not “{wrong[:60]}”."


def _date(text: str, ask: Ask, _lead: Lead) -> str:
    return "" if _as_date(text) else f"“{ask.label}” is a date like 2026-03-31; “{text[:60]}” is not."


def _as_date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _mistimed(text: str, ask: Ask, today: date | None) -> str:
    """Say why a date lies on the wrong side of today: nothing comes back in the past, nothing was asked tomorrow."""
    found = _as_date(text) if ask.kind is AskKind.DATE else None
    if found is None or today is None:
        return ""
    if ask.prefill is Prefill.RECYCLE_DATE and found <= today:
        return f"“{ask.label}” lies after today, {today}; {found} does not."
    if looks_back(ask) and found > today:
        return f"“{ask.label}” can’t lie after today, {today}."
    return ""


def _field(text: str, ask: Ask, _lead: Lead) -> str:
    return "" if text in FIELDS else f"“{ask.label}” is one of: {', '.join(FIELDS)}."


def _lead(text: str, ask: Ask, lead: Lead) -> str:
    if text == lead.id:
        return f"“{ask.label}” is another lead, not this one."
    return "" if re.fullmatch(r"\S{1,200}", text) else f"“{ask.label}” is the id of a lead."


def _owner(text: str, ask: Ask, _lead: Lead) -> str:
    try:
        parse_owner(text)
    except ValueError:
        return f"“{ask.label}” is person:ID or team:NAME; “{text[:60]}” is not."
    return ""


def _attempts(text: str, ask: Ask, _lead: Lead) -> str:
    return "" if re.fullmatch(r"[0-9]{1,4}", text) else f"“{ask.label}” is a number of attempts."


def _typed(text: str, ask: Ask, _lead: Lead) -> str:
    return "" if text.casefold() == ask.word.casefold() else f"Type “{ask.word}” to confirm."


_CHECKS: Mapping[AskKind, Callable[[str, Ask, Lead], str]] = {
    AskKind.TEXT: _any_text,
    AskKind.TEXT_15: _long_text,
    AskKind.CHOICE: _choice,
    AskKind.CHOICES: _choices,
    AskKind.DATE: _date,
    AskKind.FIELD: _field,
    AskKind.LEAD: _lead,
    AskKind.TEAM_OR_PERSON: _owner,
    AskKind.ATTEMPTS: _attempts,
    AskKind.TYPED: _typed,
}
