"""What an answer starts with: whatever the data knows, so that a refusal needs no more than a look and a key."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from api.model.agreement import Ask, Prefill, Reason, Term, Test
from api.model.lead import FIELDS, Lead, Touch, field_value
from api.rules.answers import DIMENSIONS, recycle_date
from api.rules.attempts import tried
from api.rules.criteria import FREE_MAIL, judge


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """What other leads say about this one; empty where they say nothing."""

    duplicate: str = ""
    """Id of another record that is taken for the same person."""
    account: str = ""
    """The customer or opportunity that it belongs to."""
    owner: str = ""
    """Who has other leads of the same company: ``person:ID`` or ``team:NAME``."""


NOTHING = Elsewhere()


def prefill(
    reason: Reason,
    lead: Lead,
    today: date,
    *,
    term: Term | None = None,
    answers: Mapping[str, str] | None = None,
    elsewhere: Elsewhere = NOTHING,
) -> dict[str, str]:
    """Return a first value for each thing the reason asks for, by the ask's key; empty where nothing is known.

    `term` is the definition that a handed lead must meet. `answers` are those given so far: they, else the first values
    before them, decide what follows (a dimension its value).
    """
    found: dict[str, str] = {}
    for ask in reason.asks:
        known = _Known(ask, reason, lead, today, term, {**found, **(answers or {})}, elsewhere)
        found[ask.key] = _SOURCES[ask.prefill](known)
    return found


class _Known(NamedTuple):
    ask: Ask
    reason: Reason
    lead: Lead
    today: date
    term: Term | None
    answers: Mapping[str, str]
    elsewhere: Elsewhere


def _dimension_value(known: _Known) -> str:
    field = DIMENSIONS.get(known.answers.get("dimension", ""))
    return field_value(known.lead, field) if field else ""


def _activity(known: _Known) -> str:
    last = max(known.lead.touches, key=_when, default=None)
    return (last.title or last.kind) if last else ""


def _recycled(known: _Known) -> str:
    return recycle_date(known.reason, known.today).isoformat() if known.reason.recycle_days else ""


def _when(touch: Touch) -> float:
    return touch.at.timestamp()


def unmet_dimension(lead: Lead, term: Term | None, options: tuple[str, ...]) -> str:
    """Return the first dimension whose criterion of the definition the lead does not meet; empty when none fails."""
    failed = {verdict.criterion.field for verdict in judge(lead, term) if verdict.met is False} if term else set()
    fields = {**{name: {field} for name, field in DIMENSIONS.items()}, "country": {"company_country", "country"}}
    return next((name for name in options if fields.get(name, set()) & failed), "")


def doubtful_field(lead: Lead, term: Term | None) -> str:
    """Return the field that is most likely meant by bad data: what proved wrong, then what is missing.

    An address at a free mail provider is wrong where the definition asks for a business address. Empty when nothing
    looks wrong.
    """
    address = lead.contact.email.strip()
    domain = re.fullmatch(r"[^@\s]+@([^@\s]+\.[^@\s]+)", address)
    told = [made.result.casefold() for made in lead.attempts] + [one.kind.casefold() for one in lead.touches]
    bounced = any("bounce" in words for words in told)
    business = term is not None and any(one.test is Test.BUSINESS_EMAIL for one in term.criteria)
    if domain is None or bounced or (business and domain[1].casefold() in FREE_MAIL):
        return "email"
    digits = re.sub(r"\D", "", lead.contact.phone)
    if "wrong number" in told or len(digits) < 5 or len(set(digits)) == 1:
        return "phone"
    return next((field for field in ("company", "name") if field in FIELDS and not field_value(lead, field)), "")


_KINDS: Mapping[str, str] = {
    "student": r"student\w*|studierende\w*|undergrad\w*|schüler\w*|pupil|doktorand\w*|phd candidate|ph\.d\. candidate|"
    r"intern|interns|internship|trainee|praktikant\w*|werkstudent\w*|azubi\w*|auszubildende\w*|apprentice",
    "job seeker": r"job ?seek\w*|seeking|open to work|looking for (?:a |new )?(?:job|work|role|position|opportunit)\w*|"
    r"unemployed|applicant|arbeits?suchend\w*|arbeitslos\w*|jobsuch\w*|stellensuch\w*|bewerber\w*|between jobs",
    "press": r"press|journalist\w*|reporter\w*|editor|editors|columnist|blogger\w*|redakteur\w*|redaktion\w*|presse\w*|"
    r"publizist\w*",
    "partner": r"\w*partner|partners|partnerin|partnerships?|alliances|\w*resellers?|wiederverkäufer\w*|bureau",
    "vendor": r"vendor\w*|sales development|business development|account executive|sdr|bdr|key account\w*|vertrieb\w*|"
    r"sales (?:rep|representative|manager|agent)\w*|anbieter\w*|lieferant\w*|agency owner|growth consultant",
}
"""Words of titles, English and German, by the kind of person that they speak of."""


def person_kind(title: str, options: tuple[str, ...]) -> str:
    """Return which of the options a title speaks of, as whole words; empty when it speaks of none."""
    said = title.casefold()
    for kind, words in _KINDS.items():
        if kind in options and re.search(rf"(?<!\w)(?:{words})(?!\w)", said):
            return kind
    return next((one for one in options if one.casefold() in said), "")


_NO = re.compile(
    r"unsubscrib|opt(?:ed)?[ -]?out|do not (?:contact|call|mail)|don.t (?:contact|call|mail)|not to be contacted|"
    r"remove me|abgemeldet|widerspr|keine (?:werbung|anrufe|e-mails?)|nicht (?:mehr )?(?:kontaktieren|anrufen)"
)


def _asked_how(lead: Lead) -> str:
    """Return the latest words in which the lead asked not to be contacted, with the day."""
    said = [(one.at, one.title or one.kind, f"{one.kind} {one.title} {one.words}") for one in lead.touches]
    said += [(one.at, one.note or one.result, f"{one.result} {one.note}") for one in lead.attempts]
    asked = [(at, shown) for at, shown, whole in said if _NO.search(whole.casefold())]
    if asked:
        at, words = max(asked)
        return f"{words}, {at:%Y-%m-%d}"
    return lead.message if _NO.search(lead.message.casefold()) else ""


def _last_meeting(lead: Lead, today: date) -> str:
    """Return the day of the last meeting: the one agreed in an attempt if it has come, else that of the attempt."""
    meetings = [made for made in lead.attempts if re.search(r"meeting|booked|termin", made.result.casefold())]
    if not meetings:
        return ""
    last = max(meetings, key=lambda made: made.at)
    agreed = last.next_on
    return (agreed if agreed is not None and agreed <= today else last.at.date()).isoformat()


_SOURCES: Mapping[Prefill, Callable[[_Known], str]] = {
    Prefill.NOTHING: lambda _known: "",
    Prefill.DIMENSION: lambda known: unmet_dimension(known.lead, known.term, known.ask.options),
    Prefill.DIMENSION_VALUE: _dimension_value,
    Prefill.DUPLICATE: lambda known: known.elsewhere.duplicate,
    Prefill.ACCOUNT: lambda known: known.elsewhere.account or known.lead.company.name,
    Prefill.COMPANY_OWNER: lambda known: known.elsewhere.owner,
    Prefill.FIELD: lambda known: doubtful_field(known.lead, known.term),
    Prefill.PERSON_KIND: lambda known: person_kind(known.lead.contact.title, known.ask.options),
    Prefill.ASKED_HOW: lambda known: _asked_how(known.lead),
    Prefill.TITLE: lambda known: known.lead.contact.title,
    Prefill.COMPANY: lambda known: known.lead.company.name,
    Prefill.ACTIVITY: _activity,
    Prefill.RECYCLE_DATE: _recycled,
    Prefill.ATTEMPTS: lambda known: str(tried(known.lead)),
    Prefill.LAST_MEETING: lambda known: _last_meeting(known.lead, known.today),
    Prefill.TODAY: lambda known: known.today.isoformat(),
    Prefill.ALL: lambda _known: "all",
}
