"""What stands there while the terminal is too small; everything below it stays as it was."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from widgets.basis.notice import Notice

LEAST_WIDTH, LEAST_HEIGHT = 60, 15


def too_small(width: int, height: int) -> bool:
    """Say whether a terminal of this size has no room for the program."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


class TooSmallScreen(ModalScreen[None], inherit_bindings=False):
    """Says which size is needed, and goes away by itself when there is room."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [("q", "app.leave", "quit")]

    def __init__(self) -> None:
        super().__init__()
        self._gone = False

    def compose(self) -> ComposeResult:
        """Lay the words out."""
        yield Notice(id="too-small")

    def on_resize(self, event: events.Resize) -> None:
        """Name the size, or go."""
        width, height = event.size
        if too_small(width, height):
            self.query_one(Notice).show(
                f"Terminal too small: {width}×{height}.",
                (f"Handoff needs {LEAST_WIDTH}×{LEAST_HEIGHT}. Nothing is lost: make it larger and go on.",),
            )
        elif not self._gone:
            # A terminal may report its size twice, and a second dismissal would take the screen below away.
            self._gone = True
            self.dismiss(None)
