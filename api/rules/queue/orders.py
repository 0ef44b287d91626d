"""What stands above what in a list."""

from enum import StrEnum

from api.rules.queue.rows import Row

_NEVER = float("inf")


class Order(StrEnum):
    """The ways to sort a list. Equals stand as they do in the order by due."""

    DUE = "due"
    """What is due first; what sleeps, by when it wakes; what is decided, by the newest handoff or decision."""
    WAITING = "waiting"
    """Who has waited longest since the handoff."""
    SCORE = "score"
    """The best score first: fit and engagement together."""
    CAMPAIGN = "campaign"
    """By the campaign's name; leads without a campaign last."""


def order_key(row: Row) -> tuple[float, float, int, str]:
    """Sort key of the queue: what is due first, then who has waited longest, then the better score, then the id."""
    return (row.due if row.due is not None else _NEVER, row.handed, -row.score, row.id)
