"""The agreement as a file that people read and edit: loading it, and saying what is wrong with it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from api.errors import HandoffError
from api.model.agreement import Agreement, AskKind
from api.model.lead import FIELDS

DEFAULT = Path(__file__).parent / "model" / "agreement.toml"
"""The agreement that Handoff ships with."""

_SPECIAL_FIELDS = frozenset({"fit", "engagement", "touches", "attempts", "state"})


class AgreementError(HandoffError):
    """The agreement's file can't be used; the sentence names the file and the line or the key."""


def default_text() -> str:
    """Return the text of the agreement that Handoff ships with."""
    return DEFAULT.read_text(encoding="utf-8")


def default() -> Agreement:
    """Return the agreement that Handoff ships with, as version 0."""
    return load(default_text(), where=DEFAULT.name)


def load(text: str, *, where: str) -> Agreement:
    """Read an agreement from TOML.

    Args:
        text: the file's content.
        where: how to name the file in errors.

    Raises:
        AgreementError: broken TOML (with its line), a missing or unknown key, or a value that makes no sense.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgreementError(f"{where}: {_sentence(str(error))}") from None
    raw.pop("version", None)
    try:
        agreement = msgspec.convert(raw, Agreement, strict=False)
    except msgspec.ValidationError as error:
        raise AgreementError(f"{where}: {_sentence(str(error))}") from None
    problem = _nonsense(agreement)
    if problem:
        raise AgreementError(f"{where}: {problem}")
    return agreement


def _sentence(message: str) -> str:
    # msgspec and tomllib both end with the place; people want it in front of nothing but a full stop.
    return re.sub(r"\s+", " ", message).rstrip(".") + "."


def _nonsense(agreement: Agreement) -> str:
    """Return the first thing in the agreement that the types can't catch, or nothing."""
    try:
        ZoneInfo(agreement.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"time_zone “{agreement.time_zone}” is not known; write one like Europe/Berlin."
    hours = agreement.hours
    if not hours.days or any(day not in range(1, 8) for day in hours.days):
        return "hours.days holds the days of business, 1 (Monday) to 7 (Sunday)."
    if hours.opens >= hours.closes:
        return "hours.opens must come before hours.closes."
    if min(agreement.sales.decide_within, agreement.sales.first_attempt_within, agreement.marketing.answer_within) < 1:
        return "decide_within, first_attempt_within and answer_within are minutes of at least 1."
    if agreement.term(agreement.handoff_term) is None:
        return f"handoff_term “{agreement.handoff_term}” is none of the terms."
    return _nonsense_in_terms(agreement) or _nonsense_in_reasons(agreement)


def _nonsense_in_terms(agreement: Agreement) -> str:
    if twice := _twice(term.code for term in agreement.terms):
        return f"the term “{twice}” stands there twice."
    for term in agreement.terms:
        for criterion in term.criteria:
            if criterion.field not in FIELDS and criterion.field not in _SPECIAL_FIELDS:
                known = ", ".join([*FIELDS, *sorted(_SPECIAL_FIELDS)])
                return f"term “{term.code}”: no field “{criterion.field}”; there are: {known}."
    return ""


def _nonsense_in_reasons(agreement: Agreement) -> str:
    if twice := _twice(reason.code for reason in agreement.reasons):
        return f"the reason “{twice}” stands there twice."
    if twice := _twice(reason.key for reason in agreement.reasons if reason.active):
        return f"two active reasons have the key “{twice}”."
    for reason in agreement.reasons:
        if len(reason.key) != 1 or not reason.key.isprintable() or reason.key.isspace():
            return f"reason “{reason.code}”: its key is one character, not “{reason.key}”."
        if twice := _twice(ask.key for ask in reason.asks):
            return f"reason “{reason.code}” asks for “{twice}” twice."
        for ask in reason.asks:
            if ask.kind in (AskKind.CHOICE, AskKind.CHOICES) and not ask.options:
                return f"reason “{reason.code}”: “{ask.key}” needs options to choose from."
            if ask.kind is AskKind.TYPED and not ask.word:
                return f"reason “{reason.code}”: “{ask.key}” needs the word to type."
    return ""


def _twice(names: Iterable[str]) -> str:
    return next((name for name, count in Counter(names).items() if count > 1), "")
