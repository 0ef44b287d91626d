"""What the views and orders of the queue are called."""

from api.rules.queue import Order, View

VIEWS: dict[View, tuple[str, str, str]] = {
    View.MINE: ("m", "mine", "what waits for you"),
    View.TEAM: ("t", "team’s", "unclaimed: anybody’s to take"),
    View.SNOOZED: ("z", "snoozed", "put off until a date, or they act"),
    View.ATTEMPTS: ("l", "to attempt", "accepted; you owe them an attempt"),
    View.DONE: ("d", "done today", "what you decided today"),
    View.ALL: ("a", "all", "every lead there is"),
}
"""By view: its key, its name, and what is in it."""

ORDERS: dict[Order, tuple[str, str, str]] = {
    Order.DUE: ("d", "due", "what is due first"),
    Order.WAITING: ("w", "waiting", "who has waited longest"),
    Order.SCORE: ("s", "score", "fit and engagement, the best first"),
    Order.CAMPAIGN: ("c", "campaign", "by its name"),
}
"""By order: its key, its name, and what stands first."""


def view_words(view: View, order: Order, filter_text: str = "") -> str:
    """Return what is shown in a few words: ``mine · by score · campaign:webinar``."""
    parts = [VIEWS[view][1], f"by {ORDERS[order][1]}" if order is not Order.DUE else "", filter_text]
    return " · ".join(part for part in parts if part)
