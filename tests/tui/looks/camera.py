"""What the pictures of the screens have in common: the program, the sizes and looks, and what is pressed before."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import Screen, World
from tui.app import HandoffApp

SnapCompare = Callable[..., bool]
Before = Callable[[Pilot[Any]], Awaitable[None]]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
"""Every size that is designed for."""
TWO_SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
"""Those in which a dialog stands differently."""
LOOKS = pytest.mark.parametrize("look", ["light", "dark-contrast", "light-contrast", "terminal"])
"""Every look but the dark one, by its name in the settings."""


def app_on(world: World, look: str = "") -> HandoffApp:
    """Return the program on the world's desk, typed at more slowly than any test does."""
    look = look and f"handoff-{look}"
    return HandoffApp(world.desk, None, lambda: world.now, look=look, seconds=count().__next__)


def keys(*pressed: str, then: Callable[[], None] | None = None, more: str = "") -> Before:
    """Press keys before the picture is taken; `then` something happens, and `more` keys follow."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, HandoffApp)
        screen = Screen(app, pilot)
        await screen.press(*pressed)
        if then is not None:
            then()
            await screen.settle()
        if more:
            await screen.press(*more.split())

    return before


def typed(line: str) -> list[str]:
    """Return the keys of a line in which a blank parts keys and ‘…’ holds text, as in “/ ‘ana’ enter”."""
    pressed: list[str] = []
    for number, part in enumerate(line.replace("‘", "’").split("’")):
        pressed += list(part) if number % 2 else part.split()
    names = {"/": "slash", "+": "plus", "*": "asterisk", "?": "question_mark"}
    return [names.get(one, one) for one in pressed]
