"""Leads that one person has and another asks for: who still waits for an answer, and how a lead is handed over."""

from api.errors import HandoffError
from api.model.agreement import Agreement, AskKind, Consequence, Moment
from api.model.lead import Lead, Remark, State
from api.model.operation import LeadVerb
from api.model.people import Owner
from api.rules.insisting import that_count
from api.rules.lifecycle import refusal
from api.rules.permission import holder


class NoHandingOver(HandoffError):
    """The agreement has no reason by which this lead could go to somebody else."""


def may_be_asked_for(lead: Lead) -> bool:
    """Say whether somebody has the lead and was asked for it since they last said no.

    Of an open wish that is always so, and it is told from the standing and the kinds of the remarks alone.
    """
    for remark in reversed(lead.remarks):
        if remark.kind == "ask_for":
            return holder(lead) is not None
        if remark.kind == "keep":
            return False
    return False


def open_wishes(lead: Lead) -> tuple[Remark, ...]:
    """Return who asks for this lead and waits for an answer, the last word of each, oldest first.

    Answered are wishes that its owner has said no to since, and those of people who got it.
    """
    if holder(lead) is None:
        return ()
    waiting: dict[str, Remark] = {}
    for remark in lead.remarks:
        if remark.kind == "keep":
            waiting.clear()
        elif remark.kind == "ask_for":
            waiting.pop(remark.by, None)
            waiting[remark.by] = remark
    return tuple(wish for wish in waiting.values() if not _over(lead, wish))


def _over(lead: Lead, wish: Remark) -> bool:
    asker = Owner("person", wish.by)
    # What was asked in an earlier pass was about another handoff.
    if lead.standing.owner == asker or (lead.number > 1 and wish.at < lead.handed_at):
        return True
    owners = [*(entry.before.owner for entry in lead.trail[1:]), lead.standing.owner]
    got = {
        entry.operation_id
        for entry, owner in zip(lead.trail, owners, strict=True)
        if owner == asker and entry.at >= wish.at
    }
    return bool(got) and any(entry.operation_id in got for entry in that_count(lead.trail, lead.dissents))


def hand_over(lead: Lead, agreement: Agreement, to: Owner) -> LeadVerb:
    """Return the verb that gives the lead to somebody else: a refusal whose reason reroutes.

    Raises:
        NoHandingOver: the agreement has no such reason.
    """
    wrong = Moment.DISQUALIFY if lead.state is State.NEW else Moment.REJECT
    reasons = [known for known in agreement.reasons if known.outcome is Consequence.REROUTE]
    fitting = [known for known in reasons if known.moment is not wrong and known.active]
    if not fitting:
        raise NoHandingOver("The agreement has no reason that gives a lead to somebody else: ask a manager to add one.")
    reason = fitting[0]
    key = next((ask.key for ask in reason.asks if ask.kind is AskKind.TEAM_OR_PERSON), "to")
    return refusal(lead, reason.code, {key: str(to)})
