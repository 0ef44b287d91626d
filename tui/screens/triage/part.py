"""The root of the parts of the triage screen: what each may ask of the others."""

from typing import TYPE_CHECKING

from tui.screens.area import Area

if TYPE_CHECKING:
    from api.model.lead import Lead
    from widgets.queue.lead_queue import LeadQueue


class Part(Area, inherit_bindings=False):
    """One thing that the screen can do with its queue."""

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    def lead_under_cursor(self) -> "Lead | None":
        """Return the lead under the cursor, or None."""
        raise NotImplementedError

    def follow(self) -> None:
        """Show the lead that the cursor came to."""
        raise NotImplementedError

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again; `fresh` starts at the top."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """Show the keys for the lead under the cursor."""
        raise NotImplementedError

    def read_ids(self) -> list[str]:
        """Return the leads of the present view, filter and order."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Take in what changed on the desk."""
        raise NotImplementedError
