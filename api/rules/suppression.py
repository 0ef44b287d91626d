"""A person who asked not to be contacted: what that makes of every record of theirs."""

from collections.abc import Mapping

from msgspec.structs import replace

from api.model.lead import Decided, Lead, Standing, State
from api.rules.identity import suppression_keys

__all__ = ["suppressed_by", "suppression_keys", "wish_about"]


def suppressed_by(lead: Lead, entry: Decided) -> Lead:
    """Return the lead suppressed as `entry`, made on another record of the same person, says."""
    revision = lead.decision_revision + 1
    stands = replace(
        entry,
        operation_id=f"{entry.operation_id}.{lead.id}",
        decision_revision=revision,
        before=lead.standing,
        undoes="",
        insists="",
    )
    after: Standing = replace(lead.standing, state=State.SUPPRESSED, claimed_by="", recycle_on=None)
    return replace(
        lead,
        standing=after,
        trail=(*lead.trail, stands),
        snooze=None,
        revision=lead.revision + 1,
        decision_revision=revision,
    )


def wish_about(lead: Lead, wishes: Mapping[str, Decided]) -> Decided | None:
    """Return the wish not to be contacted that holds for this lead, by the keys of its person, or None."""
    return next((wishes[key] for key in suppression_keys(lead) if key in wishes), None)
