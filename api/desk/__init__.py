"""What screens and command line talk to: the view of one profile, deciding, undo, and hearing of changes."""

from api.desk.desk import Desk
from api.desk.news import (
    Act,
    CannotDo,
    Changed,
    Link,
    NotConnected,
    NothingToUndo,
    Status,
    Undone,
    UnknownLead,
    Unsettled,
)

__all__ = [
    "Act",
    "CannotDo",
    "Changed",
    "Desk",
    "Link",
    "NotConnected",
    "NothingToUndo",
    "Status",
    "Undone",
    "UnknownLead",
    "Unsettled",
]
