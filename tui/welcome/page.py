"""What the pages of the welcome have in common: a title above, the keys below, room between."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.screen import Screen

from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from tui.welcome.app import WelcomeApp


class Page(Screen[None], inherit_bindings=False):
    """One page; expects a `KeyBar` with the id ``keys``, each key named after the action that it stands for."""

    AUTO_FOCUS = ""

    @property
    def welcome(self) -> "WelcomeApp":
        """The program."""
        return cast("WelcomeApp", self.app)

    def show_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Show keys: (action, key, words)."""
        shown = [Key(id=action, key=key, title=words) for action, key, words in keys]
        self.query_one("#keys", KeyBar).show(shown)

    @on(KeyBar.Pressed)
    async def _pressed(self, pressed: KeyBar.Pressed) -> None:
        await self.run_action(pressed.command_id)
