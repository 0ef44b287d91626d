"""What an operation came to, before anybody has stored it."""

import msgspec

from api.model.lead import Decided, Lead
from api.model.operation import Result


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation came to. `lead` is the new record when `result.took_effect`, else the old one."""

    result: Result
    lead: Lead
    sentence: str = ""
    code: str = ""
    field: str = ""
    stands: Decided | None = None


def refused(lead: Lead, code: str, sentence: str, field: str = "") -> Outcome:
    """Return the outcome of something that can't be done, with what stands instead."""
    return Outcome(result=Result.REFUSED, lead=lead, code=code, sentence=sentence, field=field, stands=lead.decided)
