"""What an operation came to, before anybody has stored it."""

import msgspec

from api.model import operation as op
from api.model.lead import Decided, Lead
from api.model.operation import Result


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation came to.

    `lead` is the record as it is to be kept: with the effect when `result.took_effect`, with the author's dissent after
    a conflict or when it was taken, else as it was.
    """

    result: Result
    lead: Lead
    sentence: str = ""
    code: str = ""
    field: str = ""
    stands: Decided | None = None


def refused(lead: Lead, code: str, sentence: str, field: str = "") -> Outcome:
    """Return the outcome of something that can't be done, with what stands instead."""
    return Outcome(result=Result.REFUSED, lead=lead, code=code, sentence=sentence, field=field, stands=lead.decided)


def facts(verb: op.Verb) -> dict[str, str]:
    """Return what a verb says besides its reason and note, as a trail keeps it."""
    if isinstance(verb, op.Reject | op.Disqualify):
        return verb.answers
    if isinstance(verb, op.Outcome):
        return {"result": verb.result} | ({"amount": f"{verb.amount:g}"} if verb.amount is not None else {})
    if isinstance(verb, op.Qualify):
        known = {"amount": verb.amount, "close_on": verb.close_on}
        return {key: str(value) for key, value in known.items() if value is not None}
    return {}
