"""The command palette's commands, from the registry."""

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.commands import Command, commands_in

if TYPE_CHECKING:
    from tui.app import HandoffApp


class Palette(CommandPalette):
    """The library's palette in the program's look."""

    CSS_PATH = "styles/palette.tcss"


class CommandProvider(Provider):
    """Offers every command, those that are of use now first; one that is not is dim and says why."""

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for one in self._commands():
            yield DiscoveryHit(self._display(one), partial(self._run, one), one.title, self._help(one))

    async def search(self, query: str) -> Hits:
        """Offer what matches title or help."""
        matcher = self.matcher(query)
        for one in self._commands():
            score = max(matcher.match(one.title), matcher.match(one.help) / 2)
            if score > 0:
                yield Hit(score, self._display(one), partial(self._run, one), one.title, self._help(one))

    def _commands(self) -> list[Command]:
        area = self._app.area
        there = commands_in(area.AREA if area is not None else "")
        return sorted(there, key=lambda one: bool(self._app.hindrance(one, self.screen)))

    @property
    def _app(self) -> "HandoffApp":
        return cast("HandoffApp", self.app)

    def _display(self, one: Command) -> Content:
        words = self._app.key_words(one.id)
        keys = f"  {words}" if words else ""
        if self._app.hindrance(one, self.screen):
            return Content.styled(one.title + keys, "dim")
        return Content.assemble(one.title, (keys, "bold"))

    def _help(self, one: Command) -> Any:
        # The library takes a str for markup, and a reason may name people.
        why = self._app.hindrance(one, self.screen)
        if why:
            return Content(f"Not now: {why}")
        area = self._app.area
        return Content(area.meaning(one) if area is not None else one.help)

    async def _run(self, one: Command) -> None:
        await self._app.run_command(one)
