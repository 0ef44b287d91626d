"""Keeping what is typed into a form, so that nothing is lost by leaving it, by going on, or by a crash."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from api.local.errors import LocalError

if TYPE_CHECKING:
    from textual.screen import Screen

    from api.desk import Desk
    from api.local.drafts import Draft
    from api.model.agreement import Reason

PAUSE = 0.5
"""Seconds without a key after which what was typed goes to the disk."""

_ACTS = "acts"
"""Group of the workers that leaving waits for."""
_log = logging.getLogger("handoff.drafts")


class DraftKeeper:
    """Keeps what one form holds: at once in memory, on the disk at the next pause in typing and when the form goes.

    Nothing waits for the disk; what it refuses is tried again with the next change.
    """

    def __init__(
        self, screen: "Screen[None]", desk: "Desk", lead_id: str, questions: str, *, kept: bool = True
    ) -> None:
        """Keep the form of `questions` on a lead; unless `kept`, nothing."""
        self._screen = screen
        self._desk = desk
        self._lead_id = lead_id
        self._questions = questions
        self._timer: Timer | None = None
        self._over = not kept

    @property
    def draft(self) -> "Draft | None":
        """What was typed here before and not sent."""
        return None if self._over else self._desk.drafts.get(self._lead_id, self._questions)

    def note(self, held: Mapping[str, str], proposed: Mapping[str, str]) -> None:
        """Keep what the form holds; what is only proposed is no draft."""
        if self._over:
            return
        typed = {key: text for key, text in held.items() if text}
        if typed == {key: text for key, text in proposed.items() if text}:
            self._desk.drafts.drop(self._lead_id, self._questions)
        else:
            self._desk.drafts.keep(self._lead_id, self._questions, typed)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(PAUSE, self.save)

    def drop(self) -> None:
        """Forget it."""
        self._desk.drafts.drop(self._lead_id, self._questions)
        self.save()

    def close(self) -> None:
        """Keep no more: the form goes, and what it told last may still be on its way here."""
        self._over = True
        self.save()

    async def flush(self) -> None:
        """Have it written before the screen is gone for good: nothing runs once the program ends."""
        if self._desk.drafts.unsaved:
            await self._write()

    def save(self) -> None:
        """Have what changed written, off the loop; leaving the program waits for it."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._desk.drafts.unsaved:
            self._screen.app.run_worker(self._write(), group=_ACTS)

    async def _write(self) -> None:
        try:
            await asyncio.to_thread(self._desk.drafts.save)
        except LocalError as problem:
            # A decision that the disk does not take is told; words that nobody sent yet are in memory still.
            _log.warning("draft: %s", problem.sentence)


def questions_of(reason: "Reason") -> str:
    """Return the name under which drafts of a reason's form are kept."""
    return f"reason:{reason.code}"


def since(at: datetime, now: datetime) -> str:
    """Return when a draft was typed: ``10:12``, ``yesterday 10:12``, ``Fri 20 Nov 10:12``."""
    then, here = at.astimezone(), now.astimezone()
    clock = f"{then:%H:%M}"
    if then.date() == here.date():
        return clock
    if then.date() == (here - timedelta(days=1)).date():
        return f"yesterday {clock}"
    return f"{then:%a} {then.day} {then:%b} {clock}"
