"""The part of a screen that filters its queue as one types."""

from typing import TYPE_CHECKING, cast

from textual import events

from tui.screens.area import Area
from tui.screens.typed import caught_up

if TYPE_CHECKING:
    from textual.widgets import Input

    from widgets.queue.find_bar import FindBar, FindInput
    from widgets.queue.lead_queue import LeadQueue


class Finding(Area, inherit_bindings=False):
    """Shows, while one types, what waits and matches, then what was decided and matches."""

    filter_text = ""
    """What the queue is filtered by; empty shows what waits."""
    ready = False
    """Whether the queue has been filled for the first time."""
    _came_from = ""

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again."""
        raise NotImplementedError

    async def action_find(self) -> None:
        """Open the line in which one types what to find."""
        from widgets.queue.find_bar import FindBar

        bar = self._bar
        if bar is None:
            self._came_from = self.queue.lead_id
            bar = FindBar(id="find")
            await self.mount(bar, before="#main")
            self.show_found(0)
        # At once, since what was typed right behind the key belongs into the field already.
        self.set_focus(bar.field)

    async def find(self, text: str) -> None:
        """Show what matches `text`, as though it had been typed."""
        await self.action_find()
        if (bar := self._bar) is not None:
            bar.write(text)
            self._filter(text)
        self.set_focus(None)

    async def action_clear(self) -> None:
        """Drop the filter and go back to where the cursor stood."""
        bar = self._bar
        if bar is None:
            return
        await bar.remove()
        self.set_focus(None)
        self.filter_text = ""
        found = self.queue.lead_id
        self.read_queue(fresh=True)
        # A lead that was found and still waits stays under the cursor; else the one where the search began.
        if not self.queue.select(found):
            self.queue.select(self._came_from)

    def show_found(self, count: int) -> None:
        """Say how many leads were found."""
        if (bar := self._bar) is not None:
            found = f"{count:,} found".replace(",", " ")
            bar.count(f"{found} · Esc clears" if self.filter_text else "Esc closes")

    @property
    def _bar(self) -> "FindBar | None":
        return cast("FindBar | None", next(iter(self.query("#find")), None))

    async def take_key(self, event: events.Key) -> bool:
        """Leave the field once everything typed before is in it; False leaves the key to field or bindings."""
        if not self.ready:
            # What is typed while the program starts is meant for the queue that comes.
            await caught_up(self)
        bar = self._bar
        if bar is None or self.focused is not bar.field or event.key not in ("enter", "tab", "escape"):
            return False
        await caught_up(self.focused)
        self._filter(bar.text)
        await self._leave_field(keep=event.key != "escape")
        return True

    def on_input_changed(self, event: "Input.Changed") -> None:
        """Filter by what is typed."""
        event.stop()
        bar = self._bar
        # Several keys in one go are told one by one; what the field holds now is what counts.
        if bar is not None:
            self._filter(bar.text)

    def _filter(self, text: str) -> None:
        if text.strip() != self.filter_text:
            self.filter_text = text.strip()
            self.read_queue(fresh=True)

    def on_screen_suspend(self) -> None:
        """Keep the line's hint from standing beside the title of what lies over it."""
        self._show_hint(visible=False)

    def on_screen_resume(self, _event: events.ScreenResume) -> None:
        """Show the hint again."""
        self._show_hint(visible=True)

    def _show_hint(self, *, visible: bool) -> None:
        # A line that is just being opened has none yet.
        for hint in self.query("#find-count"):
            hint.visible = visible

    def on_find_input_step(self, step: "FindInput.Step") -> None:
        """Move in the queue while the field has the keys."""
        if step.pages:
            self.queue.page(step.pages)
        else:
            self.queue.move(step.rows)

    async def on_find_input_done(self, done: "FindInput.Done") -> None:
        """Keep the filter and give the keys back to the queue, or drop it."""
        await self._leave_field(keep=done.keep)

    async def _leave_field(self, *, keep: bool) -> None:
        if keep and self.filter_text:
            self.set_focus(None)
        else:
            await self.action_clear()
