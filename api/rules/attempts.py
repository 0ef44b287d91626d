"""How often a lead was tried, against what was agreed before it may be called unreachable."""

from datetime import datetime

from api.model.agreement import Agreement, AskKind, Reason
from api.model.lead import Decided, Lead


def asks_attempts(reason: Reason) -> bool:
    """Say whether a reason rests on how often a lead was tried."""
    return any(ask.kind is AskKind.ATTEMPTS for ask in reason.asks)


def tried(lead: Lead, since: datetime | None = None, until: datetime | None = None) -> int:
    """Return how many attempts are logged in this pass, or between two moments."""
    begin = since or lead.handed_at
    return sum(1 for made in lead.attempts if made.at >= begin and (until is None or made.at <= until))


def too_few(lead: Lead, agreed: int) -> bool:
    """Say whether fewer attempts are logged than agreed."""
    return tried(lead) < agreed


def attempts_words(lead: Lead, agreed: int) -> str:
    """Return ``2 of 5 agreed attempts are logged``."""
    return f"{tried(lead)} of {agreed} agreed attempts {'is' if agreed == 1 else 'are'} logged"


def flagged(decided: Decided, lead: Lead, agreement: Agreement, since: datetime | None = None) -> str:
    """Say that a decision was made with fewer attempts logged than its reason wants; empty when it was not.

    It stays with the decision for both sides to see, whatever is logged later. `since` is when the pass began that the
    decision belongs to; without it, the present one.
    """
    reason = agreement.reason(decided.reason) if decided.reason else None
    if reason is None or not asks_attempts(reason):
        return ""
    agreed = agreement.sales.attempts
    count = tried(lead, since, decided.at)
    return (
        f"flagged: {count} of {agreed} agreed attempts {'was' if agreed == 1 else 'were'} logged"
        if count < agreed
        else ""
    )
