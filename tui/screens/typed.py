"""How screens take keys: one after another, each carried out before the next one is looked at."""

import asyncio
from typing import Protocol, runtime_checkable

from textual import events
from textual.widget import Widget

_LONGEST = 1.0
"""Seconds that a field may take over a key before the next is looked at all the same."""


@runtime_checkable
class TakesKeys(Protocol):
    """A screen whose keys are carried out in the order in which they were typed, however fast they came."""

    async def take_key(self, event: events.Key) -> bool:
        """Carry a key out; False leaves it to the focused field, or to the screen's bindings when there is none."""
        ...


async def caught_up(widget: Widget | None) -> None:
    """Wait until a field has taken in every key that was passed on to it."""
    if widget is None:
        return
    done = asyncio.Event()
    if widget.call_later(done.set):
        try:
            await asyncio.wait_for(done.wait(), _LONGEST)
        except TimeoutError:
            return
