"""How to run a hub for a team: the two commands, and what each gives."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.welcome.page import Page
from widgets.basis.lines import OneLine
from widgets.basis.pane import Pane
from widgets.basis.runs import EMPTY, Line, wrap, wrapped
from widgets.frame.key_bar import KeyBar

STEPS = {
    "handoff serve --tls-cert FILE --tls-key FILE --listen 0.0.0.0:8700": (
        "Starts the hub, on a machine that your team can reach, and prints the first manager’s token, once. Without a "
        "certificate it is for this machine only: handoff serve."
    ),
    'handoff user add "Rita Rep" --role rep --team north': (
        "On the same machine, once for each person: it prints their token, once. With it and the hub’s address they "
        "join: handoff, then 2."
    ),
}
"""What to type, and what it does."""


def _steps(width: int) -> list[Line]:
    lines: list[Line] = []
    for number, (command, words) in enumerate(STEPS.items(), 1):
        # A command is wrapped as it would be typed, never cut.
        first, *rest = wrap(command, max(width - 3, 8))
        lines.append(((f"{number}  ", "dim"), (first, "strong")))
        lines += [(("   ", ""), (part, "strong")) for part in rest]
        lines += wrapped(words, max(width, 8), "dim", indent=3)
        lines.append(EMPTY)
    return lines


class RunPage(Page, inherit_bindings=False):
    """Says the two commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,enter,left", "back", show=False, priority=True),
        Binding("space,j,down", "read_on", show=False, priority=True),
        Binding("q", "app.leave", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield OneLine(id="title")
        yield Pane(id="steps", margin=False)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Say it."""
        self.query_one("#title", OneLine).show((("Run a hub for your team", "strong"),))
        self.query_one(Pane).show([_steps])
        self.show_keys([("back", "Esc", "back"), ("read_on", "Space", "read on"), ("app.leave", "q", "quit")])

    def action_read_on(self) -> None:
        """Scroll down where not all of it fits."""
        self.query_one(Pane).read_on()

    def action_back(self) -> None:
        """Go back to the first page."""
        self.dismiss(None)
