"""The verbs that are short names for refusing with one of the agreement's reasons."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.model.agreement import Consequence, Moment, Reason
from api.model.lead import Lead
from api.rules.permission import refusing

if TYPE_CHECKING:
    from api.desk import Desk

REFUSALS: Mapping[str, Consequence] = MappingProxyType(
    {
        "reroute": Consequence.REROUTE,
        "duplicate": Consequence.MERGE,
        "suppress": Consequence.SUPPRESS,
    }
)
"""What becomes of the lead, by the name of the command."""


def fits(reason: Reason, lead: Lead) -> bool:
    """Say whether a reason is one for this moment of the lead: before contact, or after it."""
    wrong = Moment.DISQUALIFY if refusing(lead) == "reject" else Moment.REJECT
    return reason.active and reason.moment is not wrong


def reason_for(desk: "Desk", lead: Lead, outcome: Consequence) -> Reason | None:
    """Return the agreement's reason that makes this of the lead; None when there is none for it now.

    Of several, the one that asks for what the outcome needs comes first, then the agreement's order.
    """
    found = [one for one in desk.agreement.reasons if one.outcome is outcome and fits(one, lead)]
    return min(found, key=lambda one: not one.asks, default=None)
