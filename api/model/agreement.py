"""What both sides signed: definitions with checkable criteria, reasons, promises on time, goals."""

from datetime import date, time
from enum import StrEnum
from typing import Literal

import msgspec


class Test(StrEnum):
    """How a criterion looks at a lead's field."""

    __test__ = False

    PRESENT = "present"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    BUSINESS_EMAIL = "business_email"
    """An address that is well formed and not at a free mail provider."""
    TOUCHED = "touched"
    """A touch of one of the named kinds exists."""


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One checkable condition of a definition."""

    label: str
    """What it asks, in a few words ("20 or more employees")."""
    field: str
    """A key of `api.model.lead.FIELDS`, or ``fit``, ``engagement``, ``touches``, ``attempts``, ``state``."""
    test: Test
    value: int | None = None
    values: tuple[str, ...] = ()


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word that both sides use, with the sentence they agreed on."""

    code: str
    label: str
    sentence: str
    criteria: tuple[Criterion, ...] = ()


class Moment(StrEnum):
    """When a reason may be given: before contact, after it, or both."""

    REJECT = "reject"
    DISQUALIFY = "disqualify"
    EITHER = "either"


class Consequence(StrEnum):
    """What becomes of a lead refused for a reason (a reason's *outcome* in the agreement's file)."""

    RETURN = "return"
    CLOSE = "close"
    FIX = "fix"
    RECYCLE = "recycle"
    REROUTE = "reroute"
    MERGE = "merge"
    ATTACH = "attach"
    PURGE = "purge"
    SUPPRESS = "suppress"


class AskKind(StrEnum):
    """The kind of answer a reason asks for."""

    TEXT = "text"
    TEXT_15 = "text>=15"
    """Text of at least 15 characters."""
    CHOICE = "choice"
    CHOICES = "choices"
    """Several of the options, joined by commas."""
    DATE = "date"
    FIELD = "field"
    """A key of `api.model.lead.FIELDS`."""
    LEAD = "lead"
    """Another lead's id."""
    TEAM_OR_PERSON = "team_or_person"
    """``person:ID`` or ``team:NAME``."""
    ATTEMPTS = "attempts"
    """The number of attempts made."""
    TYPED = "typed"
    """The word `Ask.word`, typed out, as a guard."""


class Prefill(StrEnum):
    """Where an answer's first value comes from."""

    NOTHING = ""
    DIMENSION = "unmet_dimension"
    """The dimension in which the lead does not meet the agreed definition."""
    DIMENSION_VALUE = "dimension_value"
    """The lead's own value of the dimension chosen in the same question."""
    DUPLICATE = "likeliest_duplicate"
    ACCOUNT = "matching_account"
    FIELD = "doubtful_field"
    """The field that is missing or looks wrong."""
    PERSON_KIND = "person_kind"
    """Which of the options the lead's title speaks of."""
    COMPANY_OWNER = "company_owner"
    """Who has other leads of the same company."""
    ASKED_HOW = "asked_how"
    """How the lead said last that it wants to hear nothing."""
    TITLE = "lead_title"
    COMPANY = "lead_company"
    ACTIVITY = "lead_activity"
    """What the lead did last."""
    RECYCLE_DATE = "recycle_date"
    """Today and the reason's recycle days."""
    ATTEMPTS = "logged_attempts"
    LAST_MEETING = "last_meeting"
    TODAY = "today"
    ALL = "all"


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a reason asks for."""

    key: str
    label: str
    kind: AskKind = AskKind.TEXT
    options: tuple[str, ...] = ()
    required: bool = False
    prefill: Prefill = Prefill.NOTHING
    word: str = ""


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Why a lead is refused; somebody on the other side must answer for it."""

    code: str
    key: str
    """Its own key in the picker; frozen once people have learned it."""
    label: str
    sentence: str
    """What both sides agreed it means."""
    moment: Moment
    class_: str
    owner: str
    """The function that must answer."""
    outcome: Consequence
    quality: bool
    """Whether it counts against the lead's quality."""
    recycle_days: int = 0
    asks: tuple[Ask, ...] = ()
    active: bool = True


class OpenHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When business is open. Days are 1 (Monday) to 7; times are in the agreement's time zone."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens: time = time(9)
    closes: time = time(17)
    holidays: tuple[date, ...] = ()


class SalesPromise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sales owes; minutes are business minutes."""

    decide_within: int
    first_attempt_within: int
    attempts: int
    """Tries before a lead may be called unreachable."""
    acceptance_target: float = 0.9


class MarketingPromise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What marketing owes; minutes are business minutes."""

    leads_per_month: int
    answer_within: int


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A goal that both sides opted into by name."""

    code: str
    label: str
    target: float
    unit: Literal["percent", "leads", "minutes", "money"] = "percent"


class Agreement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of the agreement; decisions carry the version they were made under."""

    name: str
    time_zone: str
    hours: OpenHours
    sales: SalesPromise
    marketing: MarketingPromise
    terms: tuple[Term, ...] = msgspec.field(name="term")
    reasons: tuple[Reason, ...] = msgspec.field(name="reason")
    goals: tuple[Goal, ...] = msgspec.field(name="goal", default=())
    handoff_term: str = "mql"
    """Code of the definition that a handed lead must meet."""
    version: int = 0
    """Given by the hub; a file carries none."""

    def reason(self, code: str) -> Reason | None:
        """Return the reason with this code, active or not, or None."""
        return next((reason for reason in self.reasons if reason.code == code), None)

    def term(self, code: str) -> Term | None:
        """Return the definition with this code, or None."""
        return next((term for term in self.terms if term.code == code), None)
