"""The first page: what this is, and four ways on."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.welcome.choices import Choice, Choices
from tui.welcome.page import Page
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.frame.key_bar import KeyBar

CHOICES = (
    Choice(
        "demo",
        "Try it with sample leads",
        "A hub with invented leads starts on this machine. Nothing to set up, and nothing of it stays.",
    ),
    Choice("join", "Join your team’s hub", "You need its address and a token; a manager there has one for you."),
    Choice("run", "Run a hub for your team", "Two commands, on a machine that your team can reach."),
    Choice("quit", "Quit", "“handoff” brings you back here."),
)


class MenuPage(Page, inherit_bindings=False):
    """Offers the ways on; a number, the cursor and Enter, or the mouse choose one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *[
            Binding(str(number), f"choose('{one.id}')", show=False, priority=True)
            for number, one in enumerate(CHOICES, 1)
        ],
        Binding("j,down,tab", "move(1)", show=False, priority=True),
        Binding("k,up,shift+tab", "move(-1)", show=False, priority=True),
        Binding("enter,space", "enter", show=False, priority=True),
        Binding("q,escape", "choose('quit')", show=False, priority=True),
    ]

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        yield OneLine(id="title")
        yield Words("Marketing hands leads over, sales decides them, both see why.", "dim", id="about")
        yield Words("This profile is connected to no hub yet. How do you want to begin?", id="question")
        yield Words(self.welcome.problem, "alarm", id="problem")
        yield Choices(CHOICES, id="choices")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Name everything."""
        self.query_one("#title", OneLine).show((("Handoff", "strong"),))
        self.show_keys(
            [
                ("move(1)", "↑↓", "move"),
                ("enter", "Enter", "choose"),
                ("move(1)", f"1–{len(CHOICES)}", "choose at once"),
                ("choose('quit')", "q", "quit"),
            ]
        )

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.query_one(Choices).move(step)

    async def action_enter(self) -> None:
        """Take the way under the cursor."""
        await self.action_choose(self.query_one(Choices).chosen)

    async def action_choose(self, choice_id: str) -> None:
        """Take a way."""
        self.query_one(Choices).select(choice_id)
        await self.welcome.go(choice_id)

    @on(Choices.Chosen)
    async def _clicked(self, chosen: Choices.Chosen) -> None:
        await self.welcome.go(chosen.choice_id)
