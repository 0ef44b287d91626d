"""The part of a screen that filters its queue as one types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import events

from api.rules.queue import Filter
from api.rules.wording import grouped
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
    _completed = ""
    _ways: Sequence[str] = ()

    @property
    def queue(self) -> "LeadQueue":
        """The queue."""
        raise NotImplementedError

    def read_queue(self, *, fresh: bool = False) -> None:
        """Read the queue again."""
        raise NotImplementedError

    async def looked(self) -> None:
        """Wait until what the queue is filtered by was looked for."""
        raise NotImplementedError

    async def action_find(self) -> None:
        """Open the line in which one types what to find."""
        from widgets.queue.find_bar import FindBar

        bar = self._bar
        if bar is None:
            self._came_from = self.queue.lead_id
            from tui.screens.triage.completing import HINT

            bar = FindBar(HINT, id="find")
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
            await self.looked()
        self.set_focus(None)

    async def filter_by(self, text: str) -> None:
        """Show the line with this in it, or no line for no text; the caller reads the queue."""
        self.filter_text = text
        if text:
            await self.action_find()
            if (bar := self._bar) is not None:
                bar.write(text)
            self.set_focus(None)
        elif (bar := self._bar) is not None:
            await self._close(bar)

    async def drop_filter(self) -> None:
        """Drop the filter and go back to where the cursor stood."""
        bar = self._bar
        if bar is None:
            return
        await self._close(bar)
        self.filter_text = ""
        found = self.queue.lead_id
        self.read_queue(fresh=True)
        await self.looked()
        # A lead that was found and still waits stays under the cursor; else the one where the search began.
        if not self.queue.select(found):
            self.queue.select(self._came_from)

    async def _close(self, bar: "FindBar") -> None:
        await bar.remove()
        await self.query("#find-problem").remove()
        self.set_focus(None)

    def show_found(self, count: int | None) -> None:
        """Say how many leads were found; None while that is looked for."""
        if (bar := self._bar) is not None:
            found = "looking…" if count is None else f"{grouped(count)} found"
            typing = self.focused is bar.field
            # In the field Esc is Esc, whatever the person's own keys are.
            clears = "Esc clears" if typing else self.handoff.key_hint("triage.clear", "clears")
            rest = "Tab completes" if typing and self._offers(bar.text) else clears
            bar.count(f"{found} · {rest}" if self.filter_text else "Esc closes")
            self._tell_problems()

    def _tell_problems(self) -> None:
        """Say below the line the first thing in it that was not understood, for as long as it stands there."""
        from widgets.basis.notice import Words

        problem = next(iter(Filter.parse(self.filter_text).problems), "")
        words = next(iter(self.query("#find-problem").results(Words)), None)
        if words is not None:
            words.show(problem, "dim")
        elif problem:
            self.mount(Words(problem, "dim", id="find-problem"), after="#find")

    def _offers(self, text: str) -> list[str]:
        from tui.screens.triage.completing import completions

        return completions(text, self.desk)

    def _complete(self, bar: "FindBar") -> bool:
        """Complete what is being typed, by the next way each time; False where there is nothing to complete."""
        if bar.text != self._completed or len(self._ways) < 2:
            self._ways = self._offers(bar.text)
        if not self._ways:
            return False
        self._completed, *rest = self._ways
        self._ways = [*rest, self._completed]
        bar.write(self._completed)
        self._filter(bar.text)
        return True

    @property
    def finding(self) -> bool:
        """Whether the line in which one types what to find is there."""
        return self._bar is not None

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
        if event.key != "escape":
            # The keys behind it are meant for what is found.
            await self.looked()
        if event.key == "tab" and self._complete(bar):
            return True
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
            await self.drop_filter()
