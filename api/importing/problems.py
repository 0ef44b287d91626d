"""Why a file, or one row of it, can't be taken."""

from api.errors import HandoffError


class ImportRefused(HandoffError):
    """The file as a whole can't be read, or not as it was asked for."""


class RowRefused(HandoffError):
    """One row can't be taken; the others can."""


def listing(names: list[str] | tuple[str, ...], limit: int = 40) -> str:
    """Return names joined by commas, cut after `limit` of them with a count of the rest."""
    shown = ", ".join(names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown
