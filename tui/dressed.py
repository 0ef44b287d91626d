"""The part of the program that has a look, changes it and keeps it."""

import asyncio
from typing import TYPE_CHECKING

from textual.reactive import Reactive
from textual.theme import Theme

from api.errors import HandoffError
from tui.lines import OnTheLine
from tui.look import DARK, LOOKS, next_look, setting_for

if TYPE_CHECKING:
    from tui.settings import Loaded


class Dressed(OnTheLine, inherit_bindings=False):
    """Shows itself in one of its own looks."""

    theme: Reactive[str] = Reactive(DARK.name)
    loaded: "Loaded | None" = None
    """The settings file as it was read; None where none was."""

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The program's own looks; others have no colours for its words."""
        return dict(LOOKS)

    def action_change_look(self) -> None:
        """Go on to the next look, and say its name."""
        self.theme = next_look(self.theme)
        self.tell(f"Look: {setting_for(self.theme)}.", "“keep look” keeps it")

    async def action_keep_look(self) -> None:
        """Have the present look the next time, too."""
        from tui.settings.keeping import keep
        from tui.settings.reading import FILE_NAME

        path = self.loaded.path if self.loaded is not None else self.desk.profile.root / FILE_NAME
        try:
            await asyncio.to_thread(keep, path, "theme", setting_for(self.theme))
        except HandoffError as problem:
            self.complain(problem)
            return
        self.tell(f'Kept in {path.name}: theme = "{setting_for(self.theme)}"')
