"""What the program's parts tell each other on the screen's own loop."""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from api.desk import Changed


class DeskChanged(Message, bubble=False):
    """The view changed; made on whichever thread changed it, handled on the screen's."""

    def __init__(self, changed: "Changed") -> None:
        super().__init__()
        self.changed = changed
